"""`values.schema.json` of every chart: what Helm refuses before it renders, from the spec's own shapes."""

from __future__ import annotations

from typing import Any

from journey.formats import HEADER
from journey.spec.schema import DRAFT, inline
from journey.spec.service import Config, Release, Resources
from journey.spec.shape import shape_of

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema. A key that is none, and a value of another type, is an error of `helm install` and `helm lint`."""
    resources = inline(shape_of(Resources))
    definitions = resources.pop("definitions", {})
    release = shape_of(Release).fields
    environment = shape_of(Config).fields["values"].shape
    assert environment.key is not None
    names = inline(environment.key)
    properties: Schema = {
        "image": _record(
            "The image of the service's pods.",
            repository=_text("Where it is pulled from."),
            tag=_optional(inline(release["version"].shape)),
            digest=_optional(inline(release["digest"].shape)),
        ),
        "deploymentId": _text("Joins traces, logs and metrics to what runs; it follows from all that the pods are."),
        "replicas": _count("Pods, where no autoscaler decides."),
        "resources": {"anyOf": [resources, {"type": "object", "maxProperties": 0}]},
        "config": {
            "type": "object",
            "description": "Environment variables. The ConfigMap's name follows from them where journey renders them.",
            "propertyNames": {"pattern": names["pattern"]},
            "additionalProperties": {"type": "string"},
        },
        "scaling": _record("The autoscaler's bounds.", min=_count("Fewest pods."), max=_count("Most pods.")),
        "without": {
            "type": "array",
            "description": "Kinds of objects that are left out, such as Namespace where it is there already.",
            "items": {"type": "string"},
        },
        "test": _record(
            "What `helm test` asks.", url=_text("A URL that answers 2xx; none, no test."), image=_text("Its image.")
        ),
        "objects": {
            "type": "array",
            "description": "The Kubernetes objects, with ${...} where a value above belongs.",
            "items": {
                "type": "object",
                "required": ["apiVersion", "kind", "metadata"],
                "properties": {
                    "apiVersion": {"type": "string", "minLength": 1},
                    "kind": {"type": "string", "minLength": 1},
                    "metadata": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": {"type": "string", "minLength": 1}},
                    },
                },
            },
        },
        "global": {"type": "object", "description": "Helm's own: values for every chart of a release."},
    }
    return {
        "$schema": DRAFT,
        "$comment": HEADER,
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "definitions": definitions,
    }


def _record(description: str, **properties: Schema) -> Schema:
    return {"type": "object", "description": description, "additionalProperties": False, "properties": properties}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _count(description: str) -> Schema:
    return {"type": "integer", "minimum": 0, "description": description}


def _optional(found: Schema) -> Schema:
    """What the spec allows, or the empty text: a chart's value is never absent."""
    about = {name: found.pop(name) for name in ("description",) if name in found}
    found.pop("examples", None)
    return {**about, "anyOf": [found, {"const": ""}]}
