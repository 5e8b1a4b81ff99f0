"""What two specs say differently: an edit is the outermost node that only one has, or a scalar that differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from journey.changes.diff.compare import MISSING
from journey.explain.fields import Path, steps_of
from journey.explain.trials import REMOVED, Change
from journey.problem import Pointer
from journey.spec.sources import ROOT_FILE, Sources


class Edit(NamedTuple):
    """An edit of a spec file: the node's path before and after, and what it said and says (`MISSING`: not there)."""

    file: str
    before: Path
    after: Path
    old: Any
    new: Any

    @property
    def where(self) -> Pointer:
        """The node in the new spec; in the old one where it is gone."""
        return Pointer(self.file, self.before if self.new is MISSING else self.after, key=self.whole is False)

    @property
    def rendered(self) -> bool:
        """Whether anything can be rendered from it: `acknowledge` speaks to `impact` alone."""
        return self.file != ROOT_FILE or (self.after or self.before)[:1] != ("acknowledge",)

    @property
    def whole(self) -> bool:
        """Whether the file as a whole came or went."""
        return not (self.before or self.after)

    @property
    def undone(self) -> Change:
        """The change of the new spec that takes the edit back."""
        return Change(Pointer(self.file, self.after), REMOVED if self.old is MISSING else self.old)

    @property
    def done(self) -> Change:
        """The change of the old spec that makes the edit."""
        return Change(Pointer(self.file, self.before), REMOVED if self.new is MISSING else self.new)


def edits(old: Sources, new: Sources) -> list[Edit]:
    """Every edit between two specs, by file and in the order of its nodes."""
    found: list[Edit] = []
    for file in sorted(old.documents.keys() | new.documents.keys()):
        before, after = old.documents.get(file), new.documents.get(file)
        if before is after:
            continue
        was = before.value if before else MISSING
        now = after.value if after else MISSING
        found += between(file, was, now)
    return found


def between(file: str, old: Any, new: Any) -> Iterator[Edit]:
    """Every edit between two contents of a file."""
    return _nodes(file, old, new, (), ())


def _nodes(file: str, old: Any, new: Any, before: Path, after: Path) -> Iterator[Edit]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _nodes(file, old.get(key, MISSING), new.get(key, MISSING), (*before, key), (*after, key))
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _lists(file, old, new, before, after)
    elif old is MISSING or new is MISSING or type(old) is not type(new) or old != new:
        yield Edit(file, before, after, old, new)


def _lists(file: str, old: Sequence[Any], new: Sequence[Any], before: Path, after: Path) -> Iterator[Edit]:
    was = {step: index for index, step in enumerate(steps_of(old))}
    now = {step: index for index, step in enumerate(steps_of(new))}
    for step in dict.fromkeys((*was, *now)):
        left, right = was.get(step), now.get(step)
        yield from _nodes(
            file,
            MISSING if left is None else old[left],
            MISSING if right is None else new[right],
            (*before, len(old) if left is None else left),
            (*after, len(new) if right is None else right),
        )
    if was.keys() == now.keys() and list(was) != list(now):
        yield Edit(file, before, after, old, new)
