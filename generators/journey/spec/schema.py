"""The spec's language as JSON Schema (draft 7, which yaml-language-server reads), made from its shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from journey.spec.documents import (
    platform_shape,
    promoted_platform_shape,
    promoted_service_shape,
    service_shape,
)
from journey.spec.shape import Field, Shape
from journey.spec.validate import empty

DRAFT = "http://json-schema.org/draft-07/schema#"

DOCUMENTS: Mapping[str, tuple[str, Any]] = {
    "platform": ("platform.yaml", platform_shape),
    "service": ("apps/<service>/service.yaml", service_shape),
    "promoted-platform": ("promoted/<environment>.yaml", promoted_platform_shape),
    "promoted-service": ("apps/<service>/promoted/<environment>.yaml", promoted_service_shape),
}
"""Name of a schema -> the files that it is for, and their shape."""

_TYPES = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a document; records that occur more than once stand in `definitions`."""
    file, shape = DOCUMENTS[name]
    definitions = _Definitions()
    body = definitions.of(shape())
    target = body.pop("$ref").rpartition("/")[2]
    root = definitions.found.pop(target)
    head = {"$schema": DRAFT, "title": file}
    return {**head, **root, "definitions": dict(sorted(definitions.found.items()))}


def inline(shape: Shape) -> dict[str, Any]:
    """The JSON Schema of one shape, with the records that it refers to under `definitions`."""
    definitions = _Definitions()
    body = definitions.of(shape)
    return {**body, "definitions": dict(sorted(definitions.found.items()))} if definitions.found else body


def example(shape: Shape) -> Any:
    """The shape's own example, or one of its parts': of a record the required fields and the first optional one."""
    if shape.examples:
        return shape.examples[0]
    if shape.kind == "record":
        optional = next((name for name, item in shape.fields.items() if not item.required), None)
        return {name: example(item.shape) for name, item in shape.fields.items() if item.required or name == optional}
    if shape.kind == "list" and shape.element is not None:
        return [example(shape.element)]
    if shape.kind == "map" and shape.key is not None and shape.element is not None:
        return {example(shape.key): example(shape.element)}
    return empty(replace(shape, nullable=False))


class _Definitions:
    """Turns shapes into schemas; each different record is kept once, under its name."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, Any]] = {}
        self._names: dict[str, str] = {}

    def of(self, shape: Shape) -> dict[str, Any]:
        made = self._body(shape)
        if shape.kind == "record":
            made = {"$ref": f"#/definitions/{self._name(shape, made)}"}
        if shape.nullable:
            made = {"anyOf": [made, {"type": "null"}]}
        return made | self._about(shape)

    def _name(self, shape: Shape, made: dict[str, Any]) -> str:
        content = json.dumps(made, sort_keys=True)
        if content not in self._names:
            name, number = shape.title, 2
            while name in self.found:
                name, number = f"{shape.title}{number}", number + 1
            self._names[content] = name
            self.found[name] = made
        return self._names[content]

    def _about(self, shape: Shape) -> dict[str, Any]:
        about: dict[str, Any] = {}
        if shape.kind != "record" and shape.description:
            about["description"] = shape.description
        if shape.examples:
            about["examples"] = list(shape.examples)
        return about

    def _body(self, shape: Shape) -> dict[str, Any]:
        if shape.kind == "record":
            return self._record(shape)
        if shape.kind == "map":
            assert shape.element is not None
            assert shape.key is not None
            made: dict[str, Any] = {"type": "object", "additionalProperties": self.of(shape.element)}
            names = self._body(shape.key)
            names.pop("type", None)
            return made | ({"propertyNames": names} if names else {}) | _limits(shape, "Properties")
        if shape.kind == "list":
            assert shape.element is not None
            return {"type": "array", "items": self.of(shape.element), **_limits(shape, "Items")}
        if shape.kind == "union":
            return {"anyOf": [self.of(member) for member in shape.members]}
        if shape.kind == "choice":
            return {"enum": list(shape.choices)}
        return {} if shape.kind == "any" else {"type": _TYPES[shape.kind], **_scalar_limits(shape)}

    def _record(self, shape: Shape) -> dict[str, Any]:
        made: dict[str, Any] = {"description": shape.description} if shape.description else {}
        made |= {"type": "object", "additionalProperties": False}
        made["properties"] = {name: self._field(item) for name, item in shape.fields.items()}
        required = [name for name, item in shape.fields.items() if item.required]
        return made | ({"required": required} if required else {})

    def _field(self, item: Field) -> dict[str, Any]:
        made = self.of(item.shape)
        made.setdefault("examples", [example(item.shape)])
        if not item.required:
            made["default"] = None if item.default is ... else item.default
        if item.shape.kind == "list":
            made["x-merge"] = (
                "-".join(("by", *item.shape.merge)) if isinstance(item.shape.merge, tuple) else item.shape.merge
            )
        if item.shape.scope:
            made["x-scope"] = item.shape.scope
        return made


def _limits(shape: Shape, what: str) -> dict[str, Any]:
    return {f"min{what}": shape.shortest} if shape.shortest else {}


def _scalar_limits(shape: Shape) -> dict[str, Any]:
    limits = {
        "pattern": shape.pattern.pattern if shape.pattern else None,
        "minLength": shape.shortest,
        "maxLength": shape.longest,
        "minimum": shape.least,
        "maximum": shape.most,
    }
    return {name: value for name, value in limits.items() if value is not None}
