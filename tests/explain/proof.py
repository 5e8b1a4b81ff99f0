"""Whether explanations are right, by trying every scalar of the spec alone: `python -m tests.explain.proof ROOT...`.

`journey.explain` narrows the question by what was recorded and changes many scalars at once. Here nothing is narrowed
and nothing grouped: each scalar of each file of the spec gets each of its other valid values, one at a time, and each
unit is rendered. A field is exact when both say the same causes. What the search misses since two scalars hid each
other, or since a file was thought not to be read, is counted as missed; what it names wrongly, as false.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from journey import pipeline
from journey.artifact import Unit
from journey.explain.candidates import Candidate, candidates, names_of, of_file
from journey.explain.search import influences
from journey.explain.trials import Field, Render, Trials
from journey.pipeline.session import Session
from journey.problem import Pointer
from journey.spec.sources import SERVICES
from journey.spec.view import Engine

LEAST = 99.0
"""Percent of fields whose causes must be exact."""

Causes = dict[Field, set[Pointer]]


class Score(NamedTuple):
    """Fields that were compared, those that were exact, and causes that were missed or false."""

    fields: int = 0
    exact: int = 0
    missed: int = 0
    false: int = 0

    def __add__(self, other: object) -> Score:
        assert isinstance(other, Score)
        return Score(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def percent(self) -> float:
        """Share of exact fields."""
        return 100 * self.exact / self.fields if self.fields else 100.0


def prove(documents: Mapping[str, Any], unit: Unit, render: Render, base: Engine | None = None) -> Score:
    """Compare what the search says of a unit's fields with what trying everything says."""
    trials = Trials(documents, unit, render, base)
    known = names_of(trials.documents, trials.unit.service)
    wanted = [(path, name) for path in trials.artifacts for name in trials.fields(path).values]
    found: Causes = {field: set() for field in wanted}
    for path in trials.artifacts:
        mine = [field for field in wanted if field[0] == path]
        for one, influence in influences(trials, candidates(trials, known, [path]), mine):
            for field in (*influence.changed, *influence.gone):
                found[field].add(one.where)
    every = [one for file in trials.documents if file != SERVICES for one in of_file(trials.documents, file, (), known)]
    tried = tried_alone(Trials(documents, unit, render, trials.engine, indexes=True), every, wanted)
    exact = sum(found[field] == tried[field] for field in wanted)
    missed = sum(len(tried[field] - found[field]) for field in wanted)
    false = sum(len(found[field] - tried[field]) for field in wanted)
    return Score(len(wanted), exact, missed, false)


def tried_alone(trials: Trials, every: Iterable[Candidate], wanted: Iterable[Field]) -> Causes:
    """The nodes of which some valid change, alone, alters each field."""
    causes: Causes = {field: set() for field in wanted}
    for one in every:
        for turn in range(len(one.changes)):
            change = one.change(turn)
            effect = trials.effect(change, list(trials.artifacts))
            fields = effect.changed | effect.gone
            if fields and trials.valid(change):
                for field in fields:
                    causes[field].add(one.where)
    return causes


def of_root(session: Session, sample: int = 1) -> Score:
    """The score of every unit of a platform, or of each `sample`th."""
    total = Score()
    for unit in session.units()[::sample]:
        total += prove(session.sources.values, unit, session.render, session.engine)
    return total


def main(roots: list[str]) -> int:
    """Print a table; exit 1 below the bar."""
    low = False
    print(f"{'platform':32} {'fields':>8} {'exact':>8} {'%':>7} {'missed':>7} {'false':>6} {'s':>6}")
    for root in roots:
        start = time.monotonic()
        session, problems = pipeline.open_rendered(root)
        assert not pipeline.has_error(problems), f"{root} is not in order"
        score = of_root(session)
        spent = time.monotonic() - start
        counts = f"{score.fields:8} {score.exact:8} {score.percent:7.2f} {score.missed:7} {score.false:6} {spent:6.0f}"
        print(f"{root:32} {counts}", flush=True)
        low = low or score.percent < LEAST
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
