"""What was read of what, by number: the form in which records are kept between runs and sent between processes.

An entry stands after all that it reads, so one pass from front to back finds everything that a change can reach.
"""

from __future__ import annotations

from collections.abc import Collection
from sys import intern

import msgspec

Key = tuple[str, ...]
"""A query's name and its arguments; an input is ("input", file, block)."""

DEAD: Key = ("",)
"""Stands where an entry was that no longer holds."""


class Graph(msgspec.Struct, array_like=True):
    """Queries and inputs: names, fingerprints of their values, what each read, and values worth keeping."""

    keys: list[Key] = []
    prints: list[bytes] = []
    reads: list[list[int]] = []
    values: dict[int, bytes] = {}

    def reached(self, changed: Collection[int]) -> set[int]:
        """The entries given, and every entry that reads one of them, directly or not."""
        found = set(changed)
        if found:
            for number, reads in enumerate(self.reads):
                if not found.isdisjoint(reads):
                    found.add(number)
        return found


class Recorder:
    """Numbers entries as they become known. `part` gives what came since it was last asked."""

    def __init__(self, known: Graph | None = None, dead: Collection[int] = ()) -> None:
        """Go on from a known graph, without its `dead` entries: their numbers stay empty."""
        self.graph = Graph()
        if known is not None:
            self.graph = Graph(list(known.keys), list(known.prints), list(known.reads), dict(known.values))
        for number in dead:
            self.graph.keys[number], self.graph.prints[number], self.graph.reads[number] = DEAD, b"", []
            self.graph.values.pop(number, None)
        self.numbers: dict[Key, int] = {key: number for number, key in enumerate(self.graph.keys) if key != DEAD}
        self.dead = len(self.graph.keys) - len(self.numbers)
        self._given = len(self.graph.keys)

    def add(self, key: Key, fingerprint: bytes, reads: list[int], value: bytes | None) -> int:
        """A new entry; gives its number."""
        graph = self.graph
        number = self.numbers[key] = len(graph.keys)
        graph.keys.append(key)
        graph.prints.append(fingerprint)
        graph.reads.append(reads)
        if value is not None:
            graph.values[number] = value
        return number

    def part(self) -> Graph:
        """The entries since the last part; their reads are numbers of the whole. Of them only the keys are kept."""
        start, self._given = self._given, len(self.graph.keys)
        graph = self.graph
        values = {number - start: graph.values.pop(number) for number in list(graph.values) if number >= start}
        part = Graph(graph.keys[start:], graph.prints[start:], graph.reads[start:], values)
        graph.prints[start:] = [b""] * len(part.keys)
        graph.reads[start:] = [[]] * len(part.keys)
        return part

    def take(self, part: Graph, renumbered: list[int]) -> None:
        """Add another recorder's part. `renumbered` maps its numbers to ours, and grows with it."""
        for offset, words in enumerate(part.keys):
            key = tuple(map(intern, words))  # the same few names, over and over
            number = self.numbers.get(key)
            if number is None:
                reads = [renumbered[read] for read in part.reads[offset]]
                number = self.add(key, part.prints[offset], reads, part.values.get(offset))
            renumbered.append(number)
