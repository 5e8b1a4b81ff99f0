"""What doing one unit gives, in the form in which it is kept between runs and sent between processes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from journey.artifact import Unit
from journey.problem import Level, Place, Pointer, Problem, Step


class File(msgspec.Struct, array_like=True, frozen=True):
    """A rendered file without its content.

    `defines` are the identities of what it brings into a cluster (see `journey.checks.references`); `origin` is the
    block of the spec that it follows from, as (file, path).
    """

    path: str
    digest: bytes
    executable: bool
    defines: tuple[str, ...]
    origin: tuple[str, tuple[Step, ...]]


class Finding(msgspec.Struct, array_like=True, frozen=True):
    """A Problem as plain data. `line` is -1 where the place is a path into a spec file."""

    file: str
    path: tuple[Step, ...]
    key: bool
    line: int
    column: int
    rule: str
    message: str
    hint: str
    level: str


class Result(msgspec.Struct, array_like=True, frozen=True):
    """A unit, rendered and judged: its files, what they refer to elsewhere, and what is wrong.

    `refers` holds (index of a file, identity of the object it names).
    """

    files: tuple[File, ...]
    refers: tuple[tuple[int, str], ...]
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> list[Problem]:
        """The findings as Problems."""
        return [as_problem(finding) for finding in self.findings]


class Summary(msgspec.Struct, array_like=True, frozen=True):
    """What most runs ask of a result, without decoding the rest of it."""

    paths: list[str]
    digests: list[bytes]
    executables: list[str]
    defines: list[str]
    refers: list[str]
    faulty: bool
    result: msgspec.Raw


class Outcome(msgspec.Struct, array_like=True, frozen=True):
    """A unit that was done, and by number what it read (see `journey.spec.graph`); `summary` is a Summary."""

    unit: Unit
    reads: list[int]
    summary: msgspec.Raw


def outcome(unit: Unit, reads: list[int], result: Result) -> Outcome:
    """A result as it is kept and sent."""
    encode = msgspec.msgpack.encode
    summary = Summary(
        [file.path for file in result.files],
        [file.digest for file in result.files],
        [file.path for file in result.files if file.executable],
        [identity for file in result.files for identity in file.defines],
        [identity for _, identity in result.refers],
        bool(result.findings),
        msgspec.Raw(encode(result)),
    )
    return Outcome(unit, reads, msgspec.Raw(encode(summary)))


def findings(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """Problems as plain data, each once."""
    return tuple(_finding(problem) for problem in dict.fromkeys(problems))


def _finding(problem: Problem) -> Finding:
    where = problem.where
    rest: tuple[Any, ...] = (problem.rule, problem.message, problem.hint, problem.level.value)
    if isinstance(where, Pointer):
        return Finding(where.file, where.path, where.key, -1, 0, *rest)
    return Finding(where.file, (), False, where.line, where.column, *rest)


def as_problem(finding: Finding) -> Problem:
    """The Problem that a finding was made of."""
    where: Pointer | Place = Place(finding.file, finding.line, finding.column)
    if finding.line < 0:
        where = Pointer(finding.file, finding.path, finding.key)
    return Problem(where, finding.rule, finding.message, finding.hint, Level(finding.level))
