"""Telling fast that no rendered file has changed: half of them by a process of its own, beside other work."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection

from journey import tree
from journey.pipeline.cache import Cache
from journey.tree.planning import RACY_NS

WORTH_FORKING = 2000
"""Files from which a process of its own pays for its start."""

UNSURE = -1
"""What counting gives where a file is not as it was, or cannot be looked at."""


class Watch:
    """Whether every file on disk is as the last run left it, and there is no other."""

    def __init__(self, root: str, known: Cache) -> None:
        """Begin to look."""
        self.root = root
        self.known = known
        self._answer: bool | None = None if known.settled else False
        self._mine: tree.Owned | None = known.owned
        self._children: list[tuple[multiprocessing.process.BaseProcess, Connection]] = []
        beside = known.size >= WORTH_FORKING and "fork" in multiprocessing.get_all_start_methods()
        if self._answer is None and beside:
            theirs, self._mine = halves(root, known.owned)
            self._children.append(self._fork(theirs))

    def hand_over(self) -> None:
        """Leave the other half to a second process, as there is other work to do here."""
        if self._children and self._mine is not None:
            self._children.append(self._fork(self._mine))
            self._mine = None

    def _fork(self, part: tree.Owned) -> tuple[multiprocessing.process.BaseProcess, Connection]:
        fork = multiprocessing.get_context("fork")
        ours, theirs = fork.Pipe(duplex=False)
        child = fork.Process(target=self._serve, args=(part, theirs), daemon=True)
        child.start()
        theirs.close()
        return child, ours

    def _serve(self, part: tree.Owned, parent: Connection) -> None:
        parent.send(unchanged(self.root, part, self.known.index))

    @property
    def untouched(self) -> bool:
        """The answer; waits for it."""
        if self._answer is None:
            counts = [] if self._mine is None else [unchanged(self.root, self._mine, self.known.index)]
            for child, ours in self._children:
                counts.append(int(ours.recv()))
                child.join()
            self._answer = UNSURE not in counts and sum(counts) == self.known.size
        return self._answer


def halves(root: str, owned: tree.Owned) -> tuple[tree.Owned, tree.Owned]:
    """What is owned in two parts of about as many folders. A folder with files of its own is not divided."""
    folders: list[str] = []
    for folder in owned.folders:
        below = _below(root, folder)
        folders += [folder] if below is None else below
    return tree.Owned(tuple(folders[::2])), tree.Owned(tuple(folders[1::2]), owned.patterns)


def _below(root: str, folder: str) -> list[str] | None:
    try:
        with os.scandir(os.path.join(root, folder)) as found:
            entries = list(found)
    except OSError:
        return None
    if not all(entry.is_dir(follow_symlinks=False) for entry in entries):
        return None
    return sorted(f"{folder}/{entry.name}" for entry in entries)


def unchanged(root: str, owned: tree.Owned, index: tree.Index) -> int:
    """How many files there are, all as the index has them; UNSURE where one is not.

    A file of which its Stat alone is not sure is read.
    """
    seen = tree.scan(root, owned)
    if seen.problems or seen.links or seen.temporaries:
        return UNSURE
    entries = index.entries
    racy_from = index.written_ns - RACY_NS
    racy: list[str] = []
    for path, stat in seen.files.items():
        entry = entries.get(path)
        if entry is None or entry.stat != stat:
            return UNSURE
        if stat.ctime_ns >= racy_from or stat.mtime_ns >= racy_from:
            racy.append(path)
    try:
        same = all(tree.digest(tree.read_file(root, path)) == entries[path].digest for path in racy)
    except OSError:
        return UNSURE
    return len(seen.files) if same else UNSURE


def as_it_was(known: Cache) -> tree.Plan:
    """The plan where nothing is to be done."""
    index = known.index
    return tree.Plan(known.owned, unchanged=tuple(sorted(index.entries)), entries=index.entries)
