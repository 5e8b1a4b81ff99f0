"""A validator's errors in words: one keyword, one sentence."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from journey.objectschemas import dotted
from journey.objectschemas.messages import findings, retraced

STRING = {"type": "string"}


def told(schema: dict[str, Any], value: object) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return [str(finding) for finding in findings(validator.iter_errors(value), schema, value)]


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"type": "integer"}, "x", '"x" must be a whole number'),
        ({"type": ["string", "null"]}, 1, "1 must be a string"),
        ({"type": "null"}, 1, "1 must be null"),
        ({"enum": ["a", None]}, "b", '"b" must be one of "a"'),
        ({"const": 1}, 2, "2 must be 1"),
        ({"pattern": "^a"}, "b", '"b" is not of the form ^a'),
        ({"pattern": "^a"}, "b" * 99, f'"{"b" * 56}... is not of the form ^a'),
        ({"format": "date-time"}, "b", '"b" is not of the format date-time'),
        ({"minimum": 1}, 0, "0 must be at least 1"),
        ({"maximum": 1}, 2, "2 must be at most 1"),
        ({"exclusiveMinimum": 1}, 1, "1 must be more than 1"),
        ({"exclusiveMaximum": 1}, 1, "1 must be less than 1"),
        ({"multipleOf": 2}, 1, "1 must be a multiple of 2"),
        ({"minLength": 1}, "", '"" must have at least 1 character'),
        ({"maxLength": 2}, "abc", '"abc" must have at most 2 characters'),
        ({"minItems": 2}, [], "must have at least 2 entries"),
        ({"maxItems": 1}, [1, 2], "must have at most 1 entry"),
        ({"minProperties": 1}, {}, "must have at least 1 field"),
        ({"maxProperties": 0}, {"a": 1}, "must have at most 0 fields"),
        ({"uniqueItems": True}, [1, 1], "has the same entry twice"),
        ({"not": {"enum": ["a"]}}, "a", '"a" is ruled out here'),
        ({"contains": {"const": 1}}, [2], "None of [2] are valid under the given schema"),
        ({"required": ["a", "b"]}, {"a": 1}, "b: required, but missing"),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b", "c"]}]}, {}, "needs a or b with c"),
        ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}, {"required": ["c"]}]}, {}, "needs a, b or c"),
        ({"oneOf": [{}, {}]}, 1, "fits more than one of the alternatives, of which it may be only one"),
        ({"anyOf": [STRING, {"type": "array"}]}, 1, "1 must be a string or a list"),
        ({"anyOf": [STRING, {"type": "integer", "minimum": 3}]}, 1, "1 must be at least 3"),
        (
            {"anyOf": [{"properties": {"a": STRING}, "required": ["b"]}, {"properties": {"a": STRING}}]},
            {"a": 1},
            "a: 1 must be a string",
        ),
        ({"type": "integer", "enum": [1]}, "x", '"x" must be a whole number'),
        ({"properties": {"imageName": {}}, "additionalProperties": False}, {"imagename": 1}, None),
    ],
)
def test_each_fault_in_words(schema: dict[str, Any], value: object, message: str | None) -> None:
    assert told(schema, value) == [message or 'imagename: unknown field "imagename", did you mean "imageName"?']


def test_findings_are_in_order_of_their_paths_and_each_once() -> None:
    schema = {
        "properties": {"b": {"items": {"$ref": "#/$defs/entry"}}},
        "additionalProperties": False,
        "allOf": [{"properties": {"b": {"items": STRING}}}],
        "$defs": {"entry": STRING},
    }
    assert told(schema, {"b": ["x", 1, *"abcdefgh", 2], "a": 1}) == [
        'a: unknown field "a"',
        "b[1]: 1 must be a string",
        "b[10]: 2 must be a string",
    ]


def test_a_field_that_is_called_like_a_number_is_found() -> None:
    schema = {"properties": {"1": {"properties": {"a": {}}, "additionalProperties": False}}}
    assert told(schema, {"1": {"b": 2}}) == ['1.b: unknown field "b"']


def test_a_path_is_retraced_by_the_content() -> None:
    content = {"1": [{"2": 3}]}
    assert retraced((1, 0, 2), content) == ("1", 0, "2")
    assert retraced((1, 9, "x"), content) == ("1", 9, "x")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("spec", "containers", 0, "image"), "spec.containers[0].image"),
        (("metadata", "labels", "app.kubernetes.io/name"), 'metadata.labels["app.kubernetes.io/name"]'),
        ((0, "a"), "[0].a"),
    ],
)
def test_a_path_as_kubectl_writes_it(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text
