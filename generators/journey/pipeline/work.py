"""Rendering and judging units: in this process, or in several that are forked once what they share is known.

A worker keeps the bytes it rendered until it is told which of them to write, so no content crosses a process.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection, wait
from typing import NamedTuple, Protocol

import msgspec

from journey import formats
from journey.artifact import Artifact, Unit
from journey.checks import references
from journey.pipeline.results import File, Result, findings
from journey.problem import Problem
from journey.spec.view import Engine, Key, Record, View
from journey.tree import ApplyError, Stat, Writer, digest

BATCH = 100
"""Units a message: often enough for progress, seldom enough to cost nothing."""

Progress = Callable[[int, int], None]
"""Told how many units are done, of how many."""


def silent(done: int, total: int) -> None:
    """No progress shown."""


class Judge(Protocol):
    """What a unit's finished artifacts are held against."""

    def inspect(self, unit: Unit, artifacts: Sequence[Artifact], view: View) -> Iterable[Problem]: ...


class Job(NamedTuple):
    """What there is to do, the same in every process."""

    engine: Engine
    render: Callable[[Unit, View], Iterable[Artifact]]
    judge: Judge


class Written(NamedTuple):
    """What came of writing: the files' new Stat by path, and what failed."""

    stats: dict[str, Stat]
    problems: list[Problem]


class Outcome(msgspec.Struct, array_like=True):
    """A batch of results, as one process sends it to another."""

    results: list[Result]
    records: list[tuple[Key, bytes, tuple[Key, ...]]]
    last: bool


class Workers(Protocol):
    """One or several processes that render and then write."""

    def render(self, units: Sequence[Unit], progress: Progress = silent) -> Iterator[Result]: ...

    def holds(self, path: str) -> bool:
        """Whether a file's content was rendered here in this run."""
        ...

    def write(self, root: str, paths: Mapping[str, bool]) -> Written: ...

    def close(self) -> None: ...


class Local:
    """All work in this process."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.contents: dict[str, bytes] = {}

    def render(self, units: Sequence[Unit], progress: Progress = silent) -> Iterator[Result]:
        """Results in the order of the units."""
        for number, unit in enumerate(units, 1):
            yield self._render(unit)
            if number % BATCH == 0 or number == len(units):
                progress(number, len(units))

    def _render(self, unit: Unit) -> Result:
        view = View(self.job.engine)
        artifacts = list(self.job.render(unit, view))
        files = tuple(self._keep(unit, artifact) for artifact in artifacts)
        problems = tuple(self.job.judge.inspect(unit, artifacts, view))
        return Result(unit, view.asked(), files, references.refers(unit, artifacts), findings(problems))

    def _keep(self, unit: Unit, artifact: Artifact) -> File:
        data = formats.encode(artifact.format, artifact.content)
        self.contents[artifact.path] = data
        origin = (artifact.origin.file, artifact.origin.path)
        return File(artifact.path, digest(data), artifact.executable, references.defines(unit, artifact), origin)

    def write(self, root: str, paths: Mapping[str, bool]) -> Written:
        """Write contents rendered here; `paths` maps to whether a file is executable."""
        stats: dict[str, Stat] = {}
        problems: list[Problem] = []
        with Writer(root) as writer:
            for path, executable in paths.items():
                try:
                    stats[path] = writer.write(path, self.contents[path], executable)
                except ApplyError as error:
                    problems += error.problems
                    if error.stop:
                        break
        return Written(stats, problems)

    def holds(self, path: str) -> bool:
        """Whether a file's content was rendered here."""
        return path in self.contents

    def close(self) -> None:
        """Let the contents go."""
        self.contents = {}


class Forked:
    """Work in `count` processes forked from this one: they share what it knows, and send back what they learnt."""

    def __init__(self, job: Job, count: int) -> None:
        self.job = job
        self.count = count
        self._children: list[tuple[multiprocessing.process.BaseProcess, Connection]] = []
        self._owner: dict[str, Connection] = {}

    def render(self, units: Sequence[Unit], progress: Progress = silent) -> Iterator[Result]:
        """Results as they come: their order is that of no list."""
        fork = multiprocessing.get_context("fork")
        gc.freeze()  # what the parent holds stays shared with its children
        for share in shares(units, self.count):
            ours, theirs = fork.Pipe()
            child = fork.Process(target=_serve, args=(self.job, share, theirs), daemon=True)
            child.start()
            theirs.close()
            self._children.append((child, ours))
        done, open_ends = 0, {connection for _, connection in self._children}
        while open_ends:
            for ready in wait(list(open_ends)):
                assert isinstance(ready, Connection)
                outcome = _receive(ready)
                for result in outcome.results:
                    self._owner.update((file.path, ready) for file in result.files)
                    yield result
                self._learn(outcome)
                done += len(outcome.results)
                progress(done, len(units))
                if outcome.last:
                    open_ends.discard(ready)

    def _learn(self, outcome: Outcome) -> None:
        learnt = self.job.engine.learnt
        for key, print_, reads in outcome.records:
            learnt[key] = Record(print_, reads)

    def write(self, root: str, paths: Mapping[str, bool]) -> Written:
        """Each process writes what it rendered."""
        shared: dict[Connection, dict[str, bool]] = {connection: {} for _, connection in self._children}
        for path, executable in paths.items():
            shared[self._owner[path]][path] = executable
        for connection, part in shared.items():
            connection.send_bytes(msgspec.msgpack.encode((root, part)))
        stats: dict[str, Stat] = {}
        problems: list[Problem] = []
        for connection in shared:
            found: Written = connection.recv()
            stats.update(found.stats)
            problems += found.problems
        return Written(stats, problems)

    def holds(self, path: str) -> bool:
        """Whether one of the processes has a file's content."""
        return path in self._owner

    def close(self) -> None:
        """End the processes."""
        for child, connection in self._children:
            connection.close()
            child.join()
        self._children = []


def shares(units: Sequence[Unit], count: int) -> list[list[Unit]]:
    """The units in `count` parts of like size; those of one service stay together, as they read the same."""
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.service or str(unit), []).append(unit)
    parts: list[list[Unit]] = [[] for _ in range(count)]
    for number, group in enumerate(groups.values()):
        parts[number % count] += group
    return [part for part in parts if part]


def _serve(job: Job, units: list[Unit], parent: Connection) -> None:
    """The life of a worker: render its share, then write what it is told to, until the parent lets go."""
    gc.disable()  # it lives for a second or two
    known = set(job.engine.memos)
    worker = Local(job)
    results: list[Result] = []
    for result in worker.render(units):
        results.append(result)
        if len(results) == BATCH:
            parent.send_bytes(msgspec.msgpack.encode(Outcome(results, [], False)))
            results = []
    records = [
        (key, job.engine.print_of(key), memo.reads) for key, memo in job.engine.memos.items() if key not in known
    ]
    parent.send_bytes(msgspec.msgpack.encode(Outcome(results, records, True)))
    try:
        root, paths = msgspec.msgpack.decode(parent.recv_bytes(), type=tuple[str, dict[str, bool]])
        parent.send(worker.write(root, paths))
    except EOFError:
        pass  # nothing is to be written


def _receive(connection: Connection) -> Outcome:
    return msgspec.msgpack.decode(connection.recv_bytes(), type=Outcome)


def jobs_for(units: int, wanted: int | None) -> int:
    """How many processes are worth it: one for little work, or where a process cannot be forked."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 1
    if wanted is not None:
        return max(1, wanted)
    return min(os.cpu_count() or 1, 4) if units >= 400 else 1
