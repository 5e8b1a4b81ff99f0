"""What must be done so that the disk equals what is wanted: a comparison of digests, pure but for `read`.

A file is stale when it is missing, differs, has another owner's x bit, or is a stray: something that nobody renders, in
an owned folder or, elsewhere, with the header. Permissions other than x and empty folders say nothing, as in git.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from journey.problem import Problem
from journey.tree.model import (
    TEMPORARY,
    Entry,
    Index,
    Owned,
    Plan,
    Scan,
    Stat,
    Wanted,
    ancestors,
    digest,
    has_header,
    link_problem,
    problem,
    shown,
)

RACY_NS = 50_000_000
"""A file touched less than this before the index was stored may have been touched again without its times changing:
it is read (git's "racily clean" entries). 50 ms is above every clock tick (1 to 10 ms) of local file systems."""

_SPECIAL = {"", ".", ".."}
_FAULT = "The target that renders it must give another path."


def plan(wanted: Mapping[str, Wanted], seen: Scan, index: Index, read: Callable[[str], bytes]) -> Plan:
    """Compare `wanted` (path -> digest, x) with what `seen` found; `read` gives a file's bytes, or raises OSError.

    A file whose Stat is the index's, and not racy, is not read. Problems, besides the scan's: `tree/path` (a path that
    leaves the owned places, or is also a folder of another), `tree/case` (two paths that one Mac or Windows folder
    cannot hold), `tree/symlink`, `tree/not-ours` (a hand-written file stands there), `tree/read`.
    """
    folders = ancestors(wanted)
    comparison = _Comparison(seen, index, read)
    for path in sorted(wanted):
        comparison.wanted(path, wanted[path])
    delete = tuple(path for path in sorted(seen.files.keys() - wanted.keys()) if comparison.is_stray(path))
    problems = chain(
        seen.problems,
        _refused_paths(wanted, seen.owned),
        _nested(wanted, folders),
        _same_but_for_case(wanted, folders),
        _links(seen, folders),
        comparison.problems,
    )
    return Plan(
        owned=seen.owned,
        create=tuple(comparison.create),
        update=tuple(comparison.update),
        delete=delete,
        chmod=tuple(comparison.chmod),
        unchanged=tuple(comparison.unchanged),
        obstacles=tuple(_obstacles(delete, comparison.create)),
        executables=frozenset(path for path, file in wanted.items() if file.executable),
        digests={path: wanted[path].digest for path in (*comparison.create, *comparison.update)},
        entries=comparison.entries,
        temporaries=seen.temporaries,
        problems=tuple(sorted(dict.fromkeys(problems))),
    )


def sure(index: Index) -> Index:
    """The entries that need not be read to be trusted: what may be stored again, later, without a look at the disk."""
    racy_from = index.written_ns - RACY_NS
    entries = index.entries.items()
    kept = {path: entry for path, entry in entries if max(entry.stat.mtime_ns, entry.stat.ctime_ns) < racy_from}
    return Index(kept, index.written_ns)


class _Comparison:
    def __init__(self, seen: Scan, index: Index, read: Callable[[str], bytes]) -> None:
        self._files = seen.files
        self._prefixes = seen.owned.prefixes
        self._last = index.entries
        self._racy_from = index.written_ns - RACY_NS
        self._read = read
        self.create: list[str] = []
        self.update: list[str] = []
        self.chmod: list[str] = []
        self.unchanged: list[str] = []
        self.entries: dict[str, Entry] = {}
        self.problems: list[Problem] = []

    def wanted(self, path: str, file: Wanted) -> None:
        """Sort one wanted file into create, update, chmod, unchanged or problems."""
        stat = self._files.get(path)
        if stat is None:
            self.create.append(path)
            return
        try:
            self._present(path, file, stat)
        except FileNotFoundError:
            self.create.append(path)  # deleted since the scan
        except OSError as error:
            hint = "Make it readable for the user who runs the command, or delete it."
            self.problems.append(problem(path, "read", f"cannot be read: {error.strerror}", hint))

    def _present(self, path: str, file: Wanted, stat: Stat) -> None:
        entry = self._seen_as(path, stat)
        if entry is None or entry.digest != file.digest:
            self._differs(path, stat)
            return
        self.entries[path] = entry
        kind = self.unchanged if stat.executable == file.executable else self.chmod
        kind.append(path)

    def _seen_as(self, path: str, stat: Stat) -> Entry | None:
        """The file's digest, from the index where that can be trusted. None: not a regular file."""
        entry = self._last.get(path)
        racy_from = self._racy_from
        if entry and entry.stat == stat and stat.mtime_ns < racy_from and stat.ctime_ns < racy_from:
            return entry
        return Entry(digest(self._read(path)), stat) if stat.regular else None

    def _differs(self, path: str, stat: Stat) -> None:
        in_folder = path.startswith(self._prefixes)
        if in_folder or (stat.regular and (path in self._last or has_header(self._read(path)))):
            self.update.append(path)
            return
        message = "is not overwritten: it has other content than the rendered file, and no sign of having been rendered"
        hint = "Move it elsewhere or delete it, then run the command again."
        self.problems.append(problem(path, "not-ours", message, hint))

    def is_stray(self, path: str) -> bool:
        """Is a file that nobody renders ours to delete? One that matches a pattern alone must prove it.

        Its header proves it, or being what was rendered last, byte for byte (JSON without a header).
        """
        if path.startswith(self._prefixes):
            return True
        stat = self._files[path]
        if not stat.regular:
            return False
        try:
            data = self._read(path)
        except OSError:
            return False  # a hand-written file may be unreadable: none of our business
        entry = self._last.get(path)
        return has_header(data) or (entry is not None and entry.digest == digest(data))


def _refused_paths(wanted: Iterable[str], owned: Owned) -> Iterator[Problem]:
    prefixes = owned.prefixes
    for path in wanted:
        parts = path.split("/")
        if "\\" in path or not path.isprintable() or not _SPECIAL.isdisjoint(parts) or parts[-1].startswith(TEMPORARY):
            yield problem(path, "path", "is not a plain relative path", _FAULT)
        elif not path.startswith(prefixes) and not owned.matches(path):
            yield problem(path, "path", "lies outside of the folders and files that are rendered", _FAULT)


def _nested(wanted: Mapping[str, Wanted], folders: set[str]) -> Iterator[Problem]:
    for path in wanted.keys() & folders:
        below = min(other for other in wanted if other.startswith(f"{path}/"))
        yield problem(path, "path", f"is rendered as a file and as the folder of {shown(below)}", _FAULT)


def _same_but_for_case(wanted: Iterable[str], folders: set[str]) -> Iterator[Problem]:
    """Macs and Windows take `A/x` and `a/x` for one file (Unicode case folding is the widest of their rules)."""
    paths = folders.union(wanted)
    if len({path.casefold() for path in paths}) == len(paths):
        return
    first: dict[str, str] = {}
    for path in sorted(paths):
        other = first.setdefault(path.casefold(), path)
        if other != path and other.rpartition("/")[0] == path.rpartition("/")[0]:
            message = f"differs from {shown(other)} in upper and lower case alone, which macOS and Windows ignore"
            yield problem(path, "case", message, "Rename one of them in the spec.")


def _links(seen: Scan, folders: set[str]) -> Iterator[Problem]:
    special = {path for path, stat in seen.files.items() if not stat.regular}
    yield from map(link_problem, (special | seen.links) & folders)


def _obstacles(delete: tuple[str, ...], create: list[str]) -> Iterator[str]:
    """Strays at a folder of a created file, below a created file, or its like but for case (one file on a Mac)."""
    if not delete or not create:
        return
    folders = ancestors(create)
    files = set(create)
    folded = {path.casefold() for path in create}
    for path in delete:
        if path in folders or not files.isdisjoint(ancestors([path])) or path.casefold() in folded:
            yield path


def stale(plan: Plan, command: str) -> tuple[Problem, ...]:
    """What a check says of a plan that is not clean, sorted by path: one Problem a file, after the plan's own.

    `command` is what accepts the rendered state, as the user would type it.
    """
    kinds = (
        (plan.create, "missing", "is rendered from the spec but is not there"),
        (plan.update, "edited", "differs from what the spec renders"),
        (plan.chmod, "mode-changed", "has another executable bit than the rendered file"),
        (plan.delete, "stray", "is not rendered from the spec"),
    )
    hint = f"Run `{command}` to write what the spec says."
    found = [problem(path, rule, message, hint) for paths, rule, message in kinds for path in paths]
    return (*plan.problems, *sorted(found))
