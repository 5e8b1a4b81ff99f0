"""Which edit of the spec made which rendered field differ.

Both specs are rendered in memory, the units of changed files alone. A field that both renderings say alike was changed
by the generators. Where the specs differ in more than one edit, each edit that a unit can have read is taken back from
the new spec and made in the old one: it is a cause of the fields that this alters (as `journey.explain` finds causes).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from journey import formats
from journey.artifact import Artifact, Format, Unit
from journey.changes.diff import compare, renames
from journey.changes.diff.compare import MISSING, Difference, Thing
from journey.changes.diff.edits import Edit
from journey.changes.diff.revisions import Changed
from journey.explain.candidates import read
from journey.explain.fields import Name
from journey.explain.trials import Trials, under
from journey.pipeline.session import Session
from journey.spec.derived import BROKEN, Derived


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
    indexed = _Edits(edits)
    before, after = _Side(old, indexed, newer=False), _Side(new, indexed, newer=True)
    found: list[Field] = []
    files: dict[Unit, list[Changed]] = {}
    for file in renames.joined(changed):
        unit = (after if file.new is not None else before).unit_of(file.path)
        files.setdefault(unit or Unit(""), []).append(file)
    for unit, members in files.items():
        moved = {file.path: file.was for file in members if file.was}
        told = _Causes(before, after, unit, indexed, moved)
        mine = [field for file in members for field in told.fields(file)]
        found += map(told.of, mine) if unit.target and edits else mine
        before.forget(unit)
        after.forget(unit)
    return found


class _Side:
    """One revision's spec, rendered a unit at a time, as it is and with each edit taken back (`newer`) or made."""

    def __init__(self, session: Session, edits: _Edits, newer: bool) -> None:
        self.session = session
        self.units = dict.fromkeys(session.units())
        self._edits = edits
        self._newer = newer
        self._trials: dict[Unit, Trials] = {}
        self._under: dict[int, Derived] = {}
        self._by_words: dict[frozenset[str], list[Unit]] = {}
        for unit in self.units:
            self._by_words.setdefault(frozenset(filter(None, unit[1:])), []).append(unit)
        self._owner: dict[str, Unit] = {}

    def trials(self, unit: Unit) -> Trials | None:
        """The unit as this spec renders it; None where it has no such unit."""
        if unit not in self.units:
            return None
        if unit not in self._trials:
            session = self.session
            made = self._trials[unit] = Trials(session.sources.values, unit, session.render, session.engine)
            self._owner.update(dict.fromkeys(made.artifacts, unit))
        return self._trials[unit]

    def forget(self, unit: Unit) -> None:
        """Keep nothing of a unit that is done with: there may be thousands."""
        self._trials.pop(unit, None)

    def under(self, number: int) -> Derived:
        """The spec with an edit taken back or made."""
        if number not in self._under:
            edit = self._edits[number]
            self._under[number] = under(self.session.engine, [edit.undone if self._newer else edit.done])
        return self._under[number]

    def unit_of(self, path: str) -> Unit | None:
        """The unit that renders a file: of those named in its path the most exactly named first."""
        for unit in self._likely(path):
            if path in self._owner:
                break
            self.trials(unit)
        return self._owner.get(path)

    def _likely(self, path: str) -> Iterator[Unit]:
        if path in self._last:
            yield self._last[path]
        parts = path.split("/")
        words = {*parts, parts[-1].rpartition(".")[0]}
        known = [key for key in self._by_words if key <= words] if len(self._by_words) < 500 else []
        exact = [frozenset(key) for key in _subsets([part for part in parts if part])]
        ranked = sorted({*known, *(key for key in exact if key in self._by_words)}, key=lambda key: (-len(key), *key))
        for key in ranked:
            yield from self._by_words[key]
        yield from (unit for key, units in self._by_words.items() if key not in ranked for unit in units)

    @cached_property
    def _last(self) -> dict[str, Unit]:
        """The units of files as the last run knew them: to be asked first."""
        known = self.session.known
        return {path: unit for unit in known.outcomes if unit in self.units for path in known.result(unit).paths}


