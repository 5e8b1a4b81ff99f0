"""Schedules as Kubernetes and Argo CD read them: the five standard fields of robfig/cron v3.

Source: https://pkg.go.dev/github.com/robfig/cron/v3, "CRON Expression Format". Unlike crontab(5), Sunday is 0 alone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?P<first>\*|\?|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?")


class _Field(NamedTuple):
    name: str
    least: int
    most: int
    words: dict[str, int]


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of the month", 1, 31, {}),
    _Field("month", 1, 12, {word: number for number, word in enumerate(_MONTHS, 1)}),
    _Field("day of the week", 0, 6, {word: number for number, word in enumerate(_DAYS)}),
)


def fault(cron: str) -> str:
    """What is wrong with a schedule of five fields; empty where nothing is."""
    texts = cron.split()
    if len(texts) != len(_FIELDS):
        return f"it has {len(texts)} fields, not 5"
    for text, field in zip(texts, _FIELDS, strict=True):
        for part in text.split(","):
            if reason := _part_fault(field, part):
                return f"{field.name} `{text}`: {reason}"
    return "" if _comes(texts) else "that day never comes"


def _part_fault(field: _Field, part: str) -> str:
    match = _PART.fullmatch(part)
    if match is None:
        return f"`{part}` is no number, range, list or step"
    if match["step"] is not None and int(match["step"]) == 0:
        return "a step must be at least 1"
    ends = [end for end in (match["first"], match["last"]) if end is not None]
    if match["first"] in "*?":
        return f"`{part}` is no range" if match["last"] else ""
    for end in ends:
        number = _number(field, end)
        if number is None or not field.least <= number <= field.most:
            return f"`{end}` is not within {field.least} to {field.most}"
    first, last = _number(field, ends[0]), _number(field, ends[-1])
    assert first is not None and last is not None
    return f"`{part}` ends before it begins" if last < first else ""


def _number(field: _Field, text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else field.words.get(text.lower())


def _comes(texts: list[str]) -> bool:
    """Whether a day of the month is in one of the months; a named day of the week comes in every month."""
    days, months, weekdays = texts[2:]
    if weekdays[0] not in "*?" or not re.fullmatch(r"[\d,]+", days):
        return True
    first = min(int(day) for day in days.split(","))
    named = _numbers(months)
    return any(first <= _LONGEST[month - 1] for month in named)


def _numbers(months: str) -> list[int]:
    found: list[int] = []
    for part in months.split(","):
        match = _PART.fullmatch(part)
        assert match is not None
        first = 1 if match["first"] in "*?" else _number(_FIELDS[3], match["first"]) or 1
        last = 12 if match["first"] in "*?" or match["step"] else first
        last = _number(_FIELDS[3], match["last"]) or first if match["last"] else last
        found += range(first, last + 1, int(match["step"] or 1))
    return found
