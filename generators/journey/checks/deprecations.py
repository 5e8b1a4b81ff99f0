"""No object uses an API that its cluster's Kubernetes has removed; one that is deprecated or leaves next is told.

Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/ and the kinds of each version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Protocol

from journey.artifact import Artifact, Format, Unit
from journey.objectschemas.lifecycle import Lifecycle, is_deprecated, is_removed, lifecycle
from journey.problem import Level, Problem

_YAML = Format.YAML  # an enumeration's member costs more to find than to compare

REMOVED = "deprecations/removed"
DEPRECATED = "deprecations/deprecated"

RULES: dict[str, str] = {
    REMOVED: "An object uses no API that the Kubernetes version of its cluster has removed.",
    DEPRECATED: "An object uses no API that is deprecated, or that the next Kubernetes version removes (a warning).",
}


class Context(Protocol):
    """What this check asks of the run."""

    def kubernetes(self, cluster: str) -> str:
        """The cluster's minor version, such as `1.34`."""
        ...


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: Context) -> Iterator[Problem]:
    """Problems of the unit's Kubernetes objects; a unit without a cluster has none."""
    if not unit.cluster:
        return
    version = context.kubernetes(unit.cluster)
    for artifact in artifacts:
        content = artifact.content
        if artifact.format is _YAML and (type(content) is dict or isinstance(content, Mapping)):
            api_version, kind = content.get("apiVersion"), content.get("kind")
            if isinstance(api_version, str) and isinstance(kind, str) and _ends(api_version, kind):
                yield from _problems(artifact, version, api_version, kind)


@cache
def _ends(api_version: str, kind: str) -> bool:
    """Whether anything is to come of a kind: of nearly every one, nothing is."""
    return any(lifecycle(api_version, kind))


def _problems(artifact: Artifact, version: str, api_version: str, kind: str) -> Iterator[Problem]:
    found = lifecycle(api_version, kind)
    subject = f"{artifact.path}: {kind} of {api_version}"
    hint = f"use {found.replacement}" if found.replacement else "find another way: nothing replaces it"
    if is_removed(version, api_version, kind):
        message = f"{subject} was removed in Kubernetes {found.removed}; the cluster has {version}"
        yield Problem(artifact.origin, REMOVED, message, hint)
    elif is_deprecated(version, api_version, kind):
        yield Problem(artifact.origin, DEPRECATED, f"{subject} {_outlook(found)}", hint, Level.WARNING)


def _outlook(found: Lifecycle) -> str:
    parts = (
        f"is deprecated since Kubernetes {found.deprecated}" if found.deprecated else "",
        f"is removed in Kubernetes {found.removed}" if found.removed else "",
    )
    return " and ".join(filter(None, parts))
