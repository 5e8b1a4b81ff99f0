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
from journey.pipeline.progress import Progress, silent
from journey.pipeline.results import File, Finding, Outcome, Result, as_problem, findings, outcome
from journey.problem import Problem
from journey.spec.graph import Graph, Recorder
from journey.spec.view import Engine, View
from journey.tree import ApplyError, Stat, Writer, digest

BATCH = 100
"""Units a message: often enough for progress, seldom enough to cost nothing."""

WORTH_FORKING = 400
"""Units from which a second process pays for its start."""

Meanwhile = Callable[[], None]
"""Something to do while files are written."""


def nothing() -> None:
    """Nothing to do meanwhile."""


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
    """One or several processes that do units, recording what those read, and then write."""

    def do(self, units: Sequence[Unit], recorder: Recorder, progress: Progress = silent) -> Iterator[Outcome]: ...

    def write(self, root: str, paths: Mapping[Unit, dict[str, bool]], meanwhile: Meanwhile = nothing) -> Written:
        """Write files of units that were done here in this run: path -> whether it is executable, by unit."""
        ...

    def close(self) -> None: ...


class Local:
    """All work in this process."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.contents: dict[str, bytes] = {}

    def do(self, units: Sequence[Unit], recorder: Recorder, progress: Progress = silent) -> Iterator[Outcome]:
        """Outcomes in the order of the units."""
        for number, unit in enumerate(units, 1):
            view = View(self.job.engine)
            result = self.render(unit, view)
            yield outcome(unit, self.job.engine.record(recorder, view.asked()), result)
            if number % BATCH == 0 or number == len(units):
                progress(number, len(units))

    def render(self, unit: Unit, view: View) -> Result:
        """Render and judge one unit, and keep its contents."""
        artifacts = Files(self.job.render(unit, view))
        links = references.links(unit, artifacts)
        files = tuple(map(self._keep, artifacts, links.defines))
        return Result.of(files, links.refers, self.job.judge.inspect(unit, artifacts, view))

    def _keep(self, artifact: Artifact, defines: tuple[str, ...]) -> File:
        data = formats.encode(artifact.format, artifact.content)
        self.contents[artifact.path] = data
        origin = (artifact.origin.file, artifact.origin.path)
        return File(artifact.path, digest(data), artifact.executable, defines, origin)

    def write(self, root: str, paths: Mapping[Unit, dict[str, bool]], meanwhile: Meanwhile = nothing) -> Written:
        """One file after the other."""
        written = self.write_files(root, {path: bit for part in paths.values() for path, bit in part.items()})
        meanwhile()
        return written

    def write_files(self, root: str, paths: Mapping[str, bool]) -> Written:
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
    """What a worker is to do: units, or paths below a root, or (neither) end."""

    units: list[Unit] = []
    root: str = ""
    paths: dict[str, bool] = {}


class _Answer(msgspec.Struct, array_like=True):
    """What a worker says: a batch of outcomes, or what it wrote; `last` closes an order's answer."""

    outcomes: list[Outcome] = []
    graph: Graph = msgspec.field(default_factory=Graph)
    stats: dict[str, Stat] = {}
    findings: tuple[Finding, ...] = ()
    last: bool = True


