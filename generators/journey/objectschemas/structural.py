"""A CRD's structural schema (OpenAPI v3) as a JSON Schema that refuses what the API server refuses.

Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
Rules in CEL (`x-kubernetes-validations`) are left out: only the API server has their interpreter.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from journey.objectschemas.kubernetes import BOUNDS, JsonSchema

_PLAIN = (
    "enum",
    "pattern",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "uniqueItems",
)
_FORMATS = frozenset({"date-time", "ipv4", "ipv6"})
"""Formats that JSON Schema and the API server read alike."""

_SHARED_SIZE = 300
"""Characters of a repeated subschema from which a definition of its own makes the file smaller."""


def json_schema(group: str, version: str, kind: str, structural: dict[str, Any]) -> JsonSchema:
    """The schema of a whole object. Its metadata and its status stay open: no spec sets a status."""
    schema = convert(structural)
    properties = {name: child for name, child in schema.get("properties", {}).items() if name != "metadata"}
    properties |= {"apiVersion": {"enum": [f"{group}/{version}"]}, "kind": {"enum": [kind]}}
    if metadata := structural.get("properties", {}).get("metadata"):
        properties["metadata"] = convert({**metadata, "x-kubernetes-preserve-unknown-fields": True})
    if "status" in properties:
        properties["status"] = {"type": "object"}
    return {**schema, "properties": {"metadata": {"type": "object"}, **properties}}


def convert(node: dict[str, Any]) -> JsonSchema:
    """One level of a structural schema, and those below it."""
    schema = {**_values(node), **_type(node), **_limits(node)}
    if "items" in node:
        schema["items"] = convert(node["items"])
    if node.get("type") == "object" or "properties" in node:
        schema |= _object(node)
    if node.get("x-kubernetes-list-type") == "set":
        schema["uniqueItems"] = True
    return schema | _logic(node)


def _type(node: dict[str, Any]) -> JsonSchema:
    if node.get("x-kubernetes-int-or-string"):
        types = ["integer", "string"]
    elif "type" in node:
        types = [node["type"]]
    else:
        return {}
    if node.get("nullable"):
        types.append("null")
    return {"type": types if len(types) > 1 else types[0]}


def _values(node: dict[str, Any]) -> JsonSchema:
    schema = {keyword: node[keyword] for keyword in _PLAIN if keyword in node}
    if "enum" in schema and node.get("nullable") and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if node.get("format") in _FORMATS:
        schema["format"] = node["format"]
    return schema


def _limits(node: dict[str, Any]) -> JsonSchema:
    """OpenAPI v3.0 says of a limit that it is exclusive beside it, JSON Schema in a keyword of its own."""
    low, high = BOUNDS.get(node.get("format", ""), (None, None)) if node.get("type") == "integer" else (None, None)
    limits = {"minimum": node.get("minimum", low), "maximum": node.get("maximum", high)}
    for keyword, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if node.get(exclusive) is True:
            limits[exclusive] = limits.pop(keyword)
    return {keyword: limit for keyword, limit in limits.items() if limit is not None}


def _object(node: dict[str, Any]) -> JsonSchema:
    """A mapping: fields that are not named are refused, unless the schema keeps or describes them."""
    properties = {name: convert(child) for name, child in node.get("properties", {}).items()}
    if node.get("x-kubernetes-embedded-resource"):
        properties = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {}} | properties
    schema: JsonSchema = {"properties": properties} if properties else {}
    # Defaults are set before the object is judged, so a field with one is never missing.
    required = [name for name in node.get("required", ()) if "default" not in node.get("properties", {}).get(name, {})]
    if required:
        schema["required"] = required
    if isinstance(node.get("additionalProperties"), dict):
        schema["additionalProperties"] = convert(node["additionalProperties"])
    elif not node.get("additionalProperties") and not node.get("x-kubernetes-preserve-unknown-fields"):
        schema["additionalProperties"] = False
    return schema


def _logic(node: dict[str, Any]) -> JsonSchema:
    """Alternatives hold conditions on values alone, so fields that they don't name are none of their business."""
    schema: JsonSchema = {}
    for keyword in ("allOf", "anyOf", "oneOf"):
        branches = [_defaulted(_condition(branch), node) for branch in node.get(keyword, ())]
        if branches and not (node.get("x-kubernetes-int-or-string") and _only_types(branches)):
            schema[keyword] = branches
    if "not" in node:
        schema["not"] = _condition(node["not"])
    return schema


