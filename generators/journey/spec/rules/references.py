"""Names that lead nowhere: each reference of the spec must name something that the spec has."""

from __future__ import annotations

from collections.abc import Iterator

from journey.problem import Pointer, Problem
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.validate import did_you_mean
from journey.spec.view import View

TEAM = "spec/unknown-team"
VERSION = "spec/kubernetes-version"

RULES = {
    TEAM: "The team that owns something is one of `platform.yaml`'s teams.",
    VERSION: "A cluster's Kubernetes version is one whose schemas are held.",
}


def versions(view: View, known: tuple[str, ...]) -> Iterator[Problem]:
    """Clusters of a version whose schemas are not held."""
    for name, cluster in (view.input(ROOT_FILE, "clusters") or {}).items():
        version = cluster.get("kubernetes")
        if version and version not in known:
            where = Pointer(ROOT_FILE, ("clusters", name, "kubernetes"))
            span = f"known: {known[0]} to {known[-1]}" if known else ""
            yield Problem(where, VERSION, f"Kubernetes {version} is not known here", span)


def platform(view: View) -> Iterator[Problem]:
    """References in `platform.yaml`."""
    for block in ("datastores", "addons"):
        for name, value in (view.input(ROOT_FILE, block) or {}).items():
            yield from _team(view, value.get("team"), Pointer(ROOT_FILE, (block, name, "team")))


def service(view: View, name: str) -> Iterator[Problem]:
    """References of a service."""
    file = resolve.service_file(view, name)
    head = view.input(file) or {}
    yield from _team(view, head.get("team"), Pointer(file, ("team",)))


def _team(view: View, name: str | None, where: Pointer) -> Iterator[Problem]:
    if name and name not in resolve.teams(view):
        hint = did_you_mean(name, resolve.teams(view))
        yield Problem(where, TEAM, f"there is no team `{name}`", hint)
