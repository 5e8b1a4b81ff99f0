"""Add-ons: an Application of a pinned third-party chart, in a namespace with the Pod Security that it needs."""

from __future__ import annotations

from journey import names
from journey.artifact import Artifact
from journey.facts import delivery, waves
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.platform import Chart
from journey.spec.view import View
from journey.targets.argocd.objects import (
    API,
    HISTORY,
    PLATFORM,
    RETRY,
    Object,
    artifact,
    destination,
    metadata,
    subscriptions,
)

DIGEST = "request-journey.dev/chart-digest"
"""Where a chart's digest stands when its repository cannot be asked by digest (all but OCI registries)."""

_OPTIONS = ["CreateNamespace=true", "ServerSideApply=true", "PruneLast=true", "ApplyOutOfSyncOnly=true"]


def application(view: View, hub: str, spoke: str, name: str) -> Artifact:
    """The Application of an add-on; one that brings custom resource definitions is synced before the others."""
    found = resolve.addon(view, spoke, name)
    chart = found.chart
    namespace = delivery.addon_namespace(view, spoke, name)
    meta = metadata(view, names.application(name, "", spoke), waves.CRDS if found.crds else waves.ADDONS)
    meta["annotations"] |= subscriptions(view, found.team)
    if chart.digest and not chart.repository.startswith("oci://"):
        meta["annotations"][DIGEST] = chart.digest
    content: Object = {
        "apiVersion": API,
        "kind": "Application",
        "metadata": {**meta, "labels": {names.NAME: name, **meta["labels"], names.TEAM: found.team}},
        "spec": {
            "project": PLATFORM,
            "source": _source(chart, name, delivery.addon_values(view, spoke, name)),
            "destination": destination(view, spoke, namespace),
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                "managedNamespaceMetadata": {"labels": _namespace_labels(view, spoke, namespace)},
                "syncOptions": _OPTIONS,
                "retry": RETRY,
            },
            "revisionHistoryLimit": HISTORY,
        },
    }
    file = f"{name}.yaml" if spoke == hub else f"{names.application(name, '', spoke)}.yaml"
    return artifact(f"clusters/{hub}/addons/{file}", content, Pointer(resolve.ROOT_FILE, ("addons", name)))


def source_repository(chart: Chart) -> str:
    """What a project must allow: a chart repository, or the OCI repository of the one chart."""
    return f"{chart.repository}/{chart.name}" if chart.repository.startswith("oci://") else chart.repository


def _source(chart: Chart, name: str, values: Object) -> Object:
    """An OCI registry is asked for the digest where known (argo-cd docs/user-guide/oci.md)."""
    helm = {"releaseName": name, "valuesObject": values} if values else {"releaseName": name}
    repository = source_repository(chart)
    if repository == chart.repository:
        return {"repoURL": repository, "chart": chart.name, "targetRevision": chart.version, "helm": helm}
    return {"repoURL": repository, "targetRevision": chart.digest or chart.version, "path": ".", "helm": helm}


def _namespace_labels(view: View, spoke: str, namespace: str) -> Object:
    level = delivery.pod_security(view, spoke, namespace)
    return {
        names.MANAGED_BY: names.MANAGER,
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/warn": "restricted",
    }
