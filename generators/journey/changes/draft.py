"""Files of the spec while a change is being made: each as it will be, written by nobody until the change is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from journey.changes.promotion import RULE
from journey.ci.refused import Refused
from journey.problem import Step
from journey.spec import edit
from journey.spec.documents import shape_of_file
from journey.spec.edit import EditError
from journey.spec.shape import Shape
from journey.spec.sources import Sources

Steps = tuple[Step, ...]


class Reference(NamedTuple):
    """Where a file of the spec names something: as a key, or as a value."""

    path: Steps
    key: bool


class Draft:
    """The changed files by path: bytes, None of a file that goes. Raises Refused for an edit that cannot be proven."""

    def __init__(self, root: str, sources: Sources) -> None:
        self.root = root
        self.sources = sources
        self.files: dict[str, bytes | None] = {}

    def text(self, file: str) -> bytes:
        """The file as it will be."""
        changed = self.files.get(file)
        return Path(self.root, file).read_bytes() if changed is None else changed

    def set(self, file: str, path: Steps, value: object) -> None:
        """Set a value, and make the mappings on the way."""
        self._edit(file, edit.set_value, path, value)

    def remove(self, file: str, path: Steps) -> None:
        """Take a key or an element out, with every mapping around it that would be left empty."""
        value = self.sources.values[file]
        around = [value]
        for step in path[:-1]:
            around.append(around[-1][step])
        while len(path) > 1 and isinstance(around[-1], Mapping) and len(around[-1]) == 1:
            path, around = path[:-1], around[:-1]
        self._edit(file, edit.remove, path)

    def rename(self, file: str, path: Steps, name: str) -> None:
        """Give a key another name."""
        self._edit(file, edit.rename, path, name)

    def drop(self, file: str) -> None:
        """Have a file go."""
        self.files[file] = None

    def references(self, what: str, name: str) -> Iterator[tuple[str, Reference]]:
        """Every place at which the spec names something of a kind (`service`, `environment`, `cluster`).

        Those of a file in an order in which each can be edited when its turn comes: values before keys, what stands
        deeper or later first.
        """
        for file in self.sources.documents:
            found = dict.fromkeys(referring(shape_of_file(file), self.sources.values[file] or {}, what, name))
            for one in sorted(found, key=_turn):
                yield file, one

    def _edit(self, file: str, change: Any, *arguments: Any) -> None:
        try:
            self.files[file] = change(self.text(file), *arguments)
        except EditError as error:
            raise Refused(RULE, f"{file}: {error}", "edit it by hand, then run the command again") from error


def _turn(one: Reference) -> tuple[bool, int, int]:
    last = one.path[-1]
    return one.key, -len(one.path), -last if isinstance(last, int) else 0


def referring(shape: Shape, value: Any, what: str, name: str, at: Steps = ()) -> Iterator[Reference]:
    """Where a value of a shape names something, as the shapes below it say by `refers`. A former name is none."""
    if shape.kind == "union":
        for member in shape.members:
            yield from referring(member, value, what, name, at)
    if isinstance(value, Mapping):
        yield from _in_mapping(shape, value, what, name, at)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            if shape.refers == what and item == name:
                yield Reference((*at, index), False)
            elif shape.element is not None:
                yield from referring(shape.element, item, what, name, (*at, index))
    elif shape.refers == what and value == name and at[-1:] != ("renamedFrom",):
        yield Reference(at, False)


def _in_mapping(shape: Shape, value: Mapping[str, Any], what: str, name: str, at: Steps) -> Iterator[Reference]:
    for key, item in value.items():
        field = shape.fields.get(key)
        below = field.shape if field else shape.element
        if shape.kind == "map" and shape.refers == what and key == name:
            yield Reference((*at, key), True)
        if below is not None:
            yield from referring(below, item, what, name, (*at, key))
