"""Kustomizations: one a folder, so one a service, datastore or set of shared objects, environment and cluster.

The order of a first sync is said by `dependsOn` alone: a Kustomization is ready when all of its objects are healthy.
Where an environment wants approval its Kustomizations are suspended, and a person's `flux resume` is the approval.
"""

from __future__ import annotations

from journey import names
from journey.artifact import Artifact
from journey.facts import delivery, waves
from journey.facts.traffic import namespace
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.flux.objects import (
    HELM_API,
    INTERVAL,
    KUSTOMIZE_API,
    REPOSITORY,
    RETRY,
    TIMEOUT,
    Object,
    artifact,
    depends_on,
    folder,
    metadata,
    platform_labels,
)

ADDONS = "addons"


def kustomization(
    meta: Object,
    path: str,
    dependencies: list[str] | None = None,
    *,
    prune: bool = True,
    suspend: bool = False,
    wait: bool = True,
) -> Object:
    """A folder of the repository, kept as git has it."""
    spec: Object = {
        "interval": INTERVAL,
        "retryInterval": RETRY,
        "timeout": TIMEOUT,
        "sourceRef": {"kind": "GitRepository", "name": REPOSITORY},
        "path": f"./{path}",
        "prune": prune,
        "wait": wait,
        **depends_on(dependencies or []),
    }
    if suspend:
        spec["suspend"] = True
    return {"apiVersion": KUSTOMIZE_API, "kind": "Kustomization", "metadata": meta, "spec": spec}


def service(view: View, env: str, cluster: str, name: str) -> Artifact:
    """A service's Kustomization, or its Helm release under `delivery: helm`.

    One that keeps data is never pruned, nor is what it brought when it goes.
    """
    found = resolve.service(view, name, env, cluster)
    assert found is not None
    meta = metadata(
        names.application(name, env, cluster), names.labels(name, env, found.team, resolve.settings(view).name)
    )
    before = [names.application(other, env, cluster) for other in waves.before(view, name, env, cluster)]
    place = resolve.environment(view, env)
    suspend = place.sync == "approval"
    if resolve.cluster(view, cluster).delivery == "helm":
        content = _release(view, meta, env, cluster, name, before)
        if suspend:
            content["spec"]["suspend"] = True
    else:
        stores = [names.application(store, env, cluster) for store in _stores_before(view, env, cluster, name)]
        prune = place.prune and not delivery.keeps_data(view, name, env, cluster)
        path = delivery.folder(env, cluster, name)
        needed = [*foundations(view, env, cluster), *stores, *before]
        content = kustomization(meta, path, needed, prune=prune, suspend=suspend)
    return artifact(folder(cluster), content, Pointer(resolve.service_file(view, name)))


def _stores_before(view: View, env: str, cluster: str, name: str) -> list[str]:
    """The datastores that must be healthy first: all that it dials and does not call `any`."""
    known = resolve.datastores(view, env)
    needs = resolve.needs(view, name, env, cluster)
    return sorted({need.datastore for need in needs if need.datastore in known and need.start != "any"})


def _release(view: View, meta: Object, env: str, cluster: str, name: str, before: list[str]) -> Object:
    """A Helm release of a chart in the repository. It can wait for other releases only."""
    chart: Object = {
        "chart": f"./{delivery.chart_folder(name)}",
        "sourceRef": {"kind": "GitRepository", "name": REPOSITORY},
        "reconcileStrategy": "Revision",
        "valuesFiles": [f"./{delivery.chart_values(env, cluster, name)}"],
    }
    return {
        "apiVersion": HELM_API,
        "kind": "HelmRelease",
        "metadata": meta,
        "spec": {
            "interval": INTERVAL,
            "timeout": TIMEOUT,
            "releaseName": name,
            "targetNamespace": namespace(view, name, env, cluster),
            "storageNamespace": names.FLUX_NAMESPACE,
            "chart": {"spec": chart},
            **depends_on(before),
            "driftDetection": {"mode": "enabled" if resolve.environment(view, env).self_heal else "warn"},
        },
    }


def datastore(view: View, env: str, cluster: str, name: str) -> Artifact:
    """A datastore's Kustomization: nothing that it brought is deleted by pruning it or by deleting it."""
    found = resolve.datastore(view, env, name)
    assert found is not None
    labels = names.labels(name, env, found.team, resolve.settings(view).name, "datastore")
    content = kustomization(
        metadata(names.application(name, env, cluster), labels),
        delivery.folder(env, cluster, name),
        foundations(view, env, cluster),
        prune=False,
        suspend=resolve.environment(view, env).sync == "approval",
    )
    content["spec"]["deletionPolicy"] = "Orphan"
    return artifact(folder(cluster), content, Pointer(resolve.ROOT_FILE, ("datastores", name)))


def shared(view: View, env: str, cluster: str) -> Artifact:
    """Shared objects: an environment's on a cluster, or without one the cluster's own."""
    meta = metadata(shared_name(env, cluster), platform_labels(view))
    if not env:
        content = kustomization(meta, delivery.cluster_folder(cluster), _addons(view, cluster))
        return artifact(folder(cluster), content, Pointer(resolve.ROOT_FILE, ("clusters", cluster)))
    path = delivery.folder(env, cluster, delivery.SHARED)
    suspend = resolve.environment(view, env).sync == "approval"
    content = kustomization(meta, path, _addons(view, cluster), suspend=suspend)
    return artifact(folder(cluster), content, Pointer(resolve.ROOT_FILE, ("environments", env)))


def shared_name(env: str, cluster: str) -> str:
    """The name of the Kustomization of shared objects."""
    return names.application("shared", env, cluster)


def _addons(view: View, cluster: str) -> list[str]:
    return [ADDONS] if resolve.addons(view, cluster) else []


def foundations(view: View, env: str, cluster: str) -> list[str]:
    """What every service and datastore stands on: add-ons and shared objects."""
    found = _addons(view, cluster)
    if delivery.has_cluster_shared(view, cluster):
        found.append(shared_name("", cluster))
    if delivery.has_shared(view, env, cluster):
        found.append(shared_name(env, cluster))
    return found
