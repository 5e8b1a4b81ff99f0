"""One unit, rendered again under changes of the spec."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from journey.artifact import Artifact, Unit
from journey.explain.fields import Fields, Name, fields
from journey.problem import Pointer, Problem, Step
from journey.spec.derived import BROKEN, Derived
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
    """Renders one unit of a spec again and again.

    documents: file -> content. base: an engine over them, where one has answered questions already. indexes: whether
    a trial finds what a change adds to an index over all services (see `journey.spec.derived`).

    A target yields its files one by one, so a file can depend on nothing that was asked after it was yielded: a
    question about one file renders no further, and what the unit reads for the rest of its files is left alone.
    """

    def __init__(
        self,
        documents: Mapping[str, Any],
        unit: Unit,
        render: Render,
        base: Engine | None = None,
        indexes: bool = False,
    ) -> None:
        self.documents = documents
        self.unit = unit
        self._render = render
        self.engine = base or Engine(documents)
        self._indexes = indexes
        self.view = View(self.engine)
        """For questions about the spec as it is."""
        self._asking = View(self.engine)
        self._rest = iter(render(unit, self._asking))
        self._made: dict[str, Artifact] = {}
        self._until: dict[str, int] = {}
        self._fields: dict[str, Fields] = {}
        self._faulty: dict[str, frozenset[Problem]] = {}

    @property
    def artifacts(self) -> Mapping[str, Artifact]:
        """All files of the unit, by path."""
        self._go_on()
        return self._made

    def artifact(self, path: str) -> Artifact | None:
        """A file of the unit; None where the unit has no such."""
        if path not in self._made:
            self._go_on(path)
        return self._made.get(path)

    def reads(self, paths: Iterable[str]) -> tuple[Key, ...]:
        """What was asked before the last of some files was there, in order; each once."""
        last = 0
        for path in paths:
            last = max(last, self._until[path] if self.artifact(path) else len(self._asking.reads))
        return tuple(dict.fromkeys(self._asking.reads[:last]))

    def _go_on(self, path: str = "") -> None:
        for artifact in self._rest:
            self._made[artifact.path] = artifact
            self._until[artifact.path] = len(self._asking.reads)
            if artifact.path == path:
                return

    def fields(self, path: str) -> Fields:
        """The fields of a file of the unit."""
        if path not in self._fields:
            artifact = self.artifact(path)
            assert artifact is not None, path
            self._fields[path] = fields(artifact)
        return self._fields[path]

    def under(self, changes: Iterable[Change]) -> Derived:
        """An engine over the changed spec."""
        return under(self.engine, changes, self._indexes)

    def render(self, engine: Engine, paths: Iterable[str] | None = None) -> dict[str, Artifact] | None:
        """The unit's files by path, all of them or until those of `paths` are there; None where the target broke."""
        missing, made = set(paths or ()), dict[str, Artifact]()
        try:
            for artifact in self._render(self.unit, View(engine)):
                made[artifact.path] = artifact
                missing.discard(artifact.path)
                if paths is not None and not missing:
                    break
        except BROKEN:
            return None
        return made

    def effect(self, changes: Iterable[Change], paths: Collection[str]) -> Effect:
        """What changes do to the fields of files."""
        return self.effect_in(self.under(changes), paths)

    def effect_in(self, engine: Derived, paths: Collection[str]) -> Effect:
        """What is different in the fields of files over another spec."""
        try:
            if engine.same(self.reads(paths)):
                return Effect()
        except BROKEN:
            return Effect(broke=True)
        rendered = self.render(engine, paths)
        if rendered is None:
            return Effect(broke=True)
        changed: set[Field] = set()
        gone: set[Field] = set()
        for path in paths:
            artifact = rendered.get(path)
            if artifact is None:
                gone.update((path, name) for name in self.fields(path).values)
            else:
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
        from journey.spec import rules  # not above: most questions need none of them

        try:
            return frozenset(rules.judge_service(view, service))
        except BROKEN:
            return frozenset({Problem(Pointer(service), "broken", "")})


def under(base: Engine, changes: Iterable[Change], indexes: bool = False) -> Derived:
    """An engine over a changed spec that takes every value that the changes do not alter from the spec's own."""
    edited = Edited(base.documents)
    touched: set[Key] = set()
    for change in _in_order(changes):
        if edited.apply(change):
            touched.update({(INPUT, change.where.file, ""), (INPUT, change.where.file, str(change.where.path[0]))})
    return Derived(base, edited, frozenset(touched), indexes)


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
