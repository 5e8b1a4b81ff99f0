"""What every test shares: how properties are searched, and an environment that says nothing of the machine."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

OF_THE_MACHINE = ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_ACTIONS", "PYTHONHASHSEED")

# No test is timed, so no example has a deadline. Under CI the same examples come every time: a run says one thing.
settings.register_profile("local", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the variables by which a terminal or a CI system changes what a command prints."""
    for name in OF_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)
