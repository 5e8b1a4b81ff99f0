"""A cluster's sources, and the Kustomizations that keep Flux' own folder and the add-ons."""

from __future__ import annotations

from collections.abc import Iterator

from journey.artifact import Artifact
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.flux.kustomizations import ADDONS, kustomization
from journey.targets.flux.objects import (
    POLL,
    REPOSITORY,
    SOURCE_API,
    Object,
    addons_folder,
    artifact,
    folder,
    metadata,
    platform_labels,
)

ROOT = "root"


def artifacts(view: View, cluster: str) -> Iterator[Artifact]:
    """The repository, the root, and the add-ons where there are any."""
    origin = Pointer(resolve.ROOT_FILE, ("clusters", cluster))
    labels = platform_labels(view)
    yield artifact(folder(cluster), repository(view), origin)
    yield artifact(folder(cluster), kustomization(metadata(ROOT, labels), folder(cluster), wait=False), origin)
    if resolve.addons(view, cluster):
        yield artifact(folder(cluster), kustomization(metadata(ADDONS, labels), addons_folder(cluster)), origin)


def repository(view: View) -> Object:
    """The repository that everything comes from."""
    said = resolve.settings(view).repository
    return {
        "apiVersion": SOURCE_API,
        "kind": "GitRepository",
        "metadata": metadata(REPOSITORY, platform_labels(view)),
        "spec": {"interval": POLL, "url": said.url, "ref": {"branch": said.branch}},
    }
