"""The committed JSON Schemas: every field is described, has an example that is right, and a default."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from journey.spec.pods import Scaling
from journey.spec.schema import DOCUMENTS, example, schema
from journey.spec.shape import Field, Shape, shape_of
from journey.spec.validate import Validator

SCHEMAS = Path(__file__).parents[2] / "schemas"

Node = dict[str, Any]


def committed(name: str) -> Node:
    found = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def fields(root: Node, node: Node, shape: Shape, seen: set[int]) -> Iterator[tuple[str, Node, Field]]:
    """Every property below a node, as (record and name, its schema, its field)."""
    node = plain(root, node)
    if id(shape) in seen:
        return
    seen.add(id(shape))
    for name, item in shape.fields.items():
        yield f"{shape.title}.{name}", node["properties"][name], item
        yield from fields(root, node["properties"][name], item.shape, seen)
    if shape.element is not None:
        yield from fields(root, node["items" if shape.kind == "list" else "additionalProperties"], shape.element, seen)
    for member, part in zip(shape.members, node.get("anyOf", ()), strict=False):
        yield from fields(root, part, member, seen)


def plain(root: Node, node: Node) -> Node:
    """The node without `or null`, and what it refers to."""
    members = node.get("anyOf", [])
    if {"type": "null"} in members:
        node = members[0]
    return root["definitions"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def every(name: str) -> list[tuple[str, Node, Field]]:
    root = committed(name)
    return list(fields(root, root, DOCUMENTS[name][1](), set()))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_committed_schema_is_the_specs(name: str) -> None:
    found = committed(name)
    assert "Rendered by journey" in found.pop("$comment")
    assert found == json.loads(json.dumps(schema(name)))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_field_has_a_description_an_example_and_a_default(name: str) -> None:
    root, found = committed(name), every(name)
    assert len(found) > 100
    assert [at for at, node, _ in found if not (node.get("description") or plain(root, node).get("description"))] == []
    assert [at for at, node, _ in found if not node.get("examples")] == []
    assert [at for at, node, item in found if ("default" in node) == item.required] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_example_and_default_is_right(name: str) -> None:
    root = committed(name)
    checker = Validator("example.yaml")
    for at, node, item in every(name):
        accepts = jsonschema_rs.Draft7Validator({"allOf": [node], "definitions": root["definitions"]})
        for value in node["examples"]:
            checker.clean(item.shape, value, (at,))
            assert accepts.is_valid(value), (at, value)
            assert value not in ({}, [], None), at
        if not item.required:
            checker.clean(item.shape, node["default"], (at,))
    assert [problem.message for problem in checker.problems] == []


def test_an_example_is_made_of_its_parts() -> None:
    text = Shape("text", examples=("one", "two"))
    least = Shape("integer", least=3, nullable=True)
    record = Shape(
        "record",
        fields={
            "first": Field("first", text, False, ""),
            "second": Field("second", text, False, ""),
            "third": Field("third", least, True),
        },
    )
    assert example(record) == {"first": "one", "third": 3}
    assert example(Shape("list", element=text)) == ["one"]
    assert example(Shape("map", key=text, element=record)) == {"one": {"first": "one", "third": 3}}
    assert example(shape_of(Scaling)) == {"min": 2}
