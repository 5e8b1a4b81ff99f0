"""Rendering and judging units: in this process, or in several forked ones that stay until all is written.

A worker keeps the bytes it rendered until it is told which of them to write, so no content crosses a process; and it
keeps what it computed between one order and the next, so each service is always the same worker's.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import NamedTuple, Protocol

import msgspec

from journey import formats
from journey.artifact import Artifact, Unit
from journey.checks import references
from journey.objects import Files
from journey.pipeline.results import File, Finding, Result, as_problem, findings
from journey.problem import Problem
from journey.spec.view import Engine, Key, Record, View
from journey.tree import ApplyError, Stat, Writer, digest

BATCH = 100
"""Units a message: often enough for progress, seldom enough to cost nothing."""

WORTH_FORKING = 400
"""Units from which a second process pays for its start."""

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
        artifacts = Files(self.job.render(unit, view))
        files = tuple(self._keep(unit, artifact) for artifact in artifacts)
        problems = tuple(self.job.judge.inspect(unit, artifacts, view))
        defined = {identity for file in files for identity in file.defines}
        refers = tuple(pair for pair in references.refers(unit, artifacts) if pair[1] not in defined)
        return Result(unit, view.asked(), files, refers, findings(problems))

    def _keep(self, unit: Unit, artifact: Artifact) -> File:
        data = formats.encode(artifact.format, artifact.content)
        self.contents[artifact.path] = data
        origin = (artifact.origin.file, artifact.origin.path)
        return File(artifact.path, digest(data), artifact.executable, references.defines(unit, artifact), origin)

    def holds(self, path: str) -> bool:
        """Whether a file's content was rendered here."""
        return path in self.contents

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

    def close(self) -> None:
        """Let the contents go."""
        self.contents = {}


class _Order(msgspec.Struct, array_like=True):
    """What a worker is to do: render units, write paths below a root, or (neither) end."""

    units: list[Unit] = []
    root: str = ""
    paths: dict[str, bool] = {}


class _Answer(msgspec.Struct, array_like=True):
    """What a worker says: a batch of results, or what it wrote; `last` closes the answer to an order."""

    results: list[Result] = []
    records: list[tuple[Key, Record]] = []
    stats: dict[str, Stat] = {}
    findings: tuple[Finding, ...] = ()
    last: bool = True


class Forked:
    """Work in `count` processes forked from this one: they share what it knows, and send back what they learnt."""

    def __init__(self, job: Job, count: int) -> None:
        self.job = job
        self._owner: dict[str, Connection] = {}
        fork = multiprocessing.get_context("fork")
        gc.freeze()  # what the parent holds stays shared with its children
        self._children: list[tuple[multiprocessing.process.BaseProcess, Connection]] = []
        for _ in range(count):
            ours, theirs = fork.Pipe()
            child = fork.Process(target=_serve, args=(job, theirs), daemon=True)
            child.start()
            theirs.close()
            self._children.append((child, ours))

    def render(self, units: Sequence[Unit], progress: Progress = silent) -> Iterator[Result]:
        """Results as they come: their order is that of no list."""
        asked = {}
        for (_, connection), share in zip(self._children, shares(units, len(self._children)), strict=True):
            if share:
                asked[connection] = _Order(units=share)
        done = 0
        for connection, answer in self._answers(asked):
            for result in answer.results:
                self._owner.update((file.path, connection) for file in result.files)
                yield result
            self.job.engine.learnt.update(answer.records)
            done += len(answer.results)
            progress(done, len(units))

    def holds(self, path: str) -> bool:
        """Whether one of the processes has a file's content."""
        return path in self._owner

    def write(self, root: str, paths: Mapping[str, bool]) -> Written:
        """Each process writes what it rendered."""
        asked = {connection: _Order(root=root) for _, connection in self._children}
        for path, executable in paths.items():
            asked[self._owner[path]].paths[path] = executable
        stats: dict[str, Stat] = {}
        problems: list[Problem] = []
        for _, answer in self._answers(asked):
            stats.update(answer.stats)
            problems += map(as_problem, answer.findings)
        return Written(stats, problems)

    def _answers(self, orders: Mapping[Connection, _Order]) -> Iterator[tuple[Connection, _Answer]]:
        for connection, order in orders.items():
            connection.send_bytes(msgspec.msgpack.encode(order))
        waiting = set(orders)
        while waiting:
            for ready in wait(list(waiting)):
                assert isinstance(ready, Connection)
                answer = _receive(ready)
                if answer.last:
                    waiting.discard(ready)
                yield ready, answer

    def close(self) -> None:
        """End the processes."""
        for child, connection in self._children:
            with suppress(BrokenPipeError):
                connection.send_bytes(msgspec.msgpack.encode(_Order()))
            connection.close()
            child.join()
        self._children = []


def _receive(connection: Connection) -> _Answer:
    try:
        return msgspec.msgpack.decode(connection.recv_bytes(), type=_Answer)
    except EOFError as error:
        raise RuntimeError("a worker process ended early; --jobs 1 shows why") from error


def shares(units: Sequence[Unit], count: int) -> list[list[Unit]]:
    """The units in `count` parts of like size; a service's are always in the same one, as they read the same."""
    parts: list[list[Unit]] = [[] for _ in range(count)]
    for unit in units:
        parts[zlib.crc32((unit.service or str(unit)).encode()) % count].append(unit)
    return parts


def _serve(job: Job, parent: Connection) -> None:
    """The life of a worker: orders until one is empty, or the parent is gone."""
    gc.disable()  # it lives for a second or two
    worker = Local(job)
    told = set(job.engine.memos)
    with suppress(EOFError, BrokenPipeError):
        while True:
            order = msgspec.msgpack.decode(parent.recv_bytes(), type=_Order)
            if order.root:
                written = worker.write(order.root, order.paths)
                parent.send_bytes(
                    msgspec.msgpack.encode(_Answer(stats=written.stats, findings=findings(written.problems)))
                )
            elif order.units:
                _answer_render(worker, order.units, told, parent)
            elif order == _Order():
                return


def _answer_render(worker: Local, units: list[Unit], told: set[Key], parent: Connection) -> None:
    results: list[Result] = []
    for result in worker.render(units):
        results.append(result)
        if len(results) == BATCH:
            parent.send_bytes(msgspec.msgpack.encode(_Answer(results=results, last=False)))
            results = []
    engine = worker.job.engine
    records = [
        (key, Record(engine.print_of(key), memo.reads, engine.value_of(key)))
        for key, memo in engine.memos.items()
        if key not in told
    ]
    told.update(engine.memos)
    parent.send_bytes(msgspec.msgpack.encode(_Answer(results=results, records=records)))


def open_workers(job: Job, units: int, wanted: int | None) -> Workers:
    """As many processes as are worth it: one for little work, or where a process cannot be forked."""
    count = wanted or (min(os.cpu_count() or 1, 4) if units >= WORTH_FORKING else 1)
    if count == 1 or "fork" not in multiprocessing.get_all_start_methods():
        return Local(job)
    return Forked(job, count)
