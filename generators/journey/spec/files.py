"""Where the files of a spec come from: a folder, or bytes that are at hand, as those of a commit are."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Protocol

MAX_BYTES = 4 * 1024 * 1024


class Files(Protocol):
    """Files by their paths from the platform's folder, with `/` on every system."""

    given: Mapping[str, bytes | None]
    """Files whose bytes are at hand; None of one that counts as gone."""

    def read(self, path: str) -> bytes | None:
        """The content of a regular file; None of what is none, too large or not readable."""

    def stamp(self, path: str) -> tuple[int, ...]:
        """What tells an unchanged file without reading it; empty where nothing does."""

    def found(self, pattern: str) -> list[str]:
        """The paths that a glob leads to, sorted; `*` stays within a folder."""

    def names(self, folder: str) -> list[str]:
        """The names of what stands in a folder; none where there is no such."""


class OnDisk:
    """The files below a folder. `instead`: bytes that count in place of what a file holds or would; None: it goes."""

    def __init__(self, root: str, instead: Mapping[str, bytes | None]) -> None:
        self.root = root
        self.given = instead

    def read(self, path: str) -> bytes | None:
        """The content of a regular file: a pipe would never end."""
        if path in self.given:
            return self.given[path]
        return read(os.path.join(self.root, path))

    def stamp(self, path: str) -> tuple[int, ...]:
        """Size, times and inode."""
        try:
            found = os.stat(os.path.join(self.root, path))
        except OSError:
            return ()
        return () if path in self.given else (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)

    def found(self, pattern: str) -> list[str]:
        """What is on the disk, and what is to stand there."""
        there = {path.replace(os.sep, "/") for path in glob.glob(pattern, root_dir=self.root)}
        there |= {path for path in self.given if _leads(pattern, path)}
        return sorted(path for path in there if not self._gone(path))

    def names(self, folder: str) -> list[str]:
        """What is on the disk, and what is to stand there."""
        try:
            there = os.listdir(os.path.join(self.root, folder))
        except (FileNotFoundError, NotADirectoryError):
            there = []
        given = (os.path.basename(path) for path in self.given if os.path.dirname(path) == folder)
        return [name for name in dict.fromkeys([*there, *given]) if not self._gone(f"{folder}/{name}")]

    def _gone(self, path: str) -> bool:
        return path in self.given and self.given[path] is None


class InMemory:
    """Files by path, and no others."""

    def __init__(self, given: Mapping[str, bytes]) -> None:
        self.given: Mapping[str, bytes | None] = given
        self._names: dict[str, dict[str, None]] = {}
        for path in given:
            steps = path.split("/")
            for depth, name in enumerate(steps):
                self._names.setdefault("/".join(steps[:depth]), {})[name] = None

    def read(self, path: str) -> bytes | None:
        """The bytes at hand."""
        data = self.given.get(path)
        return None if data is None or len(data) > MAX_BYTES else data

    def stamp(self, path: str) -> tuple[int, ...]:
        """Nothing: the bytes are compared."""
        return ()

    def found(self, pattern: str) -> list[str]:
        """As a shell finds them: a leading dot is matched by a dot alone."""
        folders = [""]
        for step in pattern.split("/"):
            folders = [f"{at}/{name}" if at else name for at in folders for name in self.names(at) if _fits(name, step)]
        return sorted(folders)

    def names(self, folder: str) -> list[str]:
        """What files at hand stand in, or are."""
        return list(self._names.get(folder, ()))


def _leads(pattern: str, path: str) -> bool:
    """Whether a glob leads to a path; `*` stays within a folder."""
    steps, names = pattern.split("/"), path.split("/")
    return len(steps) == len(names) and all(map(_fits, names, steps))


def _fits(name: str, step: str) -> bool:
    return fnmatchcase(name, step) and (not name.startswith(".") or step.startswith("."))


def read(path: str) -> bytes | None:
    """The content of a regular file on the disk; None of what is none, too large or not readable."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            return None
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None
