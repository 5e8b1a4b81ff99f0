"""The answer to "why does this field say that": causes, what lost to them, defaults, rules and constants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from journey.artifact import Unit
from journey.explain.candidates import Candidate, candidates, names_of, unsaid
from journey.explain.fields import Name, Path, fields
from journey.explain.search import Influence, influences
from journey.explain.trials import REMOVED, Field, Trials
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.sources import ROOT_FILE, SERVICES, is_promoted
from journey.spec.view import Engine, described


class Cause(NamedTuple):
    """A node of the spec that made a field: `value` is what it says, `instead` another value of it that was tried,
    `becomes` what the field said then (None: it was gone), `sole` that the field repeats the value."""

    where: Pointer
    value: object
    instead: object
    becomes: object
    copied: bool = False


class Lost(NamedTuple):
    """What a weaker layer says of the same field of the spec."""

    where: Pointer
    value: object


class Default(NamedTuple):
    """A field of the spec that nobody says, and what stands in for it."""

    where: Pointer
    value: object


class Rule(NamedTuple):
    """A fact that carried a cause to the field, with what it is."""

    name: str
    description: str


class Answer(NamedTuple):
    """Why a field says what it says. `named` are the things whose names stand in it: a service, an environment, a
    cluster. Without cause, default and name it is the target's own constant."""

    name: Name
    path: Path
    value: object
    causes: tuple[Cause, ...] = ()
    lost: tuple[Lost, ...] = ()
    defaults: tuple[Default, ...] = ()
    named: tuple[Pointer, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def constant(self) -> bool:
        """Whether the target says it itself."""
        return not (self.causes or self.defaults or self.named)


class Explanation(NamedTuple):
    """A file's unit, why the file is there at all, and the answers for the fields that were asked about."""

    unit: Unit
    presence: tuple[Cause, ...]
    answers: tuple[Answer, ...]


def explain(trials: Trials, path: str, names: Sequence[Name]) -> Explanation:
    """Find what made fields of a file of the unit."""
    wanted = [(path, name) for name in names]
    known = names_of(trials.documents, trials.unit.service)
    found = influences(trials, candidates(trials, known, [path]), wanted)
    open_ = [field for field in wanted if not any(field in influence.changed for _, influence in found)]
    silent = influences(trials, unsaid(trials, known), open_) if open_ else []
    presence = _outermost([(one, inf.gone[wanted[0]]) for one, inf in found if wanted and wanted[0] in inf.gone])
    teller = _Teller(trials, path)
    answers = tuple(_answer(teller, field, found, silent) for field in wanted)
    return Explanation(trials.unit, tuple(_cause(teller, wanted[0], *said) for said in presence), answers)


class _Told(NamedTuple):
    """What came of a change: the file's fields, and the facts that say something else."""

    values: Mapping[Name, object]
    facts: tuple[str, ...]


class _Teller:
    """Renders each change that has to be told once, however many fields it alters."""

    def __init__(self, trials: Trials, path: str) -> None:
        self.trials = trials
        self.path = path
        self._known: dict[tuple[Pointer, int], _Told] = {}

    def told(self, one: Candidate, turn: int) -> _Told:
        """What came of a change."""
        key = (one.where, turn)
        if key not in self._known:
            engine = self.trials.under(one.change(turn))
            artifact = (self.trials.render(engine, [self.path]) or {}).get(self.path)
            values = fields(artifact).values if artifact is not None else {}
            self._known[key] = _Told(values, self._facts(engine))
        return self._known[key]

    def _facts(self, engine: Engine) -> tuple[str, ...]:
        """The facts that the unit asks for and that say something else under a change."""
        reads = self.trials.reads([self.path])
        asked = (key for key in reads if key[0].startswith("facts.") and key in engine.memos)
        changed = (key for key in asked if engine.memos[key].value != self.trials.engine.memos[key].value)
        return tuple(dict.fromkeys(key[0] for key in changed))


Found = Sequence[tuple[Candidate, Influence]]


def _answer(teller: _Teller, field: Field, found: Found, silent: Found) -> Answer:
    path, name = field
    trials = teller.trials
    value = trials.fields(path).values[name]
    said = _outermost([(one, influence.changed[field]) for one, influence in found if field in influence.changed])
    causes = sorted((_cause(teller, field, one, turn) for one, turn in said), key=lambda cause: _rank(trials, cause))
    facts = dict.fromkeys(fact for one, turn in said for fact in teller.told(one, turn).facts)
    return Answer(
        name=name,
        path=trials.fields(path).paths[name],
        value=value,
        causes=tuple(causes),
        lost=tuple(item for cause in causes[:1] for item in _lost(trials, cause)),
        defaults=tuple(Default(one.where, one.value) for one, influence in silent if field in influence.changed),
        named=_named(trials, value),
        rules=tuple(Rule(fact, described(fact)) for fact in facts),
    )


def _outermost(told: list[tuple[Candidate, int]]) -> list[tuple[Candidate, int]]:
    """Without keys that hold another of them: the scalar says more than what it stands in."""
    inner = {(one.where.file, one.where.path[:end]) for one, _ in told for end in range(len(one.where.path))}
    return [(one, turn) for one, turn in told if (one.where.file, one.where.path) not in inner]


def _cause(teller: _Teller, field: Field, one: Candidate, turn: int) -> Cause:
    path, name = field
    now, value = teller.told(one, turn).values.get(name), teller.trials.fields(path).values[name]
    copied = not isinstance(one.value, dict | list) and one.value is not None and str(one.value) in str(value)
    return Cause(one.where, one.value, one.instead(turn), now, copied)


def _named(trials: Trials, value: object) -> tuple[Pointer, ...]:
    """The keys of the spec whose names a text holds as words: those of the unit's service, environment and cluster."""
    unit, text = trials.unit, str(value)
    service = trials.documents[SERVICES].get(unit.service, "")
    known = {
        unit.service: Pointer(service),
        unit.environment: Pointer(ROOT_FILE, ("environments", unit.environment), key=True),
        unit.cluster: Pointer(ROOT_FILE, ("clusters", unit.cluster), key=True),
    }
    return tuple(
        where
        for name, where in known.items()
        if name and re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text)
    )


