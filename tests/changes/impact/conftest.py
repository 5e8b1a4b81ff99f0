"""Objects before and after, judged as `impact` judges them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from journey.artifact import Artifact, Format, Unit
from journey.changes.diff import compare
from journey.changes.diff.causes import Field
from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.report import FAMILIES
from journey.changes.impact.verdict import Found
from journey.objects import Object, read
from journey.problem import Pointer

UNIT = Unit("kubernetes", "prod", "east", "web")


class Beside:
    """Stands for a revision's side: the objects that stand around the one that changes."""

    def __init__(self, trees: Sequence[Any]) -> None:
        files = [Artifact("object.yaml", Format.YAML, tree, Pointer("platform.yaml")) for tree in trees]
        self.objects = [found for file in files if (found := read(file)) is not None]

    def of_kind(self, unit: Unit, kind: str) -> list[Object]:
        del unit
        return [found for found in self.objects if found.kind == kind]


Judge = Callable[..., list[Found]]


def pair_of(old: Any, new: Any, path: str = "environments/prod/east/kubernetes/web/object.yaml") -> Pair:
    """A file with one of its contents, or both."""
    before = compare.MISSING if old is None else old
    after = compare.MISSING if new is None else new
    what = compare.thing(path, after if old is None else before)
    fields = tuple(Field(path, what, UNIT, found) for found in compare.differences(before, after))
    return Pair(path, what, UNIT, before, after, fields)


@pytest.fixture
def judge() -> Judge:
    """The findings on an object."""

    def run(old: Any, new: Any, *beside: Any) -> list[Found]:
        side: Any = Beside(beside)
        sides = Sides(side, side)
        pair = pair_of(old, new)
        return [found for family in FAMILIES if pair.fields for found in family.judge(pair, sides)]

    return run
