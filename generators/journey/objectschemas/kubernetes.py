"""Kubernetes' own kinds: the OpenAPI definitions that the package `kubernetes-validate` carries, one file a version.

The package itself is never imported: it takes 100 ms, and only its data are wanted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

JsonSchema = dict[str, Any]
"""A JSON Schema (draft 2020-12) as `json` reads it."""

OLDEST = (1, 28)
"""The oldest version a cluster may have."""

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

_FOLDER = re.compile(r"v(\d+)\.(\d+)\.\d+-local-strict")
_REFERENCE = "#/$defs/"

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
QUANTITY = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]+)?$"
# RFC 4648, section 4, with the line breaks that Go's decoder passes over; the length is not judged.
BASE64 = r"^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$"
# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
LABEL_VALUE = rf"^({_NAME})?$"
QUALIFIED_NAME = rf"^([a-z0-9][-a-z0-9.]{{0,251}}[a-z0-9]/|[a-z0-9]/)?{_NAME}$"

BOUNDS: dict[str, tuple[int, int]] = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
"""What a field of that OpenAPI format holds: the API server refuses a greater number when it decodes the object."""


@cache
def _folders() -> dict[str, Path]:
    """The folder of each version's definitions, oldest version first."""
    spec = find_spec("kubernetes_validate")
    roots = (spec.submodule_search_locations or ()) if spec else ()
    found = {
        (int(match[1]), int(match[2])): folder
        for root in roots
        for folder in (Path(root) / "kubernetes-json-schema").iterdir()
        if (match := _FOLDER.fullmatch(folder.name))
    }
    return {f"{major}.{minor}": found[major, minor] for major, minor in sorted(found) if (major, minor) >= OLDEST}


def kubernetes_versions() -> tuple[str, ...]:
    """The minor versions whose schemas are at hand, such as `1.34`, oldest first."""
    return tuple(_folders())


def next_version(kubernetes: str) -> str:
    """The minor version after this one; empty when no schemas of it are at hand."""
    major, _, minor = kubernetes.partition(".")
    following = f"{major}.{int(minor) + 1}"
    return following if following in _folders() else ""


def is_served(kubernetes: str, api_version: str, kind: str) -> bool:
    """Whether that version of Kubernetes itself has the kind, told from a file's name alone: no definitions are read.

    A group is known by its first label there, so ask only for groups of Kubernetes' own.
    """
    group, _, version = api_version.rpartition("/")
    name = "-".join(filter(None, (kind.lower(), group.partition(".")[0], version)))
    return (_folders()[kubernetes] / f"{name}.json").is_file()


class Definitions:
    """All definitions of one version, without their descriptions and with the limits that the originals leave open."""

    def __init__(self, definitions: dict[str, JsonSchema]) -> None:
        for definition in definitions.values():
            _strip(definition)
        _tighten(definitions)
        self._definitions = definitions
        self._names = {kind: name for name, definition in definitions.items() for kind in _kinds(definition)}

    def __contains__(self, kind: tuple[str, str]) -> bool:
        """Whether this version has the kind, given as (apiVersion, kind)."""
        return kind in self._names

    def schema(self, api_version: str, kind: str) -> JsonSchema:
        """A kind's schema with the definitions it reaches, and no others. Raises KeyError for a kind it has not."""
        name = self._names[api_version, kind]
        return {"$ref": _REFERENCE + name, "$defs": self.reachable(name)}

    def reachable(self, name: str) -> dict[str, JsonSchema]:
        """The definition and those that it refers to, directly or not."""
        reached: dict[str, JsonSchema] = {}
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in reached:
                reached[current] = self._definitions[current]
                waiting += _references(reached[current])
        return reached


@cache
def definitions(kubernetes: str) -> Definitions:
    """The definitions of a version, read once a process (6 ms). Raises LookupError for a version that is not held."""
    folder = _folders().get(kubernetes)
    if folder is None:
        raise LookupError(f"no schemas for Kubernetes {kubernetes}; held are {', '.join(kubernetes_versions())}")
    return Definitions(json.loads((folder / "_definitions.json").read_bytes())["$defs"])


def _kinds(definition: JsonSchema) -> Iterator[tuple[str, str]]:
    """The (apiVersion, kind) pairs of a definition that is an object: lists, options and events are none."""
    metadata = definition.get("properties", {}).get("metadata", {})
    if not metadata.get("$ref", "").endswith(OBJECT_META):
        return
    for kind in definition.get("x-kubernetes-group-version-kind", ()):
        group, version = kind["group"], kind["version"]
        yield f"{group}/{version}" if group else version, kind["kind"]


def _children(schema: JsonSchema) -> Iterator[JsonSchema]:
    yield from schema.get("properties", {}).values()
    for keyword in ("items", "additionalProperties"):
        child = schema.get(keyword)
        if isinstance(child, dict):
            yield child
    for keyword in ("oneOf", "anyOf"):
        yield from schema.get(keyword, ())


def _strip(schema: JsonSchema) -> None:
    """Takes out what is for readers (seven tenths of the text), and sets a number's limits, in place."""
    schema.pop("description", None)
    if bounds := BOUNDS.get(schema.get("format", "")):
        schema["minimum"], schema["maximum"] = bounds
    elif schema.get("format") == "byte":
        schema["pattern"] = BASE64
    for child in _children(schema):
        _strip(child)


def _references(schema: JsonSchema) -> Iterable[str]:
    reference = schema.get("$ref")
    if reference is not None:
        yield reference.removeprefix(_REFERENCE)
    for child in _children(schema):
        yield from _references(child)


def _tighten(definitions: dict[str, JsonSchema]) -> None:
    """Adds what the API server refuses and the published schemas leave open."""
    definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"] = {"type": ["string", "number"], "pattern": QUANTITY}
    definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = {"type": ["string", "integer"]}
    meta = definitions[OBJECT_META]["properties"]
    meta["labels"]["additionalProperties"]["pattern"] = LABEL_VALUE
    for name in ("labels", "annotations"):
        meta[name]["propertyNames"] = {"pattern": QUALIFIED_NAME}
