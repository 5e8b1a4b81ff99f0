"""Trees as mappings from path to text, so that a test reads as files in, files out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from journey import tree
from journey.problem import Problem
from journey.tree import Entry, Index, Owned, Plan, Wanted

OWNED = Owned(("environments", "out/charts"), (".github/workflows/*.yml", "CODEOWNERS", "schemas/*.json"))
HEADER = f"# {tree.HEADER} edit the spec instead\n"
NO_INDEX = Index({})

Files = Mapping[str, str]


def put(root: Path, files: Files) -> None:
    """Write files by hand, as a user would."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def link(root: Path, path: str, target: Path | str) -> None:
    """Make a symbolic link by hand."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).symlink_to(target)


def contents(root: Path) -> dict[str, str]:
    """All that stands below a folder: texts of files, `-> target` for links; folders say nothing."""
    found: dict[str, str] = {}

    def refused(error: OSError) -> None:
        raise error

    for folder, folders, names in os.walk(root, onerror=refused):
        for path in (Path(folder, name) for name in (*names, *folders)):
            if path.is_symlink():
                found[path.relative_to(root).as_posix()] = f"-> {path.readlink()}"
            elif not path.is_dir():
                found[path.relative_to(root).as_posix()] = path.read_text()
    return found


def wanted(files: Files, executable: Collection[str] = ()) -> dict[str, Wanted]:
    """What a renderer says of the files."""
    return {path: Wanted(tree.digest(text.encode()), path in executable) for path, text in files.items()}


def reader(root: Path | str) -> Callable[[str], bytes]:
    """What a plan reads with."""
    return lambda path: tree.read_file(str(root), path)


def unread(path: str) -> bytes:
    """For plans that must read nothing."""
    raise AssertionError(path)


def plan(
    root: Path | str, files: Files, index: Index = NO_INDEX, executable: Collection[str] = (), owned: Owned = OWNED
) -> Plan:
    """Scan and compare."""
    return tree.plan(wanted(files, executable), tree.scan(str(root), owned), index, reader(root))


def apply(root: Path | str, made: Plan, files: Files) -> dict[str, Entry]:
    """Do what a plan says."""
    return tree.apply(made, str(root), lambda path: files[path].encode())


def render(root: Path | str, files: Files, index: Index = NO_INDEX, executable: Collection[str] = ()) -> Index:
    """Scan, compare and write; what the next run remembers."""
    entries = apply(root, plan(root, files, index, executable), files)
    return Index(entries, time.time_ns())


def said(problems: Collection[Problem]) -> list[str]:
    """Each problem as `path rule: message`."""
    return [f"{problem.where} {problem.rule}: {problem.message}" for problem in problems]
