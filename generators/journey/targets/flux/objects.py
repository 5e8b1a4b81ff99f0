"""What all objects of Flux share: API versions, intervals, metadata, files."""

from __future__ import annotations

from typing import Any

from journey import names
from journey.artifact import Artifact, Format
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View

Object = dict[str, Any]
"""A Kubernetes object, or a part of one, as a tree."""

SOURCE_API = "source.toolkit.fluxcd.io/v1"
KUSTOMIZE_API = "kustomize.toolkit.fluxcd.io/v1"
HELM_API = "helm.toolkit.fluxcd.io/v2"

REPOSITORY = "platform"
"""The GitRepository of this very repository."""

POLL = "1m"
"""How often Git is asked (fluxcd.io/flux/components/source/gitrepositories, "Interval")."""

INTERVAL = "10m"
RETRY = "1m"
TIMEOUT = "10m"
"""How often live objects are compared, how soon a failure is tried again, and how long objects may take to be healthy
(fluxcd.io/flux/components/kustomize/kustomizations, "Recommended settings")."""


def platform_labels(view: View) -> Object:
    """Labels of what belongs to no service."""
    return {names.PART_OF: resolve.settings(view).name, names.MANAGED_BY: names.MANAGER}


def metadata(name: str, labels: Object) -> Object:
    """Metadata of an object in Flux's namespace."""
    return {"name": name, "namespace": names.FLUX_NAMESPACE, "labels": labels}


def folder(cluster: str) -> str:
    """Where a cluster's Flux objects stand."""
    return f"clusters/{cluster}/flux"


def addons_folder(cluster: str) -> str:
    """Where a cluster's add-ons stand."""
    return f"clusters/{cluster}/addons"


def artifact(where: str, content: Object, origin: Pointer) -> Artifact:
    """One object in its file, named by kind and name."""
    name = f"{content['kind'].lower()}-{content['metadata']['name']}"
    return Artifact(f"{where}/{name}.yaml", Format.YAML, content, origin)


def depends_on(dependencies: list[str]) -> Object:
    """What must be ready first; nothing where there is nothing."""
    return {"dependsOn": [{"name": name} for name in dependencies]} if dependencies else {}
