"""The spec's types as a tree of shapes: one walk of the annotations, read by validation, merging, schema and reference.

A shape says what a YAML node may be. `shape_of(Service)` is the whole of a service; `partial` makes of it what an
overlay may say: every field optional, null clearing it, and some fields refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import inspect

ShapeKind = Literal["record", "map", "list", "text", "integer", "number", "boolean", "choice", "null", "any", "union"]
Merge = Literal["replace", "append"] | tuple[str, ...]
"""How an overlay's list joins the base's; a tuple holds the keys by which elements merge."""


class Pattern:
    """A regular expression that is compiled when it is first used: most runs use few."""

    __slots__ = ("_compiled", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled: re.Pattern[str] | None = None

    def search(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        if self._compiled is None:
            self._compiled = re.compile(self.pattern)
        return self._compiled.search(text)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What a YAML node may be."""

    kind: ShapeKind
    title: str = ""
    description: str = ""
    examples: tuple[object, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    key: Shape | None = None
    element: Shape | None = None
    members: tuple[Shape, ...] = ()
    choices: tuple[str | int, ...] = ()
    pattern: Pattern | None = None
    least: float | None = None
    most: float | None = None
    shortest: int | None = None
    longest: int | None = None
    merge: Merge = "replace"
    scope: str = ""
    refers: str = ""
    nullable: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A key of a record. `default` is JSON-like data as the user would write it; `...` means that there is none."""

    name: str
    shape: Shape
    required: bool
    default: object = ...


@cache
def shape_of(record: type[msgspec.Struct]) -> Shape:
    """The shape of a Record type."""
    return _convert(inspect.type_info(record))


def partial(shape: Shape, refused: frozenset[str] = frozenset(), added: Mapping[str, Field] | None = None) -> Shape:
    """What an overlay of `shape` may say: no field required, null allowed; `refused` are YAML keys left out."""
    kept = {name: replace(item, required=False) for name, item in shape.fields.items() if name not in refused}
    return replace(
        _loosen(replace(shape, fields=kept)), fields={**_loosen(replace(shape, fields=kept)).fields, **(added or {})}
    )


def _loosen(shape: Shape) -> Shape:
    """The shape with every field optional and nullable, all the way down (lists keep their elements whole)."""
    fields = {
        name: replace(item, required=False, shape=_loosen(replace(item.shape, nullable=True)))
        for name, item in shape.fields.items()
    }
    element = shape.element
    if shape.kind == "map" and element is not None:
        element = _loosen(replace(element, nullable=True))
    return replace(shape, fields=fields, element=element, members=tuple(map(_loosen, shape.members)))


def _convert(info: inspect.Type) -> Shape:
    if isinstance(info, inspect.Metadata):
        return _annotated(_convert(info.type), info)
    if isinstance(info, inspect.StructType):
        return _record(info)
    if isinstance(info, inspect.UnionType):
        return _union(info)
    if isinstance(info, inspect.DictType):
        return Shape("map", key=_convert(info.key_type), element=_convert(info.value_type), shortest=info.min_length)
    if isinstance(info, inspect.VarTupleType | inspect.ListType):
        return Shape("list", element=_convert(info.item_type), shortest=info.min_length)
    return _scalar(info)


def _scalar(info: inspect.Type) -> Shape:
    if isinstance(info, inspect.StrType):
        pattern = Pattern(info.pattern) if info.pattern else None
        return Shape("text", pattern=pattern, shortest=info.min_length, longest=info.max_length)
    if isinstance(info, inspect.IntType | inspect.FloatType):
        kind: ShapeKind = "integer" if isinstance(info, inspect.IntType) else "number"
        return Shape(kind, least=info.ge, most=info.le)
    if isinstance(info, inspect.LiteralType):
        return Shape("choice", choices=tuple(item for item in info.values if isinstance(item, str | int)))
    simple: dict[type, ShapeKind] = {inspect.BoolType: "boolean", inspect.NoneType: "null", inspect.AnyType: "any"}
    return Shape(simple[type(info)])


def _annotated(shape: Shape, info: inspect.Metadata) -> Shape:
    schema, extra = info.extra_json_schema or {}, info.extra or {}
    merge: Any = extra.get("merge", "replace")
    return replace(
        shape,
        description=schema.get("description", ""),
        examples=tuple(schema.get("examples", ())),
        merge=tuple(merge[3:].split("|")) if merge.startswith("by:") else merge,
        scope=extra.get("scope", ""),
        refers=extra.get("refers", ""),
    )


def _union(info: inspect.UnionType) -> Shape:
    members = [_convert(member) for member in info.types]
    nullable = any(member.kind == "null" for member in members)
    members = [member for member in members if member.kind != "null"]
    if len(members) == 1:
        return replace(members[0], nullable=nullable)
    described = next((member for member in members if member.description), members[0])
    return Shape(
        "union",
        description=described.description,
        examples=described.examples,
        refers=described.refers,
        members=tuple(members),
        nullable=nullable,
    )


def _record(info: inspect.StructType) -> Shape:
    fields = {item.encode_name: _field(item) for item in info.fields}
    return Shape("record", title=info.cls.__name__, description=_first_paragraph(info.cls.__doc__), fields=fields)


def _field(item: inspect.Field) -> Field:
    shape = _convert(item.type)
    if item.required:
        return Field(item.encode_name, shape, required=True)
    default = item.default_factory() if item.default is msgspec.NODEFAULT else item.default
    return Field(item.encode_name, shape, required=False, default=msgspec.to_builtins(default))


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
