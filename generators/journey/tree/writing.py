"""Writing rendered files: each is old or new at any moment, and no link leads a write or a deletion elsewhere.

Folders are opened one by one from the root, never through a link, and files are named relative to their open folder:
a link that is put in the way between check and write (CWE-367) stops the write instead of redirecting it.

Nothing is fsynced: that would cost 0.3 ms a file, 10 s for a tree of 30,000. A killed process leaves every file old or
new, because a rename is one step; after a power cut a file may be empty or old, and the next run finds that by its
digest and writes it again.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from types import TracebackType

from journey.problem import Problem
from journey.tree.model import TEMPORARY, ApplyError, Entry, Owned, Plan, Stat, digest, link_problem, problem

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OPEN_FOLDERS = 200
"""Kept open for the files that follow; well below the usual limit of 1,024 open files."""

_FULL = {errno.ENOSPC, errno.EDQUOT}
_HINTS = {
    **dict.fromkeys(_FULL, "Free some space and run the command again: it goes on where it stopped."),
    errno.EROFS: "The file system is read-only: work in a copy that can be written.",
    errno.EACCES: "Give the user who runs the command the right to write in its folder.",
    errno.EPERM: "Give the user who runs the command the right to write in its folder.",
    errno.ENAMETOOLONG: "Choose a shorter name in the spec.",
}
_STOP = {*_FULL, errno.EROFS}


class Writer:
    """Writes and deletes below one root. Keeps folders open, so use one a process and close it (`with`)."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._folders: dict[str, int] = {}
        self._numbers = count()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the open folders."""
        while self._folders:
            os.close(self._folders.popitem()[1])

    def write(self, path: str, data: bytes, executable: bool = False) -> Stat:
        """Put `data` at `path`, making folders; the Stat is the new file's. ApplyError: the file is as it was."""
        with _reported(path, "written"):
            folder, _, name = path.rpartition("/")
            handle = self._folder(folder, make=True)
            temporary, file = self._new(handle, 0o755 if executable else 0o644)
            try:
                _fill(file, data)
                _replace(temporary, name, handle)
            except OSError:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=handle)
                raise
            return Stat.of(os.stat(name, dir_fd=handle, follow_symlinks=False))

    def chmod(self, path: str, executable: bool) -> None:
        """Set or clear the x bits of a regular file, x for all who may read. ApplyError: its mode is as it was."""
        with _reported(path, "given its mode"):
            folder, _, name = path.rpartition("/")
            handle = os.open(name, _OLD, dir_fd=self._folder(folder))
            try:
                mode = os.fstat(handle).st_mode & 0o777
                os.fchmod(handle, mode | (mode & 0o444) >> 2 | 0o100 if executable else mode & ~0o111)
            finally:
                os.close(handle)

    def delete(self, path: str) -> None:
        """Remove a file or a link itself; one that is gone already is fine. ApplyError: it is still there."""
        with _reported(path, "deleted"):
            folder, _, name = path.rpartition("/")
            try:
                os.unlink(name, dir_fd=self._folder(folder))
            except FileNotFoundError:
                return

    def remove_if_empty(self, folder: str) -> bool:
        """Remove an empty folder. False: it is not empty, or the system refuses (no harm: git keeps no folders)."""
        above, _, name = folder.rpartition("/")
        try:
            os.rmdir(name, dir_fd=self._folder(above))
        except OSError:
            return False
        if folder in self._folders:
            os.close(self._folders.pop(folder))
        return True

    def _new(self, folder: int, mode: int) -> tuple[str, int]:
        while True:
            name = f"{TEMPORARY}{os.getpid()}-{next(self._numbers)}"
            try:
                return name, os.open(name, _NEW, mode, dir_fd=folder)
            except FileExistsError:
                continue  # left by a killed run that had our process id

    def _folder(self, path: str, make: bool = False) -> int:
        """The open folder. ApplyError `tree/symlink` where a link stands on the way."""
        handle = self._folders.get(path)
        if handle is not None:
            return handle
        handle, at = self._top(make), ""
        for name in path.split("/") if path else ():
            if len(self._folders) > _OPEN_FOLDERS:
                self._close_all_but(at)
            at = f"{at}/{name}" if at else name
            handle = self._enter(handle, at, make)
        return handle

    def _top(self, make: bool) -> int:
        handle = self._folders.get("")
        if handle is None:
            if make:
                os.makedirs(self._root, exist_ok=True)
            handle = self._folders[""] = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return handle

    def _enter(self, above: int, path: str, make: bool) -> int:
        handle = self._folders.get(path)
        if handle is not None:
            return handle
        name = path.rpartition("/")[2]
        try:
            handle = self._folders[path] = _open_below(above, name, make)
        except NotADirectoryError:
            raise ApplyError([_not_a_folder(above, name, path)]) from None
        return handle

    def _close_all_but(self, kept: str) -> None:
        for folder in self._folders.keys() - {kept}:
            os.close(self._folders.pop(folder))


