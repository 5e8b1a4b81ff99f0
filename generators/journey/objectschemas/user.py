"""A user's own schemas: CustomResourceDefinitions, or JSON Schemas that name their kind, as YAML or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import jsonschema_rs
import yaml

from journey.objectschemas import structural
from journey.objectschemas.documents import documents
from journey.objectschemas.kubernetes import JsonSchema
from journey.problem import Place, Problem

RULE = "schema/user-schema"
RULES: Mapping[str, str] = MappingProxyType(
    {RULE: "A file that `schemas` names can be read, holds schemas, and says no kind that another has said."}
)
"""The rule's id, with what it asks in a sentence."""
_KINDS = "x-kubernetes-group-version-kind"
_HINT = f"name files that hold CustomResourceDefinitions, or JSON Schemas with {_KINDS}"


class UserSchemas(NamedTuple):
    """The schemas by (apiVersion, kind), and what was wrong with the files."""

    schemas: Mapping[tuple[str, str], JsonSchema]
    problems: tuple[Problem, ...]


class _RefusalError(Exception):
    """Why a document is no schema, and the line it is told at (0: none)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line, self.column = line, column


def load_user_schemas(files: Mapping[str, bytes]) -> UserSchemas:
    """Reads the files that the spec's `schemas:` name, by path. A later file may not say a kind again."""
    schemas: dict[tuple[str, str], JsonSchema] = {}
    origins: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    for name, content in files.items():
        try:
            for kind, schema in _schemas(content):
                if origins.setdefault(kind, name) != name:
                    raise _RefusalError(f"{kind[1]} of {kind[0]} already has a schema from {origins[kind]}")
                schemas[kind] = schema
        except _RefusalError as refusal:
            place = Place(name, refusal.line, refusal.column)
            problems.append(Problem(place, RULE, str(refusal), _HINT))
    return UserSchemas(schemas, tuple(problems))


def _schemas(content: bytes) -> Iterator[tuple[tuple[str, str], JsonSchema]]:
    for document in _documents(content):
        if document is None:
            continue
        if not isinstance(document, dict):
            raise _RefusalError("a document is not a mapping")
        try:
            yield from list(_of_document(document))
        except KeyError as fault:
            raise _RefusalError(f"the schema is malformed: {fault} is missing") from fault
        except (TypeError, AttributeError) as fault:
            # a walk of what others wrote: any of its many nodes may be of another type than is asked for
            message = "the schema is malformed: a value is not a mapping or list where one must be"
            raise _RefusalError(message) from fault
        except RecursionError as fault:
            raise _RefusalError("the schema is nested too deeply") from fault


def _documents(content: bytes) -> list[Any]:
    try:
        return documents(content)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _RefusalError(f"not readable: {fault.problem or fault.context}", line, column) from fault
    except (yaml.YAMLError, ValueError) as fault:
        raise _RefusalError(f"not readable: {_first_line(fault)}") from fault
    except RecursionError as fault:
        raise _RefusalError("nested too deeply") from fault


def _first_line(fault: Exception) -> str:
    return str(fault).partition("\n")[0]


def _of_document(document: dict[str, Any]) -> Iterator[tuple[tuple[str, str], JsonSchema]]:
    if document.get("kind") == "CustomResourceDefinition":
        yield from definition(document)
    elif document.get("kind") == "List":
        for item in document["items"]:
            yield from _of_document(item)
    elif kinds := document.get(_KINDS):
        for kind in kinds:
            group, version = kind["group"], kind["version"]
            yield (f"{group}/{version}" if group else version, kind["kind"]), _checked(document)
    else:
        raise _RefusalError(f"neither a CustomResourceDefinition nor a JSON Schema with {_KINDS}")


def definition(crd: dict[str, Any]) -> Iterator[tuple[tuple[str, str], JsonSchema]]:
    """The schema of each version that a CustomResourceDefinition (apiextensions.k8s.io/v1) serves."""
    group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"]
    for version in crd["spec"]["versions"]:
        if version.get("served", True):
            schema = structural.json_schema(group, version["name"], kind, version["schema"]["openAPIV3Schema"])
            yield (f"{group}/{version['name']}", kind), _checked(schema)


def _checked(schema: JsonSchema) -> JsonSchema:
    """The schema, if it is one: compiling finds keywords of the wrong type and patterns that are none."""
    try:
        jsonschema_rs.Draft202012Validator(schema)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as fault:
        raise _RefusalError(f"not a JSON Schema: {_first_line(fault)}") from fault
    return schema
