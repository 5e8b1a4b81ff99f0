"""Writing only a part: of all that differs, what belongs to some environments, clusters or services."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from journey import names, tree
from journey.artifact import Unit

if TYPE_CHECKING:
    from journey.spec.view import View


class Scope(NamedTuple):
    """What is asked for; an empty part means all."""

    environments: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return not any(self)

    def has(self, unit: Unit) -> bool:
        """Whether a unit is asked for."""
        return all(not wanted or value in wanted for wanted, value in zip(self, unit[1:4], strict=True))


class Unknown(NamedTuple):
    """A word of a scope that nothing goes by: of which kind, and the names of that kind that the spec has."""

    kind: str
    name: str
    known: tuple[str, ...]


class Owners(Protocol):
    """Who knows the spec, and which unit each file is of."""

    @property
    def view(self) -> View: ...

    def owners(self) -> dict[str, Unit]: ...


def narrowed(plan: tree.Plan, scope: Scope, session: Owners) -> tuple[tree.Plan, tuple[Unknown, ...]]:
    """The plan without what is out of scope, and the words of the scope that neither the spec nor a file goes by.

    `session` says which unit a file is of, now or in the last run. A stray that no unit is known to have made is judged
    by its path: each part of the scope must stand in it as a folder or as (part of) the file's name.
    """
    if scope.whole:
        return plan, ()
    owners = session.owners()
    strays = [path for path in plan.delete if path not in owners]
    unknown = _unknown(unmatched(scope, owners.values()), session.view, strays)
    return _cut(plan, scope, owners), unknown


def unmatched(scope: Scope, units: Iterable[Unit]) -> Scope:
    """The words of the scope that no unit has."""
    found = {unit[1:4] for unit in units}

    def missed(at: int, wanted: Collection[str]) -> tuple[str, ...]:
        names = {place[at] for place in found} - {""} if wanted else ()
        return tuple(word for word in wanted if word not in names)

    return Scope(*(missed(at, wanted) for at, wanted in enumerate(scope)))


def _unknown(words: Scope, view: View, strays: Iterable[str]) -> tuple[Unknown, ...]:
    """Those of the words that are not in the spec either, and that no stray's path has: what is gone may be named."""
    if words.whole:
        return ()
    from journey.spec import resolve

    kinds = (
        ("environment", words.environments, resolve.environments(view)),
        ("cluster", words.clusters, resolve.clusters(view)),
        ("service", words.services, resolve.services(view)),
    )
    split = [_split(path) for path in strays]
    return tuple(
        Unknown(kind, word, known)
        for kind, wanted, known in kinds
        for word in wanted
        if word not in known and not (word and any(_names(word, *path) for path in split))
    )


def _cut(plan: tree.Plan, scope: Scope, owners: Mapping[str, Unit]) -> tree.Plan:

    def kept(paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(path for path in paths if _in_scope(path, scope, owners))

    return plan._replace(
        create=kept(plan.create),
        update=kept(plan.update),
        delete=kept(plan.delete),
        chmod=kept(plan.chmod),
        obstacles=kept(plan.obstacles),
    )


def _in_scope(path: str, scope: Scope, owners: Mapping[str, Unit]) -> bool:
    unit = owners.get(path)
    if unit is not None:
        return scope.has(unit)
    folders, stem = _split(path)
    return all(not wanted or any(_names(word, folders, stem) for word in wanted) for wanted in scope)


def _split(path: str) -> tuple[list[str], str]:
    """A path's folders, and its file's name up to the first dot."""
    folders = path.split("/")
    return folders, folders.pop().partition(".")[0]


def _names(word: str, folders: list[str], stem: str) -> bool:
    return word in folders or stem == word or names.join("", stem).startswith(f"{word}-") or f"-{word}" in stem
