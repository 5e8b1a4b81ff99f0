"""One unit, rendered again under changes of the spec."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from journey.artifact import Artifact, Unit
from journey.explain.fields import Fields, Name, fields
from journey.problem import Pointer, Problem, Step
from journey.spec import rules
from journey.spec.graph import Key
from journey.spec.sources import SERVICES
from journey.spec.view import INPUT, Engine, View

Render = Callable[[Unit, View], Iterable[Artifact]]
Field = tuple[str, Name]
"""A field of a rendered file: the file's path, and the field's name in it."""


class _Removed:
    """Stands for no value at all."""

    def __repr__(self) -> str:
        return "(removed)"


REMOVED: Final = _Removed()

BROKEN = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, msgspec.MsgspecError)
"""What a target may raise over a spec that the rules would have refused: such a trial says nothing."""


class Change(NamedTuple):
    """A node of the spec and what it says instead; `REMOVED` takes its key or element away."""

    where: Pointer
    value: object


class Effect(NamedTuple):
    """What changes did: fields that say something else or are gone from their file, and fields whose file is gone.

    `broke` tells that nothing is known.
    """

    changed: frozenset[Field] = frozenset()
    gone: frozenset[Field] = frozenset()
    broke: bool = False


class Trials:
    """Renders one unit of a spec again and again. `documents`: file -> content."""

    def __init__(self, documents: Mapping[str, Any], unit: Unit, render: Render) -> None:
        self.documents = documents
        self.unit = unit
        self._render = render
        self._reached: dict[Key, frozenset[Key]] = {}
        self.engine = Engine(documents)
        view = View(self.engine)
        self.artifacts = {artifact.path: artifact for artifact in render(unit, view)}
        self.reads = view.asked()
        self._order = list(self.engine.memos)
        self.view = View(Engine(documents))
        """For questions about the spec as it is. What they compute is not kept: a change would not reach it."""
        self._fields: dict[str, Fields] = {}
        self._faulty: dict[str, frozenset[Problem]] = {}

    def fields(self, path: str) -> Fields:
        """The fields of a file of the unit."""
        if path not in self._fields:
            self._fields[path] = fields(self.artifacts[path])
        return self._fields[path]

    def under(self, changes: Iterable[Change]) -> Engine:
        """An engine over the changed spec that keeps every value that the changes cannot reach."""
        edited = Edited(self.documents)
        touched: set[Key] = set()
        for change in _in_order(changes):
            if edited.apply(change):
                touched.update({(INPUT, change.where.file, ""), (INPUT, change.where.file, str(change.where.path[0]))})
        engine = Engine(edited)
        reached = frozenset().union(*map(self._reached_from, touched))
        engine.memos = {key: memo for key, memo in self.engine.memos.items() if key not in reached}
        return engine

    def render(self, engine: Engine) -> dict[str, Artifact] | None:
        """The unit's files by path; None where the target broke."""
        try:
            return {artifact.path: artifact for artifact in self._render(self.unit, View(engine))}
        except BROKEN:
            return None

    def effect(self, changes: Iterable[Change], paths: Iterable[str]) -> Effect:
        """What changes do to the fields of files."""
        rendered = self.render(self.under(changes))
        if rendered is None:
            return Effect(broke=True)
        changed: set[Field] = set()
        gone: set[Field] = set()
        for path in paths:
            artifact = rendered.get(path)
            if artifact is None:
                gone.update((path, name) for name in self.fields(path).values)
            elif artifact.content != self.artifacts[path].content:
                now = fields(artifact).values
                changed.update(
                    (path, name)
                    for name, value in self.fields(path).values.items()
                    if name not in now or now[name] != value or type(now[name]) is not type(value)
                )
        return Effect(frozenset(changed), frozenset(gone))

    def valid(self, changes: Sequence[Change]) -> bool:
        """Whether the rules find nothing new: in the unit's own service, and in those whose files are changed."""
        changed = {_service_of(change.where.file) for change in changes}
        names = {self.unit.service, *changed} & set(self.documents[SERVICES])
        view = View(self.under(changes))
        return all(self._faults(view, name) <= self._faults_before(name) for name in names)

    def _faults_before(self, service: str) -> frozenset[Problem]:
        if service not in self._faulty:
            self._faulty[service] = self._faults(self.view, service)
        return self._faulty[service]

    def _faults(self, view: View, service: str) -> frozenset[Problem]:
        try:
            return frozenset(rules.judge_service(view, service))
        except BROKEN:
            return frozenset({Problem(Pointer(service), "broken", "")})

    def _reached_from(self, key: Key) -> frozenset[Key]:
        """The queries that read an input, directly or not; each stands behind what it reads."""
        found = self._reached.get(key)
        if found is None:
            reached = {key}
            for reader in self._order:
                if not reached.isdisjoint(self.engine.memos[reader].reads):
                    reached.add(reader)
            found = self._reached[key] = frozenset(reached)
        return found


def _in_order(changes: Iterable[Change]) -> list[Change]:
    """Removals last, and those of a list from its end: what comes before keeps its index."""

    def rank(change: Change) -> tuple[bool, tuple[tuple[int, str], ...]]:
        steps = tuple((-step, "") if isinstance(step, int) else (0, step) for step in change.where.path)
        return (change.value is REMOVED, steps)

    return sorted(changes, key=rank)


class Edited(Mapping[str, Any]):
    """Documents with changes; what is not changed is shared with the original."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents
        self._own: dict[str, Any] = {}
        self._copied: set[int] = set()

    def __getitem__(self, file: str) -> Any:
        return self._own[file] if file in self._own else self._documents[file]

    def __iter__(self) -> Any:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

    def apply(self, change: Change) -> bool:
        """Make a change; False where an earlier one has taken its place away."""
        file, path = change.where.file, change.where.path
        if file not in self._own:
            self._own[file] = self._copy(self._documents[file])
        holder = self._own[file]
        for step in path[:-1]:
            below = _child(holder, step)
            if below is None and isinstance(holder, dict) and change.value is not REMOVED:
                below = holder[step] = {}  # a field of a record that nobody says
                self._copied.add(id(below))
            if type(below) is not dict and type(below) is not list:
                return False
            if id(below) not in self._copied:
                below = holder[step] = self._copy(below)
            holder = below
        return _put(holder, path[-1], change.value)

    def _copy(self, node: Any) -> Any:
        copied = node.copy()
        self._copied.add(id(copied))
        return copied


def _service_of(file: str) -> str:
    """The service that a file of the spec is about; empty for the platform's."""
    return file.rpartition("/promoted/")[0].rpartition("/")[2] or file.rpartition("/")[0].rpartition("/")[2]


def _child(holder: Any, step: Step) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    return holder[step] if isinstance(step, int) and step < len(holder) else None


def _put(holder: Any, step: Step, value: object) -> bool:
    if isinstance(holder, list) and not (isinstance(step, int) and step < len(holder)):
        return False
    if value is not REMOVED:
        holder[step] = value
        return True
    if isinstance(holder, dict) and step not in holder:
        return False
    del holder[step]
    return True
