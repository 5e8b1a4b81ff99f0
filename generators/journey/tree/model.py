"""What the tree knows of files: what is wanted, what stands on disk, what was last seen, what is to be done."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from journey.artifact import HEADER
from journey.problem import Place, Problem

RULES: Mapping[str, str] = MappingProxyType(
    {
        "tree/path": "A rendered file's path is plain, relative, in a place of rendered files, and no other's folder.",
        "tree/case": "No two paths of rendered files differ in case alone.",
        "tree/symlink": "No rendered file is reached through a symbolic link.",
        "tree/folder": "No file stands where a rendered file needs a folder.",
        "tree/not-ours": "No hand-written file stands where one is rendered.",
        "tree/read": "What stands where files are rendered can be read.",
        "tree/write": "What is rendered can be written, and what is not rendered any more deleted.",
        "tree/missing": "Every file that the spec renders is there.",
        "tree/edited": "A rendered file has the content that the spec renders.",
        "tree/mode-changed": "A rendered file is executable where the spec renders it so, and nowhere else.",
        "tree/stray": "Where files are rendered there is none that the spec does not render.",
    }
)
"""Every rule's id, with what it asks in a sentence."""

TEMPORARY = ".journey-tmp-"
"""How the names of files that are still being written begin. One that is met at rest was left by a killed run."""


def digest(data: bytes) -> bytes:
    """16 bytes that stand for a content (BLAKE2b, RFC 7693)."""
    return hashlib.blake2b(data, digest_size=16).digest()


def has_header(data: bytes) -> bool:
    """Does a file say in its first three lines that it is rendered?"""
    return any(HEADER.encode() in line for line in data.split(b"\n", 3)[:3])


class Stat(NamedTuple):
    """What the file system says of a file: bytes, nanoseconds since 1970, inode, `st_mode` (type and permissions).

    All five equal: the file has not been touched since (git's index compares the same fields).
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    ino: int
    mode: int

    @classmethod
    def of(cls, result: os.stat_result) -> Stat:
        """From `os.stat`, which must not have followed a link."""
        return cls(result.st_size, result.st_mtime_ns, result.st_ctime_ns, result.st_ino, result.st_mode)

    @property
    def regular(self) -> bool:
        """A plain file: not a link, socket, pipe or device."""
        return stat.S_ISREG(self.mode)

    @property
    def executable(self) -> bool:
        """By the owner's bit alone, the only one that git keeps."""
        return bool(self.mode & stat.S_IXUSR)


class Entry(NamedTuple):
    """A rendered file as it was last seen: its content's digest while it had this `Stat`."""

    digest: bytes
    stat: Stat


class Index(NamedTuple):
    """The entries of the last run by path, and when they were stored (ns since 1970; 0: trust none unread).

    The best time is the modification time of the file that stores them: it comes from the clock of the files' times.
    """

    entries: Mapping[str, Entry]
    written_ns: int = 0


class Wanted(NamedTuple):
    """A rendered file: its content's digest, and whether it has mode 0o755 rather than 0o644."""

    digest: bytes
    executable: bool = False


class Owned(NamedTuple):
    """What render owns: whole folders, and single files elsewhere by pattern.

    Everything in a folder is ours. A file that matches a pattern is ours when it has the header or was rendered last
    time. In a pattern `*`, `?` and `[...]` never cross a `/`, and there is no `**`.
    """

    folders: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What the paths in owned folders begin with, for `str.startswith`."""
        return tuple(f"{folder}/" for folder in self.folders)

    def matches(self, path: str) -> bool:
        """Does the path match one of the patterns?"""
        return any(_matches(path.split("/"), pattern.split("/")) for pattern in self.patterns)


def _matches(parts: list[str], patterns: list[str]) -> bool:
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))


class Scan(NamedTuple):
    """What stands on disk where `owned` says. Paths are relative to the root, with `/`.

    `files` has links, sockets, pipes and devices too (not `Stat.regular`); `links` are symbolic links met where a
    pattern needs a folder; `temporaries` were left by a killed run.
    """

    owned: Owned
    files: Mapping[str, Stat]
    links: frozenset[str] = frozenset()
    temporaries: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Plan(NamedTuple):
    """What makes the disk equal to what is wanted; all paths sorted.

    `obstacles` are those of `delete` that stand where a created file or its folder must be: they go first, the others
    last. `digests` are of what is created and updated; `entries` are the next index's for `unchanged` and `chmod`. A
    plan with `problems` is not applied.
    """

    owned: Owned
    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    chmod: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    executables: frozenset[str] = frozenset()
    digests: Mapping[str, bytes] = {}
    entries: Mapping[str, Entry] = {}
    temporaries: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing to do and nothing wrong."""
        return not (self.create or self.update or self.delete or self.chmod or self.problems)

    @property
    def last(self) -> tuple[str, ...]:
        """What is deleted after all else. Never `delete` whole: a new file may stand where an obstacle was."""
        obstacles = set(self.obstacles)
        return tuple(path for path in self.delete if path not in obstacles)


class ApplyError(Exception):
    """Files that could not be written or deleted; each is as it was before. Crosses processes (pickle).

    `stop` says that the cause is the whole file system's (full, read-only), so that trying other files is useless.
    """

    def __init__(self, problems: Iterable[Problem], stop: bool = False) -> None:
        self.problems = tuple(problems)
        self.stop = stop
        super().__init__(self.problems, stop)

    def __str__(self) -> str:
        return "; ".join(f"{problem.where}: {problem.message}" for problem in self.problems)


def problem(path: str, rule: str, message: str, hint: str) -> Problem:
    """A Problem about a file as a whole, with a path that can be printed."""
    return Problem(Place(shown(path)), f"tree/{rule}", message, hint)


def shown(path: str) -> str:
    """The path as any report can carry it: control characters and bytes that are not UTF-8 as escapes."""
    if path.isprintable():
        return path
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in path)


def link_problem(path: str) -> Problem:
    """A symbolic link stands where a folder of ours is needed."""
    message = "is a symbolic link, and rendered files are never written through one"
    return problem(path, "symlink", message, "Replace the link by a real folder, or remove it.")


def ancestors(paths: Iterable[str]) -> set[str]:
    """Every folder above the paths, without the root."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found
