"""What the tests of the pipeline share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _steady_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this repository's folder from the path of modules, where pytest put it.

    The cache is dropped when a folder there changes (`journey.pipeline.cache.code_key`), and coverage and other tests
    write files into this one.
    """
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if Path(folder or ".").resolve() != ROOT])
