"""The project's Makefile: what its targets run, read without running it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def planned(*arguments: str) -> str:
    """The last command that `make` would run."""
    make = shutil.which("make")
    assert make
    environment = {"PATH": os.environ["PATH"]}  # not what the make that runs the tests was told
    command = [make, "--dry-run", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if not line.startswith("make[")][-1]


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ((), "pytest -n 2 --cov --cov-report=term:skip-covered"),
        (("ARGS=",), "pytest -n 2 --cov --cov-report=term:skip-covered"),
        (("ARGS=tests/spec -k scalar", "JOBS=1"), "pytest -n 1 --no-cov tests/spec -k scalar"),
    ],
)
def test_some_of_the_tests_are_not_held_to_the_coverage_of_all(arguments: tuple[str, ...], command: str) -> None:
    assert planned("test", *arguments) == f".venv/bin/python -m {command}"
