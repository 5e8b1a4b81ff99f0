"""What doing one unit gives, in the form in which it is kept between runs and sent between processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from journey.artifact import Unit
from journey.problem import Level, Place, Pointer, Problem, Step

Origin = tuple[str, tuple[Step, ...]]
"""A block of the spec, as (file, path)."""

RULES = "spec"
"""The name under which judgements of the spec are kept, as if they were a target's units."""


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


class File(NamedTuple):
    """A rendered file without its content.

    `defines` are the identities of what it brings into a cluster (see `journey.checks.references`); `origin` is the
    block of the spec that it follows from.
    """

    path: str
    digest: bytes
    executable: bool
    defines: tuple[str, ...]
    origin: Origin


class Result(msgspec.Struct, array_like=True, frozen=True):
    """A unit, rendered and judged, by columns: a file's parts stand at its number in `paths`.

    `executables` are numbers of files, `origin` gives each file's number in `origins`. `refers` holds (number of a
    file, identity of the object that it names elsewhere).
    """

    paths: list[str]
    digests: list[bytes]
    executables: list[int]
    defines: list[tuple[str, ...]]
    origins: list[Origin]
    origin: list[int]
    refers: list[tuple[int, str]]
    findings: tuple[Finding, ...]

    @classmethod
    def of(
        cls, files: Sequence[File], refers: Iterable[tuple[int, str]] = (), problems: Iterable[Problem] = ()
    ) -> Result:
        """The result of a unit with these files."""
        origins = {file.origin: None for file in files}
        numbers = {origin: number for number, origin in enumerate(origins)}
        return cls(
            [file.path for file in files],
            [file.digest for file in files],
            [number for number, file in enumerate(files) if file.executable],
            [file.defines for file in files],
            list(origins),
            [numbers[file.origin] for file in files],
            list(refers),
            findings(problems),
        )

    @property
    def files(self) -> list[File]:
        """The files, one by one."""
        rows = zip(self.paths, self.digests, self.defines, self.origin, strict=True)
        return [
            File(path, digest, number in self.executables, defines, self.origins[origin])
            for number, (path, digest, defines, origin) in enumerate(rows)
        ]

    @property
    def problems(self) -> list[Problem]:
        """The findings as Problems."""
        return [as_problem(finding) for finding in self.findings]


class Outcome(msgspec.Struct, array_like=True, frozen=True):
    """A unit that was done: what it read by number (see `journey.spec.graph`), if anything was found, its Result."""

    unit: Unit
    reads: list[int]
    faulty: bool
    raw: msgspec.Raw

    @property
    def result(self) -> Result:
        """The result, decoded anew each time: most runs need few."""
        return msgspec.msgpack.decode(self.raw, type=Result)

    def reading(self, reads: list[int]) -> Outcome:
        """The same with other numbers for what was read."""
        return Outcome(self.unit, reads, self.faulty, self.raw)


def outcome(unit: Unit, reads: list[int], result: Result) -> Outcome:
    """A result as it is kept and sent."""
    return Outcome(unit, reads, bool(result.findings), msgspec.Raw(msgspec.msgpack.encode(result)))


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
