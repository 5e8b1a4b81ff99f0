"""An impact as words: the lines that text and Markdown share, Markdown that fits a room, and plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from journey.changes.diff.told import LIMIT, bullets, edit, plain_edit
from journey.changes.impact.acknowledged import MISSING, Answered, State
from journey.changes.impact.capacity import Amounts, amount
from journey.changes.impact.report import Impact
from journey.changes.impact.verdict import ORDER, Effect, Said
from journey.problem import Level, Place, Problem

MOST_CAUSES = 3
MOST_PLACES = 6
_QUIET = frozenset({Effect.NOTHING, Effect.CREATE, Effect.RELOAD})


def summary(found: Sequence[Answered]) -> str:
    """The first line: how many verdicts of each effect, and how many bar the change."""
    if not found:
        return "nothing that runs changes"
    counts = Counter(item.verdict.effect for item in found)
    said = ", ".join(f"{counts[effect]} {effect}" for effect in ORDER if counts[effect])
    barred = sum(item.bars for item in found)
    return f"{said}; {barred} not acknowledged" if barred else said


def lines(found: Sequence[Answered], whole: Impact, problems: Sequence[Problem] = ()) -> Iterator[tuple[int, str]]:
    """Everything, as (depth, text): 0 the summary, 1 a verdict, 2 what it says, 3 what it rests on."""
    yield 0, summary(found)
    for problem in problems:
        yield 1, f"{problem.where}: {problem.rule}: {problem.message}"
    for place, (before, after) in whole.requests.items():
        yield 1, f"requests in {place}: {_amounts(before, after)}"
    for item in found:
        yield from _verdict(item)


def _verdict(item: Answered) -> Iterator[tuple[int, str]]:
    verdict = item.verdict
    state = "" if item.state is State.FREE else f" ({_state(item)})"
    yield 1, f"{verdict.effect}: {verdict.subject}{state}"
    for said in verdict.said:
        yield 2, f"{said.text} ({_places(said)})"
    depth = 3 if verdict.effect in _QUIET else 2
    for cause in verdict.causes[:MOST_CAUSES]:
        yield depth, f"by {edit(cause)}"
    if len(verdict.causes) > MOST_CAUSES:
        yield depth, f"by {len(verdict.causes) - MOST_CAUSES} more"
    if not verdict.causes:
        yield depth, "by the generators: no edit of the spec explains it"
    if verdict.notice:
        yield 2, f"noticed by {', '.join(verdict.notice)}"
    if verdict.fails:
        yield 2, f"id {verdict.id}"
    yield 3, f"{verdict.rule.id}: {verdict.rule.says} {verdict.rule.source}"


def _state(item: Answered) -> str:
    if item.said is None:
        return str(item.state)
    return f"{item.state} by {item.said.owner} until {item.said.expires}: {item.said.reason}"


def _places(said: Said) -> str:
    shown = ", ".join(said.places[:MOST_PLACES])
    more = len(said.places) - MOST_PLACES
    return f"{shown} and {more} more" if more > 0 else shown


def _amounts(before: Amounts, after: Amounts) -> str:
    names = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    return ", ".join(f"{name} {_amount(name, before)} -> {_amount(name, after)}" for name in names)


def _amount(name: str, amounts: Amounts) -> str:
    return amount(name, amounts[name]) if name in amounts else "0"


def markdown(found: Sequence[Answered], whole: Impact, problems: Sequence[Problem] = (), room: int = LIMIT) -> str:
    """GitHub-flavoured Markdown of at most `room` characters: verdicts first, then detail as far as it fits."""
    return bullets(list(lines(found, whole, problems)), ([0, 1], [2], [3]), room, "journey impact")


def findings(found: Sequence[Answered]) -> Iterator[Problem]:
    """Each verdict as a finding on the lines that cause it: an error where it bars the change, else a note."""
    for item in found:
        verdict = item.verdict
        text = f"{verdict.subject}: " + "; ".join(f"{said.text} ({_places(said)})" for said in verdict.said)
        level = Level.ERROR if item.bars else Level.NOTE
        rule = MISSING if item.bars else f"impact/{verdict.effect}"
        message = f"{verdict.effect}: {text}" + (f"; {_state(item)}" if item.state is State.EXPIRED else "")
        for place in [cause.place for cause in verdict.causes] or [Place("")]:
            yield Problem(place, rule, message, hint(item), level)


def hint(item: Answered) -> str:
    """What to write where a verdict bars the change."""
    if not item.bars:
        return f"{item.verdict.rule.id}: {item.verdict.rule.source}"
    return f"if it is meant: acknowledge: {{{item.verdict.id}: {{reason: ..., owner: TEAM, expires: YYYY-MM-DD}}}}"


def plain(found: Sequence[Answered], whole: Impact, problems: Sequence[Problem] = ()) -> dict[str, Any]:
    """The impact for programs."""
    return {
        "verdicts": [_plain(item) for item in found],
        "requests": {place: _both(*both) for place, both in whole.requests.items()},
        "problems": [{"where": str(item.where), "rule": item.rule, "message": item.message} for item in problems],
    }


def _both(before: Amounts, after: Amounts) -> Mapping[str, Mapping[str, str]]:
    return {
        side: {name: amount(name, value) for name, value in amounts.items()}
        for side, amounts in (("before", before), ("after", after))
    }


def _plain(item: Answered) -> dict[str, Any]:
    verdict = item.verdict
    return {
        "id": verdict.id,
        "effect": str(verdict.effect),
        "state": str(item.state),
        "service": verdict.service,
        "subject": verdict.subject,
        "says": [{"text": said.text, "places": list(said.places)} for said in verdict.said],
        "causes": [plain_edit(cause) for cause in verdict.causes],
        "noticedBy": list(verdict.notice),
        "rule": verdict.rule.id,
        "source": verdict.rule.source,
    }
