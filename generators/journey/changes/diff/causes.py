"""Which edit of the spec made which rendered field differ.

Both specs are rendered in memory, the units of changed files alone. A field that both renderings say alike was changed
by the generators. Where the specs differ in more than one edit, each edit that a unit can have read is taken back from
the new spec and made in the old one: it is a cause of the fields that this alters (as `journey.explain` finds causes).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from journey import formats
from journey.artifact import Unit
from journey.changes.diff import compare, renames
from journey.changes.diff.compare import MISSING, Difference, Thing
from journey.changes.diff.edits import Edit
from journey.changes.diff.revisions import Changed
from journey.explain.candidates import read
from journey.explain.fields import Name
from journey.explain.trials import Change, Trials
from journey.pipeline.session import Session


class Field(NamedTuple):
    """A field that differs: in which file and thing, what unit rendered it, and its causes.

    `edits` are numbers of edits; empty means the generators. `joint` tells that they do it only together.
    """

    path: str
    thing: Thing
    unit: Unit
    difference: Difference
    edits: tuple[int, ...] = ()
    joint: bool = False

    @property
    def noise(self) -> bool:
        """Whether only a hash of other content differs."""
        return compare.is_noise(self.difference)


def attributed(changed: Sequence[Changed], old: Session, new: Session, edits: Sequence[Edit]) -> list[Field]:
    """Every differing field of changed files, with what caused it."""
    before, after = _Side(old), _Side(new)
    found: list[Field] = []
    files: dict[Unit, list[Changed]] = {}
    for file in renames.joined(changed):
        unit = (after if file.new is not None else before).unit_of(file.path)
        files.setdefault(unit or Unit(""), []).append(file)
    for unit, members in files.items():
        mine = [field for file in members for field in _fields(unit, file)]
        moved = {file.path: file.was for file in members if file.was}
        told = _Causes(before, after, unit, edits, moved) if unit.target and edits else None
        found += [told.of(field) for field in mine] if told else mine
    return found


def _fields(unit: Unit, file: Changed) -> Iterator[Field]:
    old, new = compare.parsed(file.path, file.old), compare.parsed(file.path, file.new)
    what = compare.thing(file.path, old if new is MISSING else new)
    if isinstance(old, str) != isinstance(new, str) and file.old is not None and file.new is not None:
        old, new = file.old.decode(errors="replace"), file.new.decode(errors="replace")
    for difference in compare.differences(old, new):
        yield Field(file.path, what, unit, compare.hidden(what, difference))


class _Side:
    """One revision's spec, rendered a unit at a time."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.units = dict.fromkeys(session.units())
        self._trials: dict[Unit, Trials] = {}
        self._by_words: dict[frozenset[str], list[Unit]] = {}
        for unit in self.units:
            self._by_words.setdefault(frozenset(filter(None, unit[1:])), []).append(unit)
        self._owner: dict[str, Unit] = {}

    def trials(self, unit: Unit) -> Trials | None:
        """The unit as this spec renders it; None where it has no such unit."""
        if unit not in self.units:
            return None
        if unit not in self._trials:
            made = self._trials[unit] = Trials(self.session.sources.values, unit, self.session.render)
            self._owner.update(dict.fromkeys(made.artifacts, unit))
        return self._trials[unit]

    def unit_of(self, path: str) -> Unit | None:
        """The unit that renders a file: of those named in its path the most exactly named first."""
        for unit in self._likely(path):
            if path in self._owner:
                break
            self.trials(unit)
        return self._owner.get(path)

    def _likely(self, path: str) -> Iterator[Unit]:
        parts = path.split("/")
        words = {*parts, parts[-1].rpartition(".")[0]}
        known = [key for key in self._by_words if key <= words] if len(self._by_words) < 500 else []
        exact = [frozenset(key) for key in _subsets([part for part in parts if part])]
        ranked = sorted({*known, *(key for key in exact if key in self._by_words)}, key=lambda key: (-len(key), *key))
        for key in ranked:
            yield from self._by_words[key]
        yield from (unit for key, units in self._by_words.items() if key not in ranked for unit in units)


def _subsets(parts: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Three, two or one of a path's folders: environment, cluster and service stand among them in this order."""
    folders = parts[:-1]
    yield ()
    for first, one in enumerate(folders):
        yield (one,)
        for second in range(first + 1, len(folders)):
            yield (one, folders[second])
            yield from ((one, folders[second], third) for third in folders[second + 1 :])


Names = set[tuple[str, Name]]


class _Causes:
    """The edits that make a unit's fields differ."""

    def __init__(
        self, before: _Side, after: _Side, unit: Unit, edits: Sequence[Edit], moved: Mapping[str, str]
    ) -> None:
        earlier = next((before.unit_of(path) for path in moved.values()), None) or unit
        self.old, self.new = before.trials(earlier), after.trials(unit)
        self.moved = moved
        self.unit = unit
        self.edits = edits
        self._differing: dict[str, list[Name]] = {}
        self._reach: Mapping[int, Names] | None = None

    def of(self, field: Field) -> Field:
        """The field with its causes."""
        if not any(_touch(name, field.difference.name) for name in self._rendered(field.path)):
            return field
        if len(self.edits) == 1:
            return field._replace(edits=(0,))
        numbers = tuple(
            number
            for number, reached in self._reached().items()
            if any(path == field.path and _touch(name, field.difference.name) for path, name in reached)
        )
        if numbers:
            return field._replace(edits=numbers)
        readable = self._readable()
        return field._replace(edits=readable, joint=len(readable) > 1)

    def _rendered(self, path: str) -> list[Name]:
        """The names by which the two renderings of a file differ."""
        if path not in self._differing:
            old, new = _bytes(self.old, self.moved.get(path, path)), _bytes(self.new, path)
            found = compare.differences(compare.parsed(path, old), compare.parsed(path, new)) if old != new else ()
            self._differing[path] = [difference.name for difference in found]
        return self._differing[path]

    def _readable(self) -> tuple[int, ...]:
        """The edits in files that the unit reads, by number; all where none is (a service that came or went)."""
        files: set[str] = set()
        for side in (self.old, self.new):
            if side is not None:
                files |= read(side).keys()
        own = f"/{self.unit.service}/"
        mine = [n for n, edit in enumerate(self.edits) if edit.whole and self.unit.service and own in f"/{edit.file}"]
        if mine and (self.old is None or self.new is None):
            return tuple(mine)
        return tuple(n for n, edit in enumerate(self.edits) if (edit.file in files or edit.whole) and edit.rendered)

    def _reached(self) -> Mapping[int, Names]:
        """The fields that each edit alters by itself."""
        if self._reach is None:
            self._reach = {}
            for number in self._readable():
                if not self.edits[number].whole:
                    self._reach[number] = _alters(self.new, self.edits[number].undone) | _alters(
                        self.old, self.edits[number].done
                    )
        return self._reach


def _alters(side: Trials | None, change: Change) -> Names:
    if side is None:
        return set()
    effect = side.effect([change], list(side.artifacts))
    return set() if effect.broke else {*effect.changed, *effect.gone}


def _bytes(side: Trials | None, path: str) -> bytes | None:
    artifact = side.artifacts.get(path) if side else None
    return formats.encode(artifact.format, artifact.content) if artifact else None


def _touch(one: Name, other: Name) -> bool:
    """Whether a field is, holds or stands in another; what is inside of a text stands in the text."""
    one, other = (name[: name.index("~")] if "~" in name else name for name in (one, other))
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
