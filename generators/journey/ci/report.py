"""The report of a run of `ci`: what the checks found and what a change does to rendered files, as data.

It is written where a fork's code runs and read where a token may write: the reader trusts no byte of it. Its size, its
shape and the length of every text are limited; what it says is shown as text and never acted upon.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec

from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.problem import Place, Problem
from journey.targets import is_rendered

MOST_BYTES = 512 * 1024
MOST_PROBLEMS = 500
MOST_GROUPS = 500
MOST_EXEMPT = 50
MOST_LINES = 500
MOST_LINE_BYTES = 120_000
"""Bytes of the lines of a diff, and of an impact, that the report carries; the artifact has them whole."""
FILE = "report.json"

Text = Annotated[str, msgspec.Meta(max_length=2000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Problem as text: `where` is `file:line:column`."""

    where: Text
    rule: Text
    message: Text
    hint: Text = ""
    level: Text = "error"


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rendered files that change together: how many, and their lines added and removed."""

    name: Text
    files: Count
    added: Count
    removed: Count


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A line of what a change does, and how deep it stands: 0 is a summary, 3 a detail."""

    depth: Annotated[int, msgspec.Meta(ge=0, le=3)]
    text: Annotated[str, msgspec.Meta(max_length=400)]


Lines = Annotated[tuple[Line, ...], msgspec.Meta(max_length=MOST_LINES)]


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole report. `problems` counts all of them, `findings` holds the first; so do `exempted` and `exempt` count
    and hold the conventions that are switched off. `left` counts lines of `impact` and `diff` that are not held."""

    problems: Count
    findings: Annotated[tuple[Finding, ...], msgspec.Meta(max_length=MOST_PROBLEMS)]
    groups: Annotated[tuple[Group, ...], msgspec.Meta(max_length=MOST_GROUPS)]
    sources: Count
    exempt: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MOST_EXEMPT)] = ()
    exempted: Count = 0
    impact: Lines = ()
    diff: Lines = ()
    left: tuple[Count, Count] = (0, 0)
    version: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1


def compose(problems: Sequence[Problem], counts: Iterable[tuple[str, int, int]], exempt: Sequence[str] = ()) -> Report:
    """A report of problems with their places found, of what git counts between the base and the change, and of the
    conventions that are switched off, a line each."""
    groups: dict[str, list[int]] = {}
    sources = 0
    for path, added, removed in counts:
        if is_rendered(path):
            total = groups.setdefault(group_of(path), [0, 0, 0])
            groups[group_of(path)] = [total[0] + 1, total[1] + added, total[2] + removed]
        else:
            sources += 1
    return Report(
        problems=len(problems),
        findings=tuple(map(_finding, problems[:MOST_PROBLEMS])),
        groups=tuple(Group(_cut(name), *groups[name]) for name in sorted(groups)[:MOST_GROUPS]),
        sources=sources,
        exempt=tuple(map(_cut, exempt[:MOST_EXEMPT])),
        exempted=len(exempt),
    )


def carrying(report: Report, impact: Sequence[tuple[int, str]], diff: Sequence[tuple[int, str]]) -> Report:
    """The report with what a change does: the first lines of each, what is less deep before what is deeper."""
    (first, more), (second, others) = _held(impact), _held(diff)
    return msgspec.structs.replace(report, impact=first, diff=second, left=(more, others))


def _held(lines: Sequence[tuple[int, str]]) -> tuple[tuple[Line, ...], int]:
    made = [Line(depth, text if len(text) <= 400 else f"{text[:399]}…") for depth, text in lines]
    room, chosen = MOST_LINE_BYTES, set[int]()
    for number, line in sorted(enumerate(made), key=lambda item: item[1].depth):
        room -= len(msgspec.json.encode(line)) + 8
        if room < 0 or len(chosen) == MOST_LINES:
            break
        chosen.add(number)
    return tuple(line for number, line in enumerate(made) if number in chosen), len(made) - len(chosen)


def counts(git: Git, base: str, head: str) -> list[tuple[str, int, int]]:
    """What a change adds and removes since it left its base; nothing where the base is not known (a first push)."""
    span = git.branched(base, head)
    return [] if span is None else list(git.counts(*span))


def group_of(path: str) -> str:
    """What a rendered file belongs to: an environment on a cluster, a cluster, or the folder it stands in."""
    parts = path.split("/")
    if parts[0] == "environments" and len(parts) > 3:
        return "/".join(parts[:3])
    if parts[0] == "clusters" and len(parts) > 2:
        return "/".join(parts[:2])
    return "/".join(parts[:-1]) or path


def _finding(problem: Problem) -> Finding:
    where = str(problem.where) if isinstance(problem.where, Place) else problem.where.file
    return Finding(*map(_cut, (where, problem.rule, problem.message, problem.hint, str(problem.level))))


def _cut(text: str) -> str:
    return text if len(text) <= 2000 else f"{text[:1999]}…"


def encode(report: Report) -> bytes:
    """The report as JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"


def decode(data: bytes) -> Report:
    """A report from outside. Raises Refused for whatever is not exactly one."""
    if len(data) > MOST_BYTES:
        raise Refused("ci/report", f"the report has more than {MOST_BYTES} bytes", "run `make check`")
    try:
        return msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("ci/report", "the artifact holds no report", "run `make check`") from error
