"""What is incomplete once its layers are merged: an overlay that adds a port without a number, say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from journey.problem import Pointer, Problem, Step
from journey.spec import resolve
from journey.spec.rules import needs
from journey.spec.rules.place import Place
from journey.spec.service import Service
from journey.spec.shape import Shape, shape_of
from journey.spec.validate import Validator, member_for
from journey.spec.view import View, query


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
    """Whether a layer leaves out what is required. Head's own base is whole, and so is a sum of whole layers."""
    for layer in here.layers():
        path = layer.where.path
        if path[-1:] == ("defaults",):
            if not _whole_defaults(here.view, layer.where.file, *map(str, path)):
                return True
        elif path and not _fields_whole(layer.value):
            return True
    return False


@query
def _whole_defaults(view: View, file: str, block: str, *path: str) -> bool:
    value = view.input(file, block)
    for step in path:
        value = value[step]
    return _fields_whole(value)


def _fields_whole(value: dict[str, Any]) -> bool:
    fields = shape_of(Service).fields
    return all(
        _whole(fields[key].shape, item) for key, item in value.items() if item.__class__ is dict and key in fields
    )


def _whole(shape: Shape, value: dict[str, Any]) -> bool:
    """Whether nothing that is required is missing in a mapping, or cleared."""
    if shape.kind == "union":
        shape = member_for(shape, value) or shape
    if any(value.get(name) is None for name in _required(shape)):
        return False
    for key, item in value.items():
        if item.__class__ is dict:
            below = shape.element if shape.kind == "map" else shape.fields[key].shape if key in shape.fields else None
            if below is not None and not _whole(below, item):
                return False
    return True


@cache
def _required(shape: Shape) -> tuple[str, ...]:
    return tuple(name for name, item in shape.fields.items() if item.required)


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
