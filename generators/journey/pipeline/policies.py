"""The policies that outside checkers are given: the package's own, and the platform's in its folder `policies/`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import journey
from journey.tree import digest

FOLDER = "policies"
FILES = ("policy.py", "policy.yaml")
DENIED = "denied.yaml"
ALLOWED = "allowed.yaml"
_ID = re.compile(r"""\bid\s*[=:]\s*["']?([A-Z][A-Z0-9_]+)""")


class Source(NamedTuple):
    """A policy on disk: its folder's name, the file that judges, its id ("" where it has none), and whose it is."""

    name: str
    file: Path
    id: str
    own: bool

    @property
    def denied(self) -> Path:
        """The example that it must refuse."""
        return self.file.parent / DENIED


def packaged() -> Path:
    """The folder of the package's own policies: inside the wheel, or beside the package in a checkout."""
    package = Path(journey.__file__).resolve().parent
    inside = package / "_data" / FOLDER
    return inside if inside.is_dir() else package.parent.parent / FOLDER


def load(root: str) -> list[Source]:
    """All policies that hold for the platform under `root`, the package's first."""
    ours, theirs = packaged(), Path(root, FOLDER).resolve()
    found = list(_below(ours, own=False))
    return found if theirs == ours else [*found, *_below(theirs, own=True)]


def _below(folder: Path, own: bool) -> Iterator[Source]:
    for file in sorted(file for name in FILES for file in folder.glob(f"*/{name}")):
        match = _ID.search(file.read_text(encoding="utf-8"))
        yield Source(file.parent.name, file, match[1] if match else "", own)


def fingerprint(sources: list[Source]) -> bytes:
    """Changes with every policy and every denied example."""
    files = [file for source in sources for file in (source.file, source.denied)]
    return digest(b"".join(digest(file.read_bytes()) for file in files if file.exists()))


def stage(sources: list[Source], folder: Path, examples: Path) -> None:
    """Put the policies into one folder, as checkov imports them, and each denied example into a folder of its own.

    Examples stay away from the policies: checkov takes every YAML file there for a policy.
    """
    folder.mkdir()
    (folder / "__init__.py").touch()
    for source in sources:
        name = staged_name(source)
        shutil.copyfile(source.file, folder / f"{name}{source.file.suffix}")
        if source.denied.exists():
            (examples / name).mkdir(parents=True)
            shutil.copyfile(source.denied, examples / name / DENIED)


def staged_name(source: Source) -> str:
    """A name that no other policy and no module has."""
    return f"{'own' if source.own else 'journey'}_policy_{re.sub(r'[^a-z0-9]', '_', source.name.lower())}"


def missing(sources: list[Source]) -> Iterator[tuple[Source, str]]:
    """What a policy lacks to be proven in every run, in words."""
    for source in sources:
        if not source.id:
            yield source, "its file names no id"
        elif not source.denied.exists():
            yield source, f"it has no {DENIED}"
