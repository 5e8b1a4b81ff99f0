"""How an overlay joins what lies below it: records and mappings key by key, lists as their field says, null clears."""

from __future__ import annotations

from typing import Any

from journey.spec.shape import Shape
from journey.spec.validate import member_for


def merge(shape: Shape, base: Any, over: Any) -> Any:
    """`over` on `base`; neither is changed, and the result may share parts with both.

    Null clears a key, whatever lies below: it is left out of the result.
    """
    if over is None:
        return None
    shape = _member(shape, over)
    if shape.kind in ("record", "map") and type(over) is dict:
        return _merge_keys(shape, base if type(base) is dict else {}, over)
    if shape.kind == "list" and type(over) is list and shape.merge != "replace":
        return _merge_list(shape, base if type(base) is list else [], over)
    return over


def _member(shape: Shape, value: object) -> Shape:
    if shape.kind != "union":
        return shape
    return member_for(shape, value) or shape


def _merge_keys(shape: Shape, base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
            continue
        if type(value) is not dict and type(value) is not list:
            merged[key] = value
            continue
        part = shape.element if shape.kind == "map" else shape.fields[key].shape
        assert part is not None
        merged[key] = merge(part, merged.get(key), value)
    return merged


def _merge_list(shape: Shape, base: list[Any], over: list[Any]) -> list[Any]:
    if shape.merge == "append":
        return [*base, *over]
    assert shape.element is not None
    merged = {identity(shape, item): item for item in base}
    for item in over:
        key = identity(shape, item)
        merged[key] = merge(shape.element, merged.get(key), item)
    return list(merged.values())


def identity(shape: Shape, item: Any) -> tuple[str, str]:
    """What makes an element of a `by:` list the same one: the first of its keys that it has, with that key's value.

    A key that begins with `+` counts beside it: two needs of one service on two ports are two.
    """
    beside = "".join(f" {item[key[1:]]}" for key in shape.merge if key[0] == "+" and item.get(key[1:]) is not None)
    for key in shape.merge:
        if item.get(key) is not None:
            return key, f"{item[key]}{beside}"
    return "", repr(item)
