"""Findings of outside checkers on the spec: what the platform passes over, and one Problem for all of a kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from journey.checks.outside import Finding
from journey.problem import Pointer, Problem
from journey.spec.platform import Skip

ROOT_FILE = "platform.yaml"
UNUSED = "outside/unused-skip"


class Skipped(NamedTuple):
    """A skip of the spec, and how many findings in how many files it passed over."""

    skip: Skip
    findings: int
    files: int


def sift(findings: Sequence[Finding], skips: Sequence[Skip]) -> tuple[list[Finding], list[Skipped]]:
    """The findings that no skip passes over, and what each skip did. A finding counts for every skip that fits it."""
    passed: list[list[Finding]] = [[] for _ in skips]
    left = []
    for finding in findings:
        fitting = [number for number, skip in enumerate(skips) if covers(skip, finding)]
        for number in fitting:
            passed[number].append(finding)
        if not fitting:
            left.append(finding)
    return left, [Skipped(skip, len(of), len({one.path for one in of})) for skip, of in zip(skips, passed, strict=True)]


def covers(skip: Skip, finding: Finding) -> bool:
    """Whether a skip means a finding. Its rule may leave out the checker's name: `CKV_K8S_43`."""
    named = skip.rule in (finding.rule, finding.rule.partition("/")[2])
    return named and _pattern(skip.path).fullmatch(finding.path) is not None


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    """A glob in which `**` spans folders and `*` and `?` stay within one."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(part) or re.escape(part) for part in parts))


def faults(skipped: Sequence[Skipped], complete: bool) -> Iterator[Problem]:
    """Skips that pass over nothing, where every checker gave its verdict."""
    for index, (skip, findings, _) in enumerate(skipped):
        where = Pointer(ROOT_FILE, ("skips", index))
        if complete and not findings:
            message = f"nothing under `{skip.path}` breaks `{skip.rule}`: the skip passes over nothing"
            yield Problem(where, UNUSED, message, "remove it, or mend its rule or path")


def problems(findings: Sequence[Finding], origins: Mapping[str, Pointer]) -> list[Problem]:
    """A Problem for each finding, at the block of the spec that its file follows from."""
    return [_problem(finding, origins.get(finding.path, Pointer(ROOT_FILE))) for finding in sorted(findings)]


def _problem(finding: Finding, origin: Pointer) -> Problem:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    hint = "mend it, or pass over it under `skips` in platform.yaml with a reason"
    advice = f"{finding.advice}; {hint}" if finding.advice else hint
    return Problem(origin, finding.rule, f"{place}: {finding.message}", advice)
