"""What a line of the spec reaches: every rendered field that one of its other values alters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from journey.artifact import Unit
from journey.explain.candidates import Candidate, names_of, of_file
from journey.explain.fields import Path
from journey.explain.trials import Effect, Trials, under
from journey.pipeline.session import Session
from journey.problem import Pointer
from journey.spec.derived import BROKEN, Derived
from journey.spec.graph import Key
from journey.spec.view import INPUT


class Use(NamedTuple):
    """A field that a node of the spec reaches; `whole` tells that the file as a whole is there because of it."""

    file: str
    path: Path
    value: object
    whole: bool = False


def uses(session: Session, where: Iterable[Pointer]) -> dict[Pointer, list[Use]]:
    """The fields that each node reaches, by file and in order."""
    documents = session.sources.values
    wanted = list(where)
    known = names_of(documents)
    found: dict[Pointer, list[Use]] = {}
    for file in dict.fromkeys(pointer.file for pointer in wanted):
        every = {one.where.path: one for one in of_file(documents, file, (), known)}
        for pointer in wanted:
            if pointer.file == file and pointer.path in every:
                found[pointer] = _of(session, every[pointer.path])
    return found


def _of(session: Session, one: Candidate) -> list[Use]:
    found: dict[tuple[str, Path], Use] = {}
    readers, known = _readers(session, one.where), dict[Unit, Trials]()
    for turn in range(len(one.changes)):
        engine = under(session.engine, one.change(turn))
        for unit, reads in readers.items():
            if one.changes[turn] == unit.service or _same(engine, reads):
                continue  # to the unit's own service no reference is led, as in explain
            if unit not in known:
                known[unit] = Trials(session.sources.values, unit, session.render, session.engine)
            trials = known[unit]
            for use in _told(trials, trials.effect_in(engine, list(trials.artifacts))):
                found.setdefault((use.file, use.path), use)
    return sorted(found.values(), key=lambda use: (use.file, use.whole))


def _same(engine: Derived, reads: Iterable[Key]) -> bool:
    """Whether all that a unit asks for itself is as it was: then nothing of it is rendered."""
    try:
        return engine.same(reads)
    except BROKEN:
        return False  # rendering tells


def _told(trials: Trials, effect: Effect) -> Iterator[Use]:
    for file in sorted({file for file, _ in effect.gone}):
        yield Use(file, (), None, whole=True)
    for file in trials.artifacts:
        known = trials.fields(file)
        for name, value in known.values.items():
            if (file, name) in effect.changed:
                yield Use(file, known.paths[name], value)


def _readers(session: Session, where: Pointer) -> dict[Unit, list[Key]]:
    """The units that read a block of the spec, each with what it asks that comes from there, as the last run recorded.

    All units with all that they ask where it did not.
    """
    inputs: set[Key] = {(INPUT, where.file, ""), (INPUT, where.file, str(where.path[0]))}
    units, known = session.units(), session.known
    found: dict[Unit, list[Key]] = {}
    if not session.changed and all(unit in known.outcomes for unit in units):
        keys = known.graph.keys
        reached = known.graph.reached([number for number, key in enumerate(keys) if key in inputs])
        for unit in units:
            reads = known.outcomes[unit].reads
            if not reached.isdisjoint(reads):
                found[unit] = [keys[number] for number in reads if number in reached]
        return found
    for unit in units:
        trials = Trials(session.sources.values, unit, session.render, session.engine)
        found[unit] = list(trials.reads(trials.artifacts))
    return found
