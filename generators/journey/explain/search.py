"""Which candidates alter which fields: all of a group changed at once, and halves of a group that altered something.

A group holds one field of the spec, of all services alike: a change of one field may hide what a change of another
does (a service that is switched off has no ports), and seldom what another service's same field does. Candidates of a
group take turns: where all would name the same team, or switch on the same thing, they would hide each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from journey.explain.candidates import Candidate
from journey.explain.trials import REMOVED, Field, Trials


class Influence(NamedTuple):
    """What a candidate does to fields: the number of a change that gives a field another value, or takes it away."""

    changed: dict[Field, int]
    gone: dict[Field, int]


def influences(
    trials: Trials, candidates: Sequence[Candidate], wanted: Collection[Field]
) -> list[tuple[Candidate, Influence]]:
    """What each candidate does to the fields that are asked about; one that does nothing is left out."""
    groups: dict[str, list[int]] = {}
    for number, candidate in enumerate(candidates):
        groups.setdefault(candidate.group, []).append(number)
    search = _Search(trials, candidates, frozenset(wanted))
    for group in groups.values():
        for turn in range(max(len(candidates[number].changes) for number in group)):
            search.probe([number for number in group if search.open(number, turn)], turn)
    return [(candidates[number], found) for number, found in sorted(search.found.items())]


class _Search:
    def __init__(self, trials: Trials, candidates: Sequence[Candidate], wanted: frozenset[Field]) -> None:
        self.trials = trials
        self.candidates = candidates
        self.wanted = wanted
        self.paths = sorted({path for path, _ in wanted})
        self.found: dict[int, Influence] = {}

    def open(self, number: int, turn: int) -> bool:
        """Whether a candidate has a change of that turn, and may still do something new."""
        known = self.found.get(number)
        return turn < len(self.candidates[number].changes) and (known is None or len(known.changed) < len(self.wanted))

    def turned(self, number: int, turn: int) -> int:
        """The number of the change that a candidate tries in a turn."""
        candidate = self.candidates[number]
        values = sum(change is not REMOVED for change in candidate.changes)
        return (turn + number) % values if candidate.shared and turn < values else turn

    def probe(self, group: Sequence[int], turn: int) -> None:
        """Try the group's changes together; where they alter something, its halves."""
        if not group:
            return
        effect = self.trials.effect(
            [change for number in group for change in self.candidates[number].change(self.turned(number, turn))],
            self.paths,
        )
        changed, gone = effect.changed & self.wanted, effect.gone & self.wanted
        if not (changed or gone or effect.broke):
            return
        if len(group) > 1:
            middle = len(group) // 2
            self.probe(group[:middle], turn)
            self.probe(group[middle:], turn)
        elif not effect.broke and self.trials.valid(self.candidates[group[0]].change(self.turned(group[0], turn))):
            turn = self.turned(group[0], turn)
            known = self.found.setdefault(group[0], Influence({}, {}))
            for field in changed:
                known.changed.setdefault(field, turn)
            for field in gone:
                known.gone.setdefault(field, turn)
