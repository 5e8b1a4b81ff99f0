"""Writing only a part: of all that differs, what belongs to some environments, clusters or services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from journey import names, tree
from journey.artifact import Unit


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


class Owners(Protocol):
    """Who knows which unit each file is of."""

    def owners(self) -> dict[str, Unit]: ...


def narrowed(plan: tree.Plan, scope: Scope, session: Owners) -> tree.Plan:
    """The plan without what is out of scope.

    `session` says which unit a file is of, now or in the last run. A stray that no unit is known to have made is judged
    by its path: each part of the scope must stand in it as a folder or as (part of) the file's name.
    """
    if scope.whole:
        return plan
    owners = session.owners()

    def kept(paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(path for path in paths if _in_scope(path, scope, owners))

    return plan._replace(
        create=kept(plan.create),
        update=kept(plan.update),
        delete=kept(plan.delete),
        chmod=kept(plan.chmod),
        obstacles=kept(plan.obstacles),
    )


def _in_scope(path: str, scope: Scope, owners: dict[str, Unit]) -> bool:
    unit = owners.get(path)
    if unit is not None:
        return scope.has(unit)
    folders = path.split("/")
    stem = folders.pop().partition(".")[0]
    return all(not wanted or any(_names(word, folders, stem) for word in wanted) for wanted in scope)


def _names(word: str, folders: list[str], stem: str) -> bool:
    return word in folders or stem == word or names.join("", stem).startswith(f"{word}-") or f"-{word}" in stem
