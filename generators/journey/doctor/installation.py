"""What is installed: programs on PATH, packages against what is pinned, a cache that can be written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from journey.checks.outside import CHECKERS
from journey.pipeline import programs as outside
from journey.problem import Level, Place, Problem

PYTHON = "doctor/python"
PROGRAM = "doctor/program"
CHECKER = "doctor/checker"
VERSION = "doctor/version"
CACHE = "doctor/cache"

RULES = {
    PYTHON: "Commands run on a Python that is supported.",
    PROGRAM: "The programs that commands call are on PATH.",
    CHECKER: "The programs that `check --all` lets judge are there.",
    VERSION: "What is installed is what the lock file pins, for other versions may render other bytes.",
    CACHE: "The folder .journey can be written.",
}

OLDEST = (3, 11)
"""The oldest Python that this package runs on (`requires-python`)."""

PROGRAMS = {
    "git": "it says what changed, and what is to be built",
    "make": "every step of the workflows is a make target",
}
"""Programs that are called, with what for."""

LOCKS = ("requirements.txt", "requirements-runtime.lock", "requirements.lock")
"""Files that may pin packages."""

_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_SEPARATORS = re.compile(r"[-_.]+")


def python(running: tuple[int, int]) -> Iterator[Problem]:
    """A Python, by major and minor version, that is too old; makefiles may name another than the shell does."""
    if running < OLDEST:
        oldest, found = (".".join(map(str, version)) for version in (OLDEST, running))
        hint = "install a newer one, and name it: make PYTHON=python3.13 ..."
        yield Problem(Place(""), PYTHON, f"Python {found} runs this; {oldest} is the oldest that is supported", hint)


def programs(which: Callable[[str], str | None]) -> Iterator[Problem]:
    """Programs that are missing."""
    for name, purpose in PROGRAMS.items():
        if which(name) is None:
            yield Problem(Place(""), PROGRAM, f"there is no `{name}` on PATH: {purpose}", f"install {name}")


def checkers(root: Path, find: Callable[[str, str], str | None] = outside.find) -> Iterator[Problem]:
    """Outside programs that are missing: what they would find is found only where `check --all` runs with them."""
    for checker in CHECKERS:
        if find(checker.name, str(root)) is None:
            message = f"there is no `{checker.name}` here, which `journey check --all` asks"
            hint = f"put it into {outside.FOLDER}/ or on PATH"
            yield Problem(Place(""), CHECKER, message, hint, Level.WARNING)


def versions(root: Path, installed: Callable[[str], str | None] | None = None) -> Iterator[Problem]:
    """Packages whose version is none of those pinned for them; what is not installed is not needed here.

    installed: the version of a package, or None; this interpreter's unless given.
    """
    ask = installed or _installed
    for name in LOCKS:
        path = root / name
        if not path.is_file():
            continue
        for package, pinned in _pinned(path.read_text(encoding="utf-8", errors="replace")).items():
            found = ask(package)
            if found is not None and found not in pinned:
                message = f"{package} {found} is installed, {' or '.join(pinned)} is pinned"
                yield Problem(Place(name), VERSION, message, "make setup, or use the journey in .venv/bin")


def _pinned(text: str) -> dict[str, list[str]]:
    """Versions by package; a package has several where markers choose between them."""
    found: dict[str, list[str]] = {}
    for package, version in _PINNED.findall(text):
        found.setdefault(_SEPARATORS.sub("-", package).lower(), []).append(version)
    return found


def _installed(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def cache(root: Path) -> Iterator[Problem]:
    """A cache that cannot be kept: each run would do everything again, or could not lock the tree."""
    folder = root / ".journey"
    if folder.exists() and not folder.is_dir():
        hint = "delete it: journey makes a folder of that name"
        yield Problem(Place(".journey"), CACHE, ".journey is no folder", hint)
    elif not os.access(folder if folder.exists() else root, os.W_OK | os.X_OK):
        hint = "give the user who runs the command the right to write here"
        yield Problem(Place(".journey"), CACHE, ".journey cannot be written", hint)