def _open_below(parent: int, name: str, make: bool) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=parent)
    except FileNotFoundError:
        if not make:
            raise
    with suppress(FileExistsError):  # another worker may be first
        os.mkdir(name, 0o755, dir_fd=parent)
    return os.open(name, _FOLDER, dir_fd=parent)


def _not_a_folder(parent: int, name: str, path: str) -> Problem:
    try:
        os.readlink(name, dir_fd=parent)
    except OSError:
        message = "is a file where the folder of rendered files must stand"
        return problem(path, "folder", message, "Move the file elsewhere.")
    return link_problem(path)


def _fill(handle: int, data: bytes) -> None:
    try:
        written = os.write(handle, data)
        while written < len(data):
            written += os.write(handle, data[written:])
    finally:
        os.close(handle)  # before the rename: a network file system may report a full disk only here


def _replace(temporary: str, name: str, folder: int) -> None:
    try:
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except IsADirectoryError as error:
        try:
            _remove_empty(name, folder)
        except OSError:
            raise error from None
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def _remove_empty(name: str, parent: int) -> None:
    """Remove a folder that holds nothing but folders; OSError at the first file, which stays."""
    handle = os.open(name, _FOLDER, dir_fd=parent)
    try:
        for below in os.listdir(handle):
            _remove_empty(below, handle)
    finally:
        os.close(handle)
    os.rmdir(name, dir_fd=parent)


@contextmanager
def _reported(path: str, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "Mend the cause and run the command again.")
        found = problem(path, "write", f"cannot be {done}: {error.strerror}", hint)
        raise ApplyError([found], error.errno in _STOP) from error


def write_file(root: str, path: str, data: bytes, executable: bool = False) -> Stat:
    """`Writer.write` for one file; who writes many keeps a Writer."""
    with Writer(root) as writer:
        return writer.write(path, data, executable)


def delete_paths(root: str, paths: Iterable[str], owned: Owned) -> None:
    """Delete what a plan says, then the folders that this emptied, up to and with an owned folder, never above it.

    ApplyError has a Problem for each that could not be deleted; the others are gone.
    """
    with Writer(root) as writer:
        _delete(writer, paths, owned)


def _delete(writer: Writer, paths: Iterable[str], owned: Owned) -> None:
    paths = list(paths)
    _all(writer.delete, paths)
    prefixes = owned.prefixes
    emptied = {path.rpartition("/")[0] for path in paths if path.startswith(prefixes)}
    while emptied:
        removed = [folder for folder in emptied if writer.remove_if_empty(folder)]
        emptied = {folder.rpartition("/")[0] for folder in removed if folder.startswith(prefixes)}


def _all(act: Callable[[str], None], paths: Iterable[str]) -> None:
    """Do it for each path and report all that failed; only a full or read-only file system ends it early."""
    problems: list[Problem] = []
    stop = False
    for path in paths:
        try:
            act(path)
        except ApplyError as error:
            problems += error.problems
            stop = error.stop
        if stop:
            break
    if problems:
        raise ApplyError(problems, stop)


def sweep_temporaries(root: str, temporaries: Iterable[str]) -> None:
    """Remove what a killed run left half-written, as the scan found it. No other run may be writing meanwhile."""
    with Writer(root) as writer:
        _all(writer.delete, temporaries)


def apply(plan: Plan, root: str, content: Callable[[str], bytes]) -> dict[str, Entry]:
    """Do what the plan says, in this process; `content` gives the bytes of a path. Gives the next index's entries.

    Order: temporaries, obstacles, created and updated files, modes, then deletions, which don't begin unless all else
    succeeded. ApplyError has all Problems; a plan with Problems is refused whole.
    """
    if plan.problems:
        raise ApplyError(plan.problems)
    entries = dict(plan.entries)

    def write(path: str) -> None:
        data = content(path)
        entries[path] = Entry(digest(data), writer.write(path, data, path in plan.executables))

    with Writer(root) as writer:
        _all(writer.delete, plan.temporaries)
        _delete(writer, plan.obstacles, plan.owned)
        _all(write, (*plan.create, *plan.update))
        _all(lambda path: writer.chmod(path, path in plan.executables), plan.chmod)
        _delete(writer, plan.last, plan.owned)
    return entries
