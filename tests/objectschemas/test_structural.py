"""Structural schemas to JSON Schemas: small in, whole out; and the verdicts that follow."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from journey.objectschemas import structural

STRING = {"type": "string"}


@pytest.mark.parametrize(
    ("node", "schema"),
    [
        ({"type": "string", "description": "a"}, {"type": "string"}),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "string", "format": "duration"}, {"type": "string"}),
        ({"type": "string", "default": "a", "pattern": "^a"}, {"type": "string", "pattern": "^a"}),
        ({"type": "integer", "format": "int32"}, {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}),
        (
            {"type": "integer", "format": "int32", "minimum": 1, "exclusiveMinimum": True, "maximum": 9},
            {"type": "integer", "exclusiveMinimum": 1, "maximum": 9},
        ),
        ({"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, STRING]}, {"type": ["integer", "string"]}),
        ({"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "string"}}),
        (
            {"type": "array", "items": STRING, "x-kubernetes-list-type": "set"},
            {"type": "array", "items": STRING, "uniqueItems": True},
        ),
        ({"type": "object"}, {"type": "object", "additionalProperties": False}),
        ({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, {"type": "object"}),
        ({"type": "object", "additionalProperties": STRING}, {"type": "object", "additionalProperties": STRING}),
        ({"x-kubernetes-preserve-unknown-fields": True}, {}),
        (
            {"type": "object", "properties": {"a": STRING, "b": {**STRING, "default": "x"}}, "required": ["a", "b"]},
            {
                "type": "object",
                "properties": {"a": STRING, "b": STRING},
                "required": ["a"],
                "additionalProperties": False,
            },
        ),
        (
            {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True},
            {"type": "object", "properties": {"apiVersion": STRING, "kind": STRING, "metadata": {}}},
        ),
        (
            {"type": "string", "allOf": [{"maxLength": 3}], "not": {"pattern": "^x"}, "x-kubernetes-validations": []},
            {"type": "string", "allOf": [{"maxLength": 3}], "not": {"pattern": "^x"}},
        ),
    ],
)
def test_each_keyword(node: dict[str, Any], schema: dict[str, Any]) -> None:
    assert structural.convert(node) == schema


def takes(node: dict[str, Any], value: object) -> bool:
    return jsonschema_rs.Draft202012Validator(structural.convert(node)).is_valid(value)


def test_a_condition_closes_no_mapping() -> None:
    node = {
        "type": "object",
        "properties": {"a": STRING, "b": {"type": "array", "items": STRING}},
        "anyOf": [{"required": ["a"]}, {"properties": {"b": {"items": {"pattern": "^x"}}}, "required": ["b"]}],
    }
    assert takes(node, {"a": "y"})
    assert takes(node, {"a": "y", "b": ["y"]})
    assert takes(node, {"b": ["x"]})
    assert not takes(node, {"b": ["y"]})
    assert not takes(node, {"a": "y", "c": 1})


def test_a_condition_reads_a_missing_field_as_its_default() -> None:
    address = {"properties": {"type": {"enum": ["IP"]}, "value": {"format": "ipv4"}}}
    node = {
        "type": "object",
        "properties": {"type": {"type": "string", "default": "IP"}, "value": STRING},
        "oneOf": [address, {"properties": {"type": {"not": {"enum": ["IP"]}}}}],
    }
    assert takes(node, {"value": "10.0.0.1"})
    assert takes(node, {"type": "IP", "value": "10.0.0.1"})
    assert takes(node, {"type": "Name", "value": "10.0.0.1"})
    assert takes({**node, "oneOf": [{"required": ["type"]}]}, {"value": "a"})


def test_a_whole_object_names_its_kind_and_leaves_metadata_and_status_open() -> None:
    node = {
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": STRING,
            "kind": STRING,
            "metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 9}}},
            "spec": {"type": "object"},
            "status": {"type": "object", "properties": {"ready": {"type": "boolean"}}},
        },
    }
    assert structural.json_schema("example.com", "v1", "Thing", node) == {
        "type": "object",
        "required": ["spec"],
        "additionalProperties": False,
        "properties": {
            "apiVersion": {"enum": ["example.com/v1"]},
            "kind": {"enum": ["Thing"]},
            "metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 9}}},
            "spec": {"type": "object", "additionalProperties": False},
            "status": {"type": "object"},
        },
    }


def test_parts_that_repeat_are_written_once() -> None:
    inner = {"type": "object", "properties": {f"field{i}": {"type": "string", "maxLength": i} for i in range(9)}}
    outer = {"type": "object", "properties": {"inner": inner, "other": {"type": "string", "pattern": "x" * 300}}}
    schema = {
        "properties": {"a": outer, "b": outer, "c": inner, "d": STRING, "e": STRING},
        "allOf": [{"not": inner}],
    }
    shared = structural.share(schema)
    assert shared["properties"] == {
        "a": {"$ref": "#/$defs/d0"},
        "b": {"$ref": "#/$defs/d0"},
        "c": {"$ref": "#/$defs/d1"},
        "d": STRING,
        "e": STRING,
    }
    assert shared["allOf"] == [{"not": {"$ref": "#/$defs/d1"}}]
    assert shared["$defs"]["d0"]["properties"]["inner"] == {"$ref": "#/$defs/d1"}
    assert shared["$defs"]["d1"] == inner


def test_a_schema_without_repeated_parts_stays() -> None:
    assert structural.share({"properties": {"a": STRING}}) == {"properties": {"a": STRING}}