def _subsets(parts: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """Three, two or one of a path's folders: environment, cluster and service stand among them in this order."""
    folders = parts[:-1]
    yield ()
    for first, one in enumerate(folders):
        yield (one,)
        for second in range(first + 1, len(folders)):
            yield (one, folders[second])
            yield from ((one, folders[second], third) for third in folders[second + 1 :])


class _Edits:
    """All edits by number, and their numbers by file: a unit reads few files of many that were edited."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = edits
        self.by_file: dict[str, list[int]] = {}
        for number, edit in enumerate(edits):
            self.by_file.setdefault(edit.file, []).append(number)
        self.whole = [number for number, edit in enumerate(edits) if edit.whole]

    def __len__(self) -> int:
        return len(self.edits)

    def __getitem__(self, number: int) -> Edit:
        return self.edits[number]


Names = set[tuple[str, Name]]


class _Causes:
    """The edits that make a unit's fields differ. `moved`: path -> the path before a rename."""

    def __init__(self, before: _Side, after: _Side, unit: Unit, edits: _Edits, moved: Mapping[str, str]) -> None:
        earlier = next((before.unit_of(path) for path in moved.values()), None) or unit
        self.before, self.after = _Part(before, earlier), _Part(after, unit)
        self.moved = moved
        self.unit = unit
        self.edits = edits
        self._differing: dict[str, list[Name]] = {}

    def fields(self, file: Changed) -> Iterator[Field]:
        """What differs in a file."""
        old, new = self.before.content(file.was or file.path, file.old), self.after.content(file.path, file.new)
        what = compare.thing(file.path, old if new is MISSING else new)
        if isinstance(old, str) != isinstance(new, str) and file.old is not None and file.new is not None:
            old, new = file.old.decode(errors="replace"), file.new.decode(errors="replace")
        for difference in compare.differences(old, new):
            yield Field(file.path, what, self.unit, compare.hidden(what, difference))

    def of(self, field: Field) -> Field:
        """The field with its causes."""
        if not any(_touch(name, field.difference.name) for name in self._rendered(field.path)):
            return field
        if self._alone is not None:
            return field._replace(edits=(self._alone,))
        numbers = tuple(
            number
            for number, reached in self._reached.items()
            if any(path == field.path and _touch(name, field.difference.name) for path, name in reached)
        )
        if numbers:
            return field._replace(edits=numbers)
        return field._replace(edits=self._readable, joint=len(self._readable) > 1)

    def _rendered(self, path: str) -> list[Name]:
        """The names by which the two renderings of a file differ."""
        if path not in self._differing:
            old, new = self.before.rendered(self.moved.get(path, path)), self.after.rendered(path)
            self._differing[path] = [difference.name for difference in compare.differences(old, new)]
        return self._differing[path]

    @cached_property
    def _readable(self) -> tuple[int, ...]:
        """The edits in files that the unit reads, by number; all where none is (a service that came or went)."""
        files: set[str] = set()
        for part in (self.before, self.after):
            if part.trials is not None:
                files |= read(part.trials, part.trials.artifacts).keys()
        own, edits = f"/{self.unit.service}/", self.edits
        mine = [number for number in edits.whole if self.unit.service and own in f"/{edits[number].file}"]
        if mine and (self.before.trials is None or self.after.trials is None):
            return tuple(mine)
        numbers = {number for file in files for number in edits.by_file.get(file, ())}.union(edits.whole)
        return tuple(number for number in sorted(numbers) if edits[number].rendered)

    @cached_property
    def _alone(self) -> int | None:
        """The one edit that alters something that the unit asks for, where there is but one: nothing need be tried."""
        if len(self.edits) == 1:
            return 0
        if any(self.edits[number].whole for number in self._readable):
            return None
        asked = [number for number in self._readable if self.before.asks(number) or self.after.asks(number)]
        return asked[0] if len(asked) == 1 else None

    @cached_property
    def _reached(self) -> Mapping[int, Names]:
        """The fields that each edit alters by itself."""
        tried = [number for number in self._readable if not self.edits[number].whole]
        return {number: self.before.altered(number) | self.after.altered(number) for number in tried}


class _Part:
    """A unit of one revision."""

    def __init__(self, side: _Side, unit: Unit) -> None:
        self.side = side
        self.trials = side.trials(unit)

    def content(self, path: str, data: bytes | None) -> Any:
        """What a file of the revision holds: what was rendered, where it has the same bytes."""
        artifact = self.trials.artifact(path) if self.trials and data is not None else None
        if artifact is None or artifact.format not in _TREES or _bytes(artifact) != data:
            return compare.parsed(path, data)
        return artifact.content

    def rendered(self, path: str) -> Any:
        """What is rendered as a file."""
        artifact = self.trials.artifact(path) if self.trials else None
        if artifact is None or artifact.format in _TREES:
            return MISSING if artifact is None else artifact.content
        return compare.parsed(path, _bytes(artifact))

    def asks(self, number: int) -> bool:
        """Whether an edit by itself alters something that the unit asks for."""
        if self.trials is None:
            return False
        try:
            return not self.side.under(number).same(self.trials.reads(self.trials.artifacts))
        except BROKEN:
            return True

    def altered(self, number: int) -> Names:
        """The fields that an edit by itself alters."""
        if self.trials is None:
            return set()
        effect = self.trials.effect_in(self.side.under(number), list(self.trials.artifacts))
        return set() if effect.broke else {*effect.changed, *effect.gone}


_TREES = (Format.YAML, Format.JSON)


def _bytes(artifact: Artifact) -> bytes:
    return formats.encode(artifact.format, artifact.content)


def _touch(one: Name, other: Name) -> bool:
    """Whether a field is, holds or stands in another; what is inside of a text stands in the text."""
    one, other = (name[: name.index("~")] if "~" in name else name for name in (one, other))
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