class _Child:
    """A worker as its parent sees it. `renumbered` maps the numbers of its recorder to the parent's."""

    def __init__(self, job: Job) -> None:
        fork = multiprocessing.get_context("fork")
        self.connection, theirs = fork.Pipe()
        self.process = fork.Process(target=_serve, args=(job, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.renumbered: list[int] = []

    def send(self, order: _Order) -> None:
        self.connection.send_bytes(msgspec.msgpack.encode(order))

    def receive(self) -> _Answer:
        try:
            return msgspec.msgpack.decode(self.connection.recv_bytes(), type=_Answer)
        except EOFError as error:
            raise RuntimeError("a worker process ended early; --jobs 1 shows why") from error

    def close(self) -> None:
        with suppress(BrokenPipeError):
            self.send(_Order())
        self.connection.close()
        self.process.join()


class Forked:
    """Work in `count` processes forked from this one: they share what it knows, and send back what they learnt."""

    def __init__(self, job: Job, count: int) -> None:
        gc.freeze()  # what the parent holds stays shared with its children
        self._children = [_Child(job) for _ in range(count)]

    def do(self, units: Sequence[Unit], recorder: Recorder, progress: Progress = silent) -> Iterator[Outcome]:
        """Outcomes as they come: their order is that of no list."""
        parts = zip(self._children, shares(units, len(self._children)), strict=True)
        asked = {child: _Order(units=share) for child, share in parts if share}
        done = 0
        for child, answer in self._answers(asked):
            recorder.take(answer.graph, child.renumbered)
            for made in answer.outcomes:
                yield made.reading([child.renumbered[number] for number in made.reads])
            done += len(answer.outcomes)
            progress(done, len(units))

    def write(self, root: str, paths: Mapping[Unit, dict[str, bool]], meanwhile: Meanwhile = nothing) -> Written:
        """Each process writes what it rendered."""
        asked = {child: _Order(root=root) for child in self._children}
        for unit, part in paths.items():
            asked[self._children[share_of(unit, len(self._children))]].paths.update(part)
        stats: dict[str, Stat] = {}
        problems: list[Problem] = []
        for _, answer in self._answers(asked, meanwhile):
            stats.update(answer.stats)
            problems += map(as_problem, answer.findings)
        return Written(stats, problems)

    def _answers(
        self, orders: Mapping[_Child, _Order], meanwhile: Meanwhile = nothing
    ) -> Iterator[tuple[_Child, _Answer]]:
        waiting = {child.connection: child for child in orders}
        for child, order in orders.items():
            child.send(order)
        meanwhile()
        while waiting:
            for ready in wait(list(waiting)):
                assert isinstance(ready, Connection)
                child = waiting[ready]
                answer = child.receive()
                if answer.last:
                    del waiting[ready]
                yield child, answer

    def close(self) -> None:
        """End the processes."""
        for child in self._children:
            child.close()
        self._children = []


def shares(units: Sequence[Unit], count: int) -> list[list[Unit]]:
    """The units in `count` parts of like size; a service's are always in the same one, as they read the same."""
    parts: list[list[Unit]] = [[] for _ in range(count)]
    for unit in units:
        parts[share_of(unit, count)].append(unit)
    return parts


def share_of(unit: Unit, count: int) -> int:
    """The number of the part that a unit is in."""
    return zlib.crc32((unit.service or str(unit)).encode()) % count


def _serve(job: Job, parent: Connection) -> None:
    """The life of a worker: orders until one is empty, or the parent is gone."""
    gc.disable()  # it lives for a second or two
    worker, recorder = Local(job), Recorder()
    with suppress(EOFError, BrokenPipeError):
        while (order := msgspec.msgpack.decode(parent.recv_bytes(), type=_Order)) != _Order():
            answers = _write(worker, order) if order.root else _do(worker, order.units, recorder)
            for answer in answers:
                parent.send_bytes(msgspec.msgpack.encode(answer))


def _write(worker: Local, order: _Order) -> Iterator[_Answer]:
    worker.job.engine.memos.clear()  # what was computed is not asked again, and its memory is needed
    worker.job.engine.inlined.clear()
    written = worker.write_files(order.root, order.paths)
    yield _Answer(stats=written.stats, findings=findings(written.problems))


def _do(worker: Local, units: list[Unit], recorder: Recorder) -> Iterator[_Answer]:
    batch: list[Outcome] = []
    for number, made in enumerate(worker.do(units, recorder), 1):
        batch.append(made)
        if number % BATCH == 0 or number == len(units):
            yield _Answer(batch, recorder.part(), last=number == len(units))
            batch = []


def open_workers(job: Job, units: int, wanted: int | None) -> Workers:
    """As many processes as are worth it: one for little work, or where a process cannot be forked."""
    count = wanted or (min(os.cpu_count() or 1, 4) if units >= WORTH_FORKING else 1)
    if count == 1 or "fork" not in multiprocessing.get_all_start_methods():
        return Local(job)
    return Forked(job, count)
