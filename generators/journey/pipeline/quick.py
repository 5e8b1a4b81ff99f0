"""Telling fast that no rendered file has changed, beside other work: in a process of its own where there is one."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection

from journey import tree
from journey.pipeline.cache import Cache
from journey.tree.planning import RACY_NS

WORTH_FORKING = 2000
"""Files from which a process of its own pays for its start."""


class Watch:
    """Whether every file on disk is as the last run left it, and there is no other."""

    def __init__(self, root: str, known: Cache) -> None:
        """Begin to look."""
        self.root = root
        self.known = known
        self._answer: bool | None = None if known.settled else False
        self._child: tuple[multiprocessing.process.BaseProcess, Connection] | None = None
        beside = known.size >= WORTH_FORKING and "fork" in multiprocessing.get_all_start_methods()
        if self._answer is None and beside:
            self._child = self._fork()

    def _fork(self) -> tuple[multiprocessing.process.BaseProcess, Connection]:
        fork = multiprocessing.get_context("fork")
        ours, theirs = fork.Pipe(duplex=False)
        child = fork.Process(target=self._serve, args=(theirs,), daemon=True)
        child.start()
        theirs.close()
        return child, ours

    def _serve(self, parent: Connection) -> None:
        parent.send(untouched(self.root, self.known))

    @property
    def untouched(self) -> bool:
        """The answer; waits for it."""
        if self._answer is None and self._child is not None:
            child, ours = self._child
            self._answer = bool(ours.recv())
            child.join()
        if self._answer is None:
            self._answer = untouched(self.root, self.known)
        return self._answer


def untouched(root: str, known: Cache) -> bool:
    """Whether what stands on disk is what the last run left. A file of which its Stat alone is not sure is read."""
    seen, index = tree.scan(root, known.owned), known.index
    if seen.problems or seen.links or seen.temporaries or len(seen.files) != len(index.entries):
        return False
    entries = index.entries
    racy_from = index.written_ns - RACY_NS
    racy: list[str] = []
    for path, stat in seen.files.items():
        entry = entries.get(path)
        if entry is None or entry.stat != stat:
            return False
        if stat.ctime_ns >= racy_from or stat.mtime_ns >= racy_from:
            racy.append(path)
    try:
        return all(tree.digest(tree.read_file(root, path)) == entries[path].digest for path in racy)
    except OSError:
        return False


def as_it_was(known: Cache) -> tree.Plan:
    """The plan where nothing is to be done."""
    index = known.index
    return tree.Plan(known.owned, unchanged=tuple(sorted(index.entries)), entries=index.entries)