def _defaulted(condition: JsonSchema, node: dict[str, Any]) -> JsonSchema:
    """The condition on an object whose defaults are not set yet, saying what it says of one whose defaults are set."""
    defaults = {name: child["default"] for name, child in node.get("properties", {}).items() if "default" in child}
    required = [name for name in condition.get("required", ()) if name not in defaults]
    # Absent, the field would be its default, and that does not fit: so it must be there.
    required += [
        name
        for name, child in condition.get("properties", {}).items()
        if name in defaults and not jsonschema_rs.is_valid(child, defaults[name])
    ]
    condition = {keyword: value for keyword, value in condition.items() if keyword != "required"}
    return condition | {"required": required} if required else condition


def _only_types(branches: list[JsonSchema]) -> bool:
    """`anyOf: [{type: integer}, {type: string}]` says nothing that `x-kubernetes-int-or-string` does not."""
    return all(set(branch) == {"type"} for branch in branches)


def _condition(node: dict[str, Any]) -> JsonSchema:
    schema = {**_values(node), **_type(node), **_limits(node), **_logic(node)}
    if "required" in node:
        schema["required"] = node["required"]
    if "properties" in node:
        schema["properties"] = {name: _condition(child) for name, child in node["properties"].items()}
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            schema[keyword] = _condition(node[keyword])
        elif keyword in node:
            schema[keyword] = node[keyword]
    return schema


def share(schema: JsonSchema) -> JsonSchema:
    """The same schema with each large part that occurs twice or more written once, under `$defs`."""
    counts = Counter(_text(part) for part in _parts(schema))
    repeated = {text for text, count in counts.items() if count > 1 and len(text) >= _SHARED_SIZE}
    names: dict[str, str] = {}
    definitions: dict[str, JsonSchema] = {}

    def refer(part: JsonSchema) -> JsonSchema:
        text = _text(part)
        if text not in repeated:
            return _rebuilt(part, refer)
        if text not in names:
            names[text] = f"d{len(names)}"
            definitions[names[text]] = {}
            definitions[names[text]] = _rebuilt(part, refer)
        return {"$ref": f"#/$defs/{names[text]}"}

    shared = _rebuilt(schema, refer)
    return {**shared, "$defs": definitions} if definitions else shared


def _text(part: JsonSchema) -> str:
    return json.dumps(part, sort_keys=True)


def _parts(schema: JsonSchema) -> Iterator[JsonSchema]:
    """All subschemas below a schema."""
    for child in _children(schema):
        yield child
        yield from _parts(child)


def _children(schema: JsonSchema) -> Iterator[JsonSchema]:
    yield from schema.get("properties", {}).values()
    for keyword in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(keyword), dict):
            yield schema[keyword]
    for keyword in ("allOf", "anyOf", "oneOf"):
        yield from schema.get(keyword, ())


def _rebuilt(schema: JsonSchema, change: Any) -> JsonSchema:
    """A copy in which each direct subschema is what `change` makes of it."""
    copy = dict(schema)
    if "properties" in copy:
        copy["properties"] = {name: change(child) for name, child in copy["properties"].items()}
    for keyword in ("items", "additionalProperties", "not"):
        if isinstance(copy.get(keyword), dict):
            copy[keyword] = change(copy[keyword])
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in copy:
            copy[keyword] = [change(child) for child in copy[keyword]]
    return copy
