"""What is incomplete once its layers are merged: an overlay that adds a port without a number, say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from journey.problem import Pointer, Problem, Step
from journey.spec import resolve
from journey.spec.rules import needs
from journey.spec.rules.place import Place
from journey.spec.service import Service
from journey.spec.shape import shape_of
from journey.spec.validate import Validator

_NOTHING_REQUIRED = frozenset(
    "clusters enabled image command args priority health size resources scaling run security labels annotations".split()
)
"""Fields in which nothing is required: what only adds to them cannot leave a gap."""


def judge(here: Place) -> Iterator[Problem]:
    """Problems of the merged service, each at the last layer that has a say in it."""
    if not _may_lack(here):
        return
    merged = resolve.merged(here.view, here.name, here.environment, here.cluster)
    try:
        msgspec.convert(merged, Service)
    except msgspec.ValidationError:
        yield from _gaps(here, merged)


def _may_lack(here: Place) -> bool:
    """Whether something besides head's own base, which is whole by itself, says what has required fields."""
    return any(layer.where.path and not layer.value.keys() <= _NOTHING_REQUIRED for layer in here.layers())


def _gaps(here: Place, merged: dict[str, Any]) -> Iterator[Problem]:
    validator = Validator("")
    validator.clean(shape_of(Service), merged)
    for problem in validator.problems:
        assert isinstance(problem.where, Pointer)
        where = here.where(*_steps(merged, problem.where.path))
        yield problem._replace(where=where._replace(key=problem.where.key))


def _steps(merged: dict[str, Any], path: tuple[Step, ...]) -> Iterator[Step | tuple[str, str]]:
    """A path into merged data as one into layers: an index of `needs` is none of a layer's list."""
    value: Any = merged
    for step in path:
        known = isinstance(value, list) or (isinstance(value, dict) and step in value)
        value = value[step] if known else None
        target = needs.target_of(value) if isinstance(step, int) and isinstance(value, dict) else None
        yield target or step
