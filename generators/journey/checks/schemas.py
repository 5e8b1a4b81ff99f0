"""Every rendered object fits its kind's schema in the version that its cluster runs; a kind without one is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from journey.artifact import Artifact, Format, Unit
from journey.objectschemas import Finding, Schemas
from journey.objectschemas.lifecycle import is_removed
from journey.problem import Problem

_YAML = Format.YAML  # an enumeration's member costs more to find than to compare

INVALID = "schema/invalid"
UNKNOWN_KIND = "schema/unknown-kind"

RULES: dict[str, str] = {
    INVALID: "An object fits its kind's schema in the Kubernetes version of its cluster.",
    UNKNOWN_KIND: "An object's kind has a schema: Kubernetes' own, a vendor's, or one under `schemas:`.",
}

_UNKNOWN_HINT = "name a file with the kind's CustomResourceDefinition under schemas: in platform.yaml"


class Context(Protocol):
    """What this check asks of the run."""

    @property
    def schemas(self) -> Schemas: ...

    def kubernetes(self, cluster: str) -> str:
        """The cluster's minor version, such as `1.34`."""
        ...


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: Context) -> Iterator[Problem]:
    """Problems of the unit's Kubernetes objects; a unit without a cluster has none."""
    if not unit.cluster:
        return
    version = context.kubernetes(unit.cluster)
    schemas = context.schemas
    for artifact in artifacts:
        content = artifact.content
        if artifact.format is not _YAML or not (type(content) is dict or isinstance(content, Mapping)):
            continue
        if "apiVersion" in content and not _is_valid(content, version, schemas):
            yield from _problems(artifact, content, version, schemas)


def _is_valid(content: Mapping[str, Any], version: str, schemas: Schemas) -> bool:
    """Whether the object fits its kind's schema: no generator is made for one that does."""
    api_version, kind = content["apiVersion"], content.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str):
        return False
    validator = schemas.validator(version, api_version, kind)
    return validator is not None and validator.is_valid(content)


def _problems(artifact: Artifact, content: Mapping[str, Any], version: str, schemas: Schemas) -> Iterator[Problem]:
    """What is wrong with an object that is not valid."""
    api_version, kind = content["apiVersion"], content.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str):
        if "kind" in content:
            yield _invalid(artifact, version, Finding((), "apiVersion and kind must be strings"))
        return
    validator = schemas.validator(version, api_version, kind)
    if validator is None:
        if is_removed(version, api_version, kind):  # told by the check of deprecations, with what to use instead
            return
        message = f"{artifact.path}: no schema for {kind} of {api_version} in Kubernetes {version}"
        yield Problem(artifact.origin, UNKNOWN_KIND, message, _UNKNOWN_HINT)
    else:
        for finding in validator.findings(content):
            yield _invalid(artifact, version, finding)


def _invalid(artifact: Artifact, version: str, finding: Finding) -> Problem:
    return Problem(artifact.origin, INVALID, f"{artifact.path}: {finding}", f"Kubernetes {version} would refuse it")