def _rank(trials: Trials, cause: Cause) -> tuple[bool, bool, bool]:
    """What the field repeats comes first, then what the service itself says."""
    own = trials.unit.service and f"/{trials.unit.service}/" in f"/{cause.where.file}"
    return (not cause.copied, not own, cause.instead is REMOVED)


def _lost(trials: Trials, cause: Cause) -> Iterable[Lost]:
    """Weaker layers that say the same field, the strongest first."""
    unit = trials.unit
    if not (unit.service and unit.environment):
        return
    layers = resolve.layers(trials.view, unit.service, unit.environment, unit.cluster)
    for number, layer in enumerate(layers):
        inside = cause.where.path[: len(layer.where.path)] == layer.where.path
        steps = cause.where.path[len(layer.where.path) :]
        if layer.where.file == cause.where.file and inside and steps[:1] != ("environments",):
            for weaker in reversed(layers[:number]):
                value = _at(weaker.value, steps)
                if value is not None:
                    yield Lost(weaker.where.child(*steps), value)
            return


def _at(node: object, steps: Sequence[str | int]) -> object:
    for step in steps:
        if not isinstance(node, dict):
            return None  # an element of a list has no place of its own in another layer's
        node = node.get(str(step))
    return None if isinstance(node, dict) else node


def head_of(where: Pointer) -> Pointer | None:
    """The node of service.yaml or platform.yaml that a promoted one was copied from; None for what is no promoted."""
    if not is_promoted(where.file):
        return None
    folder = where.file.rpartition("promoted/")[0]
    if not folder:
        return Pointer(ROOT_FILE, where.path)
    steps = where.path[2:] if where.path[:1] == ("clusters",) else where.path[1:]
    return Pointer(f"{folder}service.yaml", steps)
