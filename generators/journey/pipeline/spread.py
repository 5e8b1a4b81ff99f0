"""Reading the files of a spec in several processes: parsing is most of the time before the first unit."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.connection import Connection

import msgspec

from journey.problem import Problem
from journey.spec.sources import Document, Reading

WORTH_FORKING = 200
"""Files from which a second process pays for its start."""

Read = Callable[[str], Reading]
Parsed = tuple[str, tuple[int, ...], bytes, bytes, list[Problem]]


def spread(read: Read, files: Sequence[str]) -> Iterable[Reading]:
    """Read every file; gives what came of each, in order."""
    count = min(os.cpu_count() or 1, 4)
    if len(files) < WORTH_FORKING or count == 1 or "fork" not in multiprocessing.get_all_start_methods():
        return map(read, files)
    fork = multiprocessing.get_context("fork")
    children = []
    for start in range(1, count):
        ours, theirs = fork.Pipe(duplex=False)
        child = fork.Process(target=_serve, args=(read, files[start::count], theirs), daemon=True)
        child.start()
        theirs.close()
        children.append((child, ours))
    parts: list[list[Reading]] = [list(map(read, files[::count]))]
    for child, ours in children:
        found: list[Parsed] = ours.recv()
        child.join()
        parts.append([_reading(*one) for one in found])
    return [parts[number % count][number // count] for number in range(len(files))]


def _serve(read: Read, files: Sequence[str], parent: Connection) -> None:
    parent.send([_plain(read(file)) for file in files])


def _plain(reading: Reading) -> Parsed:
    document, problems = reading
    return document.file, document.stamp, document.digest, bytes(document.raw), problems


def _reading(file: str, stamp: tuple[int, ...], digest: bytes, raw: bytes, problems: list[Problem]) -> Reading:
    return Reading(Document(file, stamp, None, msgspec.Raw(raw), digest), problems)
