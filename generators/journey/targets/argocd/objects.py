"""What all objects of Argo CD share: API version, metadata, paths, and the words of its annotations."""

from __future__ import annotations

from typing import Any

from journey import names
from journey.artifact import Artifact, Format
from journey.facts import delivery
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View

Object = dict[str, Any]
"""A Kubernetes object, or a part of one, as a tree."""

API = "argoproj.io/v1alpha1"
PLATFORM = "platform"
"""Project of what belongs to no team: add-ons, shared objects, Argo CD itself."""

WAVE = "argocd.argoproj.io/sync-wave"
PATHS = "argocd.argoproj.io/manifest-generate-paths"
FINALIZER = "resources-finalizer.argocd.argoproj.io/foreground"
"""Deleting the Application deletes what it brought, and waits for it (argo-cd docs/user-guide/app_deletion.md).

The name without a path means the same, and the API server warns of it.
"""

TRIGGERS = ("on-deployed", "on-health-degraded", "on-sync-failed")
"""Triggers that teams subscribe to; names as in Argo CD's catalogue (notifications_catalog/triggers)."""

RETRY: Object = {"limit": 5, "refresh": True, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}}
"""Argo CD's documented backoff (docs/user-guide/auto_sync.md); each attempt takes the newest commit."""

SYNC_OPTIONS = ("CreateNamespace=false", "ServerSideApply=true", "PruneLast=true", "ApplyOutOfSyncOnly=true")
KEEP_OPTIONS = ("Prune=false", "Delete=false")
"""What was synced stays when git or its Application lets go of it (docs/user-guide/sync-options.md)."""

NO_NAMESPACE = "default"
"""Destination of Applications whose objects have no namespace; a project must permit it all the same."""

HISTORY = 10
"""Syncs that an Application remembers: Argo CD's own default, and what the health check of Applications reads."""


def metadata(view: View, name: str, wave: int, labels: Object | None = None) -> Object:
    """Metadata of an object in Argo CD's namespace, with its wave."""
    return {
        "name": name,
        "namespace": names.ARGOCD_NAMESPACE,
        "labels": labels or platform_labels(view),
        "annotations": {WAVE: str(wave)},
    }


def platform_labels(view: View) -> Object:
    """Labels of what belongs to no service."""
    return {names.PART_OF: resolve.settings(view).name, names.MANAGED_BY: names.MANAGER}


def subscriptions(view: View, team: str) -> Object:
    """Annotations that send a team news of a project's or an Application's deliveries."""
    return {
        f"notifications.argoproj.io/subscribe.{trigger}.{service}": recipient
        for service, recipient in delivery.alerts(view, team)
        for trigger in TRIGGERS
    }


def destination(view: View, spoke: str, namespace: str) -> Object:
    """A destination in an Application, or in a project's list."""
    name, server = delivery.address(view, spoke)
    return {"name": name, "namespace": namespace} if name else {"server": server, "namespace": namespace}


def git_source(view: View, path: str) -> Object:
    """A folder of the platform's own repository."""
    repository = resolve.settings(view).repository
    return {"repoURL": repository.url, "targetRevision": repository.branch, "path": path}


def artifact(path: str, content: Object, origin: Pointer) -> Artifact:
    """One object in its file."""
    return Artifact(path, Format.YAML, content, origin)


ARGOCD = "argocd"
"""Argo CD finds its own settings by the label `app.kubernetes.io/part-of: argocd` (docs/operator-manual)."""


def own_metadata(name: str, component: str = "", namespaced: bool = True) -> Object:
    """Metadata of an object of the installation itself, labelled as Argo CD's manifests label it."""
    labels = {names.NAME: name, names.PART_OF: ARGOCD, names.MANAGED_BY: names.MANAGER}
    if component:
        labels[names.COMPONENT] = component
    return {"name": name, **({"namespace": names.ARGOCD_NAMESPACE} if namespaced else {}), "labels": labels}
