"""API versions and custom resource definitions that a change takes away."""

from __future__ import annotations

from collections.abc import Iterator

from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import Tree, mapping, mappings, text

_CRD = "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/"
SERVED = Rule("api/version-removed", Effect.REMOVED_API, "Clients of a version that is no longer served fail.", _CRD)
CHANGED = Rule(
    "api/other-version",
    Effect.RELOAD,
    "The same object is written in another version of its API.",
    "https://kubernetes.io/docs/reference/using-api/#api-versioning",
)
RULES = (SERVED, CHANGED)


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """Versions that a definition no longer serves; an object that is written in another one."""
    del sides
    if pair.came:
        return
    if pair.thing.kind == "CustomResourceDefinition":
        for version in sorted(_served(pair.before) - _served(pair.after)):
            kind = text(mapping(mapping(pair.before, "spec"), "names"), "kind")
            yield Found(SERVED, pair, f"{kind} {version} is no longer served", pair.names("spec"), version, True)
    elif not pair.gone and pair.names("apiVersion"):
        was, now = text(pair.before, "apiVersion"), text(pair.after, "apiVersion")
        yield Found(CHANGED, pair, f"{was} -> {now}", pair.names("apiVersion"), now)


def _served(definition: Tree) -> set[str]:
    versions = mappings(mapping(definition, "spec"), "versions")
    return {text(item, "name") for item in versions if item.get("served") is not False}
