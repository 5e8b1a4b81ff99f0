"""The answer to "what differs and why": groups by cause, in them the same change of several places told once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from journey import pipeline
from journey.artifact import Unit
from journey.changes.diff import revisions
from journey.changes.diff.causes import Field, attributed
from journey.changes.diff.compare import MISSING, Thing
from journey.changes.diff.edits import Edit, edits
from journey.changes.diff.revisions import Changed, Range
from journey.ci.git import Git
from journey.explain.fields import Name
from journey.pipeline.narrow import Scope
from journey.pipeline.session import Session
from journey.problem import Place, Problem


class Located(NamedTuple):
    """An edit with its place in the new spec, or in the old one where it is gone."""

    place: Place
    edit: Edit


class Value(NamedTuple):
    """What a field says before and after, and the fields of which it is so."""

    old: Any
    new: Any
    fields: tuple[Field, ...]


class Row(NamedTuple):
    """A field of one kind of object; the commonest change of it first, the others are its exceptions."""

    kind: str
    name: Name
    values: tuple[Value, ...]

    @property
    def fields(self) -> list[Field]:
        """All fields of the row."""
        return [field for value in self.values for field in value.fields]


class Group(NamedTuple):
    """What a cause did. No edits: the generators. `folded` counts what only repeats a hash of it."""

    edits: tuple[Located, ...]
    joint: bool
    rows: tuple[Row, ...]
    folded: int

    @property
    def fields(self) -> list[Field]:
        """The fields that differ, without what is folded."""
        return [field for row in self.rows for field in row.fields]


class Diff(NamedTuple):
    """The whole answer. `problems` stand in its way; `silent` are edits that change nothing rendered.

    `fields` are all that differ, hashes too, and `edits` all edits: a field tells its causes by their numbers.
    """

    between: Range
    groups: tuple[Group, ...] = ()
    silent: tuple[Located, ...] = ()
    problems: tuple[Problem, ...] = ()
    unknown: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    edits: tuple[Located, ...] = ()


def diff(root: str, said: str = "", scope: Scope = Scope(), targets: Sequence[str] = ()) -> Diff:  # noqa: B008
    """What differs between two revisions of the platform under `root`, as `revisions.resolve` reads `said`.

    Raises Refused for revisions that cannot be had; a revision whose spec is invalid gives its problems.
    """
    between, old, new, problems = opened(root, said)
    if problems:
        return Diff(between, problems=problems)
    unknown = tuple(_unknown((old, new), scope, targets))
    if unknown:
        return Diff(between, unknown=unknown)
    return compared(between, revisions.rendered(Git(Path(root), os.environ), between), old, new, scope, targets)


class Opened(NamedTuple):
    """The specs of two revisions, and what is wrong with them."""

    between: Range
    old: Session
    new: Session
    problems: tuple[Problem, ...]


def opened(root: str, said: str) -> Opened:
    """The specs of the revisions that `said` means, read from git's objects. Raises Refused."""
    git = Git(Path(root), os.environ)
    between = revisions.resolve(git, said, _branch(root))
    old, wrong = _spec(root, git, between.old)
    new, more = _spec(root, git, between.new)
    return Opened(between, old, new, (*wrong, *more))


def _branch(root: str) -> str:
    """The branch that the spec names; `main` while it cannot be read."""
    from journey.spec import resolve

    session, problems = pipeline.open_rendered(root)
    return "main" if pipeline.has_error(problems) else resolve.settings(session.view).repository.branch


def compared(
    between: Range,
    changed: Sequence[Changed],
    old: Session,
    new: Session,
    scope: Scope = Scope(),  # noqa: B008
    targets: Sequence[str] = (),
) -> Diff:
    """What differs in rendered files that are known to have changed between two specs in order."""
    made = edits(old.sources, new.sources)
    fields = [field for field in attributed(changed, old, new, made) if _asked(field.unit, field.path, scope, targets)]
    located = [Located(_place(edit, old, new), edit) for edit in made]
    used = {number for field in fields for number in field.edits}
    silent = (
        [item for n, item in enumerate(located) if n not in used and item.edit.rendered]
        if scope.whole and not targets
        else []
    )
    groups = tuple(_groups(fields, located))
    return Diff(between, groups, tuple(silent), fields=tuple(fields), edits=tuple(located))


def _spec(root: str, git: Git, commit: str) -> tuple[Session, list[Problem]]:
    """A commit's spec; what the work folder's last run knew of it is taken from there."""
    session, problems = pipeline.open_given(root, revisions.spec_files(git, commit))
    errors = [problem for problem in problems if problem.level.value == "error"]
    where = [session.sources.place(problem.where) for problem in errors]
    return session, [
        problem._replace(where=place, message=f"in {commit[:10]}: {problem.message}")
        for problem, place in zip(errors, where, strict=True)
    ]


def _unknown(sides: Iterable[Session], scope: Scope, targets: Sequence[str]) -> Iterator[str]:
    """Words of the scope that no unit of either revision goes by."""
    units = [unit for session in sides for unit in session.units()]
    for kind, number, words in (
        ("environment", 1, scope.environments),
        ("cluster", 2, scope.clusters),
        ("service", 3, scope.services),
        ("target", 0, targets),
    ):
        known = {unit[number] for unit in units}
        yield from (f"there is no {kind} `{word}` in either revision" for word in words if word not in known)


def _asked(unit: Unit, path: str, scope: Scope, targets: Sequence[str]) -> bool:
    if targets and unit.target not in targets:
        return False
    if unit.target:
        return scope.has(unit)
    return scope.whole or all(not words or set(words) & set(path.split("/")) for words in scope)


def _place(edit: Edit, old: Session, new: Session) -> Place:
    return (old if edit.new is MISSING else new).sources.place(edit.where)


def _groups(fields: Sequence[Field], located: Sequence[Located]) -> Iterator[Group]:
    """One group a set of causes, the largest first; the generators come last."""
    by_cause: dict[tuple[tuple[int, ...], bool], list[Field]] = {}
    for field in fields:
        by_cause.setdefault((field.edits, field.joint), []).append(field)
    for (numbers, joint), members in sorted(by_cause.items(), key=lambda item: (not item[0][0], -len(item[1]))):
        plain = [field for field in members if not field.noise]
        yield Group(tuple(located[n] for n in numbers), joint, tuple(_rows(plain)), len(members) - len(plain))


def _rows(fields: Iterable[Field]) -> Iterator[Row]:
    by_field: dict[tuple[str, Name], list[Field]] = {}
    for field in fields:
        what = field.thing.kind or field.path.rpartition("/")[2]
        by_field.setdefault((what, field.difference.name), []).append(field)
    for (kind, name), members in by_field.items():
        by_value: dict[str, list[Field]] = {}
        for field in members:
            by_value.setdefault(repr((field.difference.old, field.difference.new)), []).append(field)
        values = sorted(by_value.values(), key=len, reverse=True)
        yield Row(
            kind, name, tuple(Value(same[0].difference.old, same[0].difference.new, tuple(same)) for same in values)
        )


def things(fields: Iterable[Field]) -> dict[tuple[str, Thing], None]:
    """The objects and files that fields stand in."""
    return dict.fromkeys((field.path, field.thing) for field in fields)


def places(fields: Iterable[Field]) -> Counter[str]:
    """How many fields differ in each environment on a cluster; `platform` stands for what is in none."""
    return Counter("/".join(filter(None, field.unit[1:3])) or "platform" for field in fields)
