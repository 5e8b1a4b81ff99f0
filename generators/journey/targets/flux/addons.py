"""Add-ons: a pinned third-party chart each, in a namespace with the Pod Security that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from journey import names
from journey.artifact import Artifact
from journey.facts import delivery
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.platform import Addon
from journey.spec.view import View
from journey.targets.flux.objects import (
    HELM_API,
    INTERVAL,
    SOURCE_API,
    TIMEOUT,
    Object,
    addons_folder,
    artifact,
    depends_on,
    metadata,
    platform_labels,
)

DIGEST = "request-journey.dev/chart-digest"
"""Where a chart's digest stands when its repository cannot be asked by digest (all but OCI registries)."""


def artifacts(view: View, cluster: str, name: str) -> Iterator[Artifact]:
    """Its namespace where it is the first there, its repository, and its release."""
    found = resolve.addon(view, cluster, name)
    origin = Pointer(resolve.ROOT_FILE, ("addons", name))
    space = delivery.addon_namespace(view, cluster, name)
    if _first_in(view, cluster, space) == name:
        yield artifact(addons_folder(cluster), _namespace(view, cluster, space), origin)
    labels = {names.NAME: name, **platform_labels(view), names.TEAM: found.team}
    yield artifact(addons_folder(cluster), _source(metadata(name, labels), found), origin)
    yield artifact(addons_folder(cluster), _release(view, cluster, name, labels), origin)


def _first_in(view: View, cluster: str, space: str) -> str:
    return next(
        name for name in resolve.addons(view, cluster) if delivery.addon_namespace(view, cluster, name) == space
    )


def _namespace(view: View, cluster: str, space: str) -> Object:
    labels = {
        **platform_labels(view),
        "pod-security.kubernetes.io/enforce": delivery.pod_security(view, cluster, space),
        "pod-security.kubernetes.io/warn": "restricted",
    }
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space, "labels": labels}}


def _source(meta: Object, found: Addon) -> Object:
    """An OCI registry is asked for the digest where known."""
    chart = found.chart
    if not chart.repository.startswith("oci://"):
        spec: Object = {"interval": INTERVAL, "url": chart.repository}
        return {"apiVersion": SOURCE_API, "kind": "HelmRepository", "metadata": meta, "spec": spec}
    ref = {"digest": chart.digest} if chart.digest else {"tag": chart.version}
    spec = {"interval": INTERVAL, "url": f"{chart.repository}/{chart.name}", "ref": ref}
    return {"apiVersion": SOURCE_API, "kind": "OCIRepository", "metadata": meta, "spec": spec}


def _release(view: View, cluster: str, name: str, labels: Object) -> Object:
    """The release. One that brings custom resource definitions goes first, and all others wait for it."""
    found = resolve.addon(view, cluster, name)
    chart = found.chart
    values = delivery.addon_values(view, cluster, name)
    meta = metadata(name, labels)
    spec: Object = {
        "interval": INTERVAL,
        "timeout": TIMEOUT,
        "releaseName": name,
        "targetNamespace": delivery.addon_namespace(view, cluster, name),
        "storageNamespace": names.FLUX_NAMESPACE,
        **depends_on([] if found.crds else _with_definitions(view, cluster)),
        "install": {"crds": "CreateReplace", "remediation": {"retries": 3}},
        "upgrade": {"crds": "CreateReplace", "remediation": {"retries": 3}},
        "driftDetection": {"mode": "enabled"},
    }
    if chart.repository.startswith("oci://"):
        spec["chartRef"] = {"kind": "OCIRepository", "name": name}
    else:
        source = {"kind": "HelmRepository", "name": name}
        spec["chart"] = {"spec": {"chart": chart.name, "version": chart.version, "sourceRef": source}}
        if chart.digest:
            meta["annotations"] = {DIGEST: chart.digest}
    if values:
        spec["values"] = values
    return {"apiVersion": HELM_API, "kind": "HelmRelease", "metadata": meta, "spec": spec}


def _with_definitions(view: View, cluster: str) -> list[str]:
    return [name for name in resolve.addons(view, cluster) if resolve.addon(view, cluster, name).crds]
