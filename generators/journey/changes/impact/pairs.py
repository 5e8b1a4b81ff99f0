"""A rendered file before and after a change, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from journey import formats, objects
from journey.artifact import Unit
from journey.changes.diff import compare, renames
from journey.changes.diff.causes import Field
from journey.changes.diff.compare import MISSING, Thing
from journey.changes.diff.revisions import Changed
from journey.objects import Object, Tree
from journey.pipeline.session import Session

EMPTY = objects.EMPTY


class Pair(NamedTuple):
    """A rendered file's content before and after (`MISSING`: not there), its unit, and its differing fields."""

    path: str
    thing: Thing
    unit: Unit
    old: Any
    new: Any
    fields: tuple[Field, ...]
    was: str = ""

    @property
    def place(self) -> str:
        """The environment and the cluster that it stands in; empty where it is in none."""
        return "/".join(filter(None, self.unit[1:3]))

    @property
    def before(self) -> Tree:
        """The object before; empty where there was none."""
        return self.old if isinstance(self.old, Mapping) else EMPTY

    @property
    def after(self) -> Tree:
        """The object after; empty where there is none."""
        return self.new if isinstance(self.new, Mapping) else EMPTY

    @property
    def came(self) -> bool:
        """Whether it is new."""
        return self.old is MISSING

    @property
    def gone(self) -> bool:
        """Whether it is no longer there."""
        return self.new is MISSING

    @property
    def renamed(self) -> bool:
        """Whether it went by another name in its place."""
        before, after = (objects.mapping(side, "metadata").get("name") for side in (self.before, self.after))
        return bool(self.was) or (bool(before and after) and before != after)

    @property
    def api(self) -> str:
        """The API group of the object."""
        return objects.group_of(str((self.after or self.before).get("apiVersion", "")))

    def names(self, *steps: str) -> tuple[tuple[object, ...], ...]:
        """The differing fields that are, hold, or stand below a node."""
        return tuple(
            field.difference.name
            for field in self.fields
            if field.difference.name[: len(steps)] == steps[: len(field.difference.name)]
        )


def pairs(changed: Sequence[Changed], fields: Sequence[Field]) -> list[Pair]:
    """Every file that differs in more than its form, with its fields."""
    by_path: dict[str, list[Field]] = {}
    for field in fields:
        by_path.setdefault(field.path, []).append(field)
    found: list[Pair] = []
    for file in renames.joined(changed):
        mine = by_path.get(file.path)
        if mine:
            old, new = compare.parsed(file.path, file.old), compare.parsed(file.path, file.new)
            found.append(Pair(file.path, mine[0].thing, mine[0].unit, old, new, tuple(mine), file.was))
    return found


class Side:
    """A revision's spec, and the objects that it renders around a changed one."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.view = session.view
        self._units = dict.fromkeys(session.units())
        self._objects: dict[Unit, list[Object]] = {}

    def beside(self, unit: Unit) -> list[Object]:
        """The Kubernetes objects of a unit; none where this spec has no such unit."""
        if unit not in self._objects:
            made = list(self.session.render(unit, self.view)) if unit in self._units else []
            self._objects[unit] = list(objects.objects(made))
        return self._objects[unit]

    def texts(self, folder: str) -> Iterator[str]:
        """The files below a folder that belong to the platform as a whole."""
        for unit in self._units:
            if unit.target == "terraform" and not unit.environment:
                for artifact in self.session.render(unit, self.view):
                    if artifact.path.startswith(folder) and artifact.path.endswith(".tf"):
                        yield formats.encode(artifact.format, artifact.content).decode()

    def of_kind(self, unit: Unit, kind: str) -> Iterator[Object]:
        """The objects of a kind in a unit."""
        return (found for found in self.beside(unit) if found.kind == kind)


class Sides(NamedTuple):
    """Both revisions."""

    before: Side
    after: Side
