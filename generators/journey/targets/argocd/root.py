"""The root Application of a cluster: it brings the projects and all other Applications, in waves."""

from __future__ import annotations

from collections.abc import Iterator

from journey import names
from journey.artifact import Artifact
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.argocd.objects import API, HISTORY, PATHS, RETRY, Object, artifact, git_source, platform_labels

ROOT = "root"
"""The root Application's name, and its project's: that may hold nothing but projects and Applications."""

FOLDERS = ("addons", "applications", "projects")


def artifacts(view: View, hub: str) -> Iterator[Artifact]:
    """The root Application."""
    yield artifact(f"clusters/{hub}/root.yaml", application(view, hub), Pointer(resolve.ROOT_FILE, ("clusters", hub)))


def application(view: View, hub: str) -> Object:
    """The root Application. It is applied by hand once, so nothing deletes it, and it has no finalizer.

    It prunes Applications that left git, in their waves: what those then do to their objects is their own finalizer's
    word. Not last of all: projects lose their rights to them only after that (see `projects`).
    """
    source = git_source(view, f"clusters/{hub}")
    return {
        "apiVersion": API,
        "kind": "Application",
        "metadata": {
            "name": ROOT,
            "namespace": names.ARGOCD_NAMESPACE,
            "labels": platform_labels(view),
            "annotations": {PATHS: ";".join(FOLDERS)},
        },
        "spec": {
            "project": ROOT,
            "source": {
                **source,
                "directory": {"recurse": True, "include": f"{{{','.join(f'{folder}/*' for folder in FOLDERS)}}}"},
            },
            "destination": {"server": resolve.cluster(view, hub).server, "namespace": names.ARGOCD_NAMESPACE},
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                "syncOptions": ["ServerSideApply=true", "ApplyOutOfSyncOnly=true"],
                "retry": RETRY,
            },
            "revisionHistoryLimit": HISTORY,
        },
    }
