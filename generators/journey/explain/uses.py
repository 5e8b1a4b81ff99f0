"""What a line of the spec reaches: every rendered field that one of its other values alters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from journey.artifact import Unit
from journey.explain.candidates import Candidate, names_of, of_file
from journey.explain.fields import Path
from journey.explain.trials import Change, Effect, Trials
from journey.pipeline.session import Session
from journey.problem import Pointer
from journey.spec.graph import Key
from journey.spec.view import INPUT, Engine, View


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
    for unit in _readers(session, one.where):
        trials = Trials(session.sources.values, unit, session.render)
        paths = list(trials.artifacts)
        for turn in range(len(one.changes)):
            change = one.change(turn)
            if _quiet(trials, change):
                continue
            for use in _told(trials, trials.effect(change, paths)):
                found.setdefault((use.file, use.path), use)
    return sorted(found.values(), key=lambda use: (use.file, use.whole))


def _told(trials: Trials, effect: Effect) -> Iterator[Use]:
    for file in sorted({file for file, _ in effect.gone}):
        yield Use(file, (), None, whole=True)
    for file in trials.artifacts:
        known = trials.fields(file)
        for name, value in known.values.items():
            if (file, name) in effect.changed:
                yield Use(file, known.paths[name], value)


def _quiet(trials: Trials, changes: Sequence[Change]) -> bool:
    """Whether nothing that the unit asks for itself can have changed: then nothing is rendered."""
    engine, files = trials.under(changes), {change.where.file for change in changes}
    return all(key in engine.memos or (key[0] == INPUT and key[1] not in files) for key in trials.reads)


def _readers(session: Session, where: Pointer) -> list[Unit]:
    """The units that read a block of the spec, as the last run recorded it, or as they do now where it did not."""
    inputs: set[Key] = {(INPUT, where.file, ""), (INPUT, where.file, str(where.path[0]))}
    units, known = session.units(), session.known
    if not session.changed and all(unit in known.outcomes for unit in units):
        numbers = [number for number, key in enumerate(known.graph.keys) if key in inputs]
        reached = known.graph.reached(numbers)
        return [unit for unit in units if not reached.isdisjoint(known.outcomes[unit].reads)]
    engine = Engine(session.sources.values)
    reached_now: dict[Key, bool] = {}
    return [unit for unit in units if _reads(session, engine, unit, inputs, reached_now)]


def _reads(session: Session, engine: Engine, unit: Unit, inputs: set[Key], known: dict[Key, bool]) -> bool:
    view = View(engine)
    list(session.render(unit, view))

    def reaches(key: Key) -> bool:
        if key not in known:
            known[key] = key in inputs or (key in engine.memos and any(map(reaches, engine.memos[key].reads)))
        return known[key]

    return any(map(reaches, view.asked()))
