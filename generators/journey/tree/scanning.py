"""What stands on disk in the places that render owns. Reads names and stats, never contents, and follows no link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from fnmatch import fnmatchcase

from journey.problem import Problem
from journey.tree.model import TEMPORARY, Owned, Scan, Stat, link_problem, problem

_ROOT = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FOLDER = _ROOT | os.O_NOFOLLOW  # means nothing on a path that ends in a slash
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def scan(root: str, owned: Owned) -> Scan:
    """All that stands in the owned folders, and what matches the patterns elsewhere. A missing root is an empty one.

    Problems: `tree/symlink` (an owned folder, or a folder above it, is a link), `tree/folder` (is a file),
    `tree/read` (the system refuses).
    """
    scanner = _Scanner(root)
    for folder in owned.folders:
        if scanner.enterable(folder):
            scanner.folder(folder)
    for pattern in owned.patterns:
        scanner.pattern("", pattern.split("/"))
    problems = tuple(dict.fromkeys(scanner.problems))
    temporaries = tuple(sorted(scanner.temporaries))
    return Scan(owned, scanner.files, frozenset(scanner.links), temporaries, problems)


def read_file(root: str, path: str) -> bytes:
    """A file's content; OSError where it cannot be read or is a link. Never waits on a pipe."""
    handle = os.open(f"{root}/{path}", _FILE)
    try:
        return _read_all(handle)
    finally:
        os.close(handle)


def _read_all(handle: int) -> bytes:
    size = os.fstat(handle).st_size
    data = os.read(handle, size + 1)
    if len(data) == size:
        return data
    parts = [data]
    while part := os.read(handle, 1 << 20):
        parts.append(part)
    return b"".join(parts)


class _Scanner:
    def __init__(self, root: str) -> None:
        self.root = root
        self.files: dict[str, Stat] = {}
        self.links: set[str] = set()
        self.temporaries: set[str] = set()
        self.problems: list[Problem] = []

    def enterable(self, folder: str) -> bool:
        """Is the folder there, with real folders on the whole way to it?"""
        parts = folder.split("/")
        return all(self._is_folder("/".join(parts[: end + 1])) for end in range(len(parts)))

    def _is_folder(self, path: str) -> bool:
        try:
            mode = os.lstat(f"{self.root}/{path}").st_mode
        except FileNotFoundError:
            return False
        except OSError as error:
            self._refused(path, error)
            return False
        if stat.S_ISLNK(mode):
            self.problems.append(link_problem(path))
        elif not stat.S_ISDIR(mode):
            message = "is a file where the folder of rendered files must stand"
            self.problems.append(problem(path, "folder", message, "Move the file elsewhere."))
        return stat.S_ISDIR(mode)

    def folder(self, folder: str) -> None:
        """Everything below. Not recursive: a stray tree may be deeper than Python's stack."""
        waiting = [folder]
        while waiting:
            above = f"{waiting.pop()}/"
            for entry in self._entries(above):
                if self._is_subfolder(above, entry):
                    waiting.append(above + entry.name)
                elif not self._temporary(above, entry):
                    self._add(above, entry)

    def pattern(self, above: str, parts: list[str]) -> None:
        """What matches below the folder `above` (empty, or ending in a slash)."""
        first, *rest = parts
        for entry in self._entries(above):
            if not rest and self._temporary(above, entry):
                continue
            if fnmatchcase(entry.name, first):
                self._matched(above, entry, rest)

    def _matched(self, above: str, entry: os.DirEntry[str], rest: list[str]) -> None:
        is_folder = self._is_subfolder(above, entry)
        if rest and is_folder:
            self.pattern(f"{above}{entry.name}/", rest)
        elif rest and entry.is_symlink():
            self.links.add(above + entry.name)
        elif not rest and not is_folder:
            self._add(above, entry)

    def _entries(self, above: str) -> Iterator[os.DirEntry[str]]:
        """The folder's entries, while it stays open: their stats are then one step away, not a walk from the root."""
        try:
            handle = os.open(f"{self.root}/{above[:-1]}", _FOLDER if above else _ROOT)
        except FileNotFoundError:
            return
        except OSError as error:
            self._refused(above.rstrip("/"), error)
            return
        try:
            with os.scandir(handle) as entries:
                yield from entries
        finally:
            os.close(handle)

    def _is_subfolder(self, above: str, entry: os.DirEntry[str]) -> bool:
        try:
            return entry.is_dir(follow_symlinks=False)
        except OSError as error:  # on file systems whose listing leaves out the kind
            self._refused(above + entry.name, error)
            return False

    def _temporary(self, above: str, entry: os.DirEntry[str]) -> bool:
        if not entry.name.startswith(TEMPORARY) or not entry.is_file(follow_symlinks=False):
            return False
        self.temporaries.add(above + entry.name)
        return True

    def _add(self, above: str, entry: os.DirEntry[str]) -> None:
        path = above + entry.name
        try:
            self.files[path] = Stat.of(entry.stat(follow_symlinks=False))
        except FileNotFoundError:
            return  # deleted since its folder was listed
        except OSError as error:
            self._refused(path, error)

    def _refused(self, path: str, error: OSError) -> None:
        hint = "Make it readable for the user who runs the command."
        self.problems.append(problem(path, "read", f"cannot be read: {error.strerror}", hint))
