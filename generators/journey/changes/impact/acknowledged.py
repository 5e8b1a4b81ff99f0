"""Which verdicts the spec answers for: `acknowledge` in `platform.yaml`, by the verdict's id.

That block acts at once and is never promoted: one id is the same in every environment, so what is acknowledged when a
change is first merged stays acknowledged on its way to the last environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from journey.changes.impact.verdict import Verdict
from journey.problem import Level, Pointer, Problem
from journey.spec import resolve
from journey.spec.promotion import Acknowledgement
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View

MISSING = "impact/unacknowledged"
NEEDLESS = "impact/needless"
SPENT = "impact/spent"

RULES = {
    MISSING: "What destroys something, or gives somebody more, is acknowledged in the spec.",
    NEEDLESS: "A change acknowledges nothing that it does not do.",
    SPENT: "What every environment runs needs no acknowledgement any more.",
}


class State(StrEnum):
    """Whether a verdict may pass."""

    FREE = "free"
    ACKNOWLEDGED = "acknowledged"
    EXPIRED = "expired"
    MISSING = "not acknowledged"


class Answered(NamedTuple):
    """A verdict with what the spec says of it."""

    verdict: Verdict
    state: State
    said: Acknowledgement | None = None

    @property
    def bars(self) -> bool:
        """Whether it keeps the change from being merged."""
        return self.state in (State.EXPIRED, State.MISSING)


def answered(verdicts: Iterable[Verdict], view: View, today: date) -> list[Answered]:
    """Each verdict with its acknowledgement; one past its last day does not count."""
    said = resolve.acknowledgements(view)
    return [_answered(verdict, said.get(verdict.id), today) for verdict in verdicts]


def _answered(verdict: Verdict, said: Acknowledgement | None, today: date) -> Answered:
    if not verdict.fails:
        return Answered(verdict, State.FREE)
    if said is None:
        return Answered(verdict, State.MISSING)
    expired = today > date.fromisoformat(said.expires)
    return Answered(verdict, State.EXPIRED if expired else State.ACKNOWLEDGED, said)


def needless(verdicts: Iterable[Verdict], before: View, after: View) -> Iterator[Problem]:
    """What a change itself adds to `acknowledge` and does not need."""
    needed = {verdict.id for verdict in verdicts if verdict.fails}
    known = resolve.acknowledgements(before)
    for name in resolve.acknowledgements(after):
        if name not in known and name not in needed:
            where = Pointer(ROOT_FILE, ("acknowledge", name), True)
            message = f"`{name}`: this change does nothing of that id"
            yield Problem(where, NEEDLESS, message, "remove it; `journey impact` prints the ids that need one")


def spent(names: Iterable[str], pending: Iterable[Verdict]) -> list[str]:
    """The acknowledgements that no promotion still to come would need."""
    ahead = {verdict.id for verdict in pending if verdict.fails}
    return [name for name in names if name not in ahead]


def noted(names: Iterable[str]) -> Iterator[Problem]:
    """A note on each acknowledgement that is spent."""
    for name in names:
        where = Pointer(ROOT_FILE, ("acknowledge", name), True)
        message = f"`{name}`: every environment runs it"
        yield Problem(where, SPENT, message, "the next `journey promote` removes it", Level.NOTE)
