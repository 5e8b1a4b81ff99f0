"""A user's own schemas: what is read, what is refused and where."""

from __future__ import annotations

import json

import pytest

from journey.objectschemas import Schemas, load_user_schemas
from journey.problem import Place, Problem

CRD = b"""
# yaml-language-server: none
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  names: {kind: Thing, plural: things}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: {type: integer}
                operator: {type: string, enum: [=, '!=']}
    - name: v0
      served: false
      storage: false
      schema: {openAPIV3Schema: {type: object}}
---
"""
WIDGET = json.dumps(
    {
        "type": "object",
        "properties": {"spec": {"type": "object"}},
        "required": ["spec"],
        "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Widget"}],
    }
).encode()
NOT_A_MAPPING = "the schema is malformed: a value is not a mapping or list where one must be"
HINT = "name files that hold CustomResourceDefinitions, or JSON Schemas with x-kubernetes-group-version-kind"


def test_definitions_and_json_schemas_are_read() -> None:
    loaded = load_user_schemas({"crds/thing.yaml": CRD, "crds/widget.json": WIDGET})
    assert loaded.problems == ()
    assert set(loaded.schemas) == {("example.com/v1", "Thing"), ("example.com/v1", "Widget")}
    schemas = Schemas(loaded.schemas)
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "spec": {"sise": 1, "operator": "="}}
    assert [str(error) for error in schemas.errors("1.34", thing)] == [
        'spec.sise: unknown field "sise", did you mean "size"?',
        "spec.size: required, but missing",
    ]
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": 1}}
    assert [str(error) for error in schemas.errors("1.34", widget)] == [
        "metadata.name: 1 must be a string",
        "spec: required, but missing",
    ]


def test_a_list_of_definitions_is_read() -> None:
    document = json.loads(WIDGET)
    items = json.dumps({"apiVersion": "v1", "kind": "List", "items": [document]}).encode()
    assert set(load_user_schemas({"list.json": items}).schemas) == {("example.com/v1", "Widget")}


def test_a_users_schema_goes_before_a_vendors_but_not_before_kubernetes() -> None:
    open_schema = {"type": "object"}
    schemas = Schemas({("argoproj.io/v1alpha1", "Application"): open_schema, ("v1", "Service"): open_schema})
    assert schemas.errors("1.34", {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "zzz": 1}) == []
    assert schemas.errors("1.34", {"apiVersion": "v1", "kind": "Service", "zzz": 1}) != []


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"a: [", Place("a.yaml", 2, 1), "not readable: did not find expected node content"),
        (b"a: \xff", Place("a.yaml"), "not readable: unacceptable character #x00ff"),
        (b"a: &x [1]\nb: *x\n", Place("a.yaml"), "not readable: line 2: aliases and tags are not read here"),
        (b"a: !!timestamp x\n", Place("a.yaml"), "not readable: line 1: aliases and tags"),
        (b"- 1", Place("a.yaml"), "a document is not a mapping"),
        (b"a: 1", Place("a.yaml"), "neither a CustomResourceDefinition nor a JSON Schema with x-kubernetes-group"),
        (b"kind: CustomResourceDefinition", Place("a.yaml"), "the schema is malformed: 'spec' is missing"),
        (b"kind: CustomResourceDefinition\nspec: 3", Place("a.yaml"), NOT_A_MAPPING),
        (CRD.replace(b"{kind: Thing, plural: things}", b"Thing"), Place("a.yaml"), NOT_A_MAPPING),
        (CRD.replace(b"size: {type: integer}", b"size: 5"), Place("a.yaml"), NOT_A_MAPPING),
        (b"kind: List\nitems: 5", Place("a.yaml"), NOT_A_MAPPING),
        (CRD.replace(b"size: {type: integer}", b"size: {type: whole}"), Place("a.yaml"), "not a JSON Schema: "),
        (CRD.replace(b"{type: integer}", b"{type: string, pattern: '('}"), Place("a.yaml"), "not a JSON Schema: "),
        (b"[" * 5000, Place("a.yaml"), ""),
    ],
)
def test_what_is_no_schema_is_a_problem(content: bytes, place: Place, message: str) -> None:
    loaded = load_user_schemas({"a.yaml": content})
    (problem,) = loaded.problems
    assert loaded.schemas == {}
    assert problem.rule == "schema/user-schema"
    assert problem.message.startswith(message)
    assert problem.hint == HINT
    assert isinstance(problem.where, Place)
    assert problem.where == place or not message


def test_two_files_may_not_say_the_same_kind() -> None:
    loaded = load_user_schemas({"a.json": WIDGET, "b.json": WIDGET})
    message = "Widget of example.com/v1 already has a schema from a.json"
    assert loaded.problems == (Problem(Place("b.json"), "schema/user-schema", message, HINT),)


def test_one_bad_file_does_not_hide_the_others() -> None:
    loaded = load_user_schemas({"a.yaml": b"- 1", "b.json": WIDGET, "c.yaml": b"- 2"})
    assert set(loaded.schemas) == {("example.com/v1", "Widget")}
    assert [problem.where for problem in loaded.problems] == [Place("a.yaml"), Place("c.yaml")]
