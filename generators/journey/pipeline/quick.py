"""Telling fast that no file on disk has changed."""

from __future__ import annotations

from journey import tree
from journey.tree.planning import RACY_NS


def untouched(seen: tree.Scan, index: tree.Index) -> bool:
    """Whether every file on disk is as the index has it, for sure: no other file, none that must be read to know."""
    if seen.problems or seen.links or seen.temporaries or len(seen.files) != len(index.entries):
        return False
    entries = index.entries
    racy_from = index.written_ns - RACY_NS
    for path, stat in seen.files.items():
        entry = entries.get(path)
        if entry is None or entry.stat != stat or stat.ctime_ns >= racy_from or stat.mtime_ns >= racy_from:
            return False
    return True


def as_it_was(seen: tree.Scan, index: tree.Index) -> tree.Plan:
    """The plan where nothing is to be done."""
    return tree.Plan(seen.owned, unchanged=tuple(sorted(index.entries)), entries=index.entries)
