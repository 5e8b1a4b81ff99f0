"""Applications: one a folder, so one a service, datastore or set of shared objects, environment and cluster."""

from __future__ import annotations

from journey import names
from journey.artifact import Artifact
from journey.facts import delivery, waves
from journey.facts.traffic import namespace
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.argocd.objects import (
    API,
    FINALIZER,
    HISTORY,
    KEEP_OPTIONS,
    NO_NAMESPACE,
    PATHS,
    PLATFORM,
    RETRY,
    SYNC_OPTIONS,
    WAVE,
    Object,
    artifact,
    destination,
    git_source,
    metadata,
)


def path(hub: str, name: str) -> str:
    """The file of an Application."""
    return f"clusters/{hub}/applications/{name}.yaml"


def service(view: View, hub: str, spoke: str, env: str, name: str) -> Artifact:
    """The Application of a service.

    Deleting it deletes all that it brought, but for objects that say otherwise: namespaces and claims that hold data.
    """
    found = resolve.service(view, name, env, spoke)
    assert found is not None
    application = names.application(name, env, spoke)
    content: Object = {
        "apiVersion": API,
        "kind": "Application",
        "metadata": {
            "name": application,
            "namespace": names.ARGOCD_NAMESPACE,
            "labels": names.labels(name, env, found.team, resolve.settings(view).name),
            "annotations": {WAVE: str(waves.wave(view, name, env, spoke)), PATHS: _paths(view, name, env, spoke)},
            "finalizers": [FINALIZER],
        },
        "spec": {
            "project": names.project(found.team, env),
            "source": _source(view, name, env, spoke),
            "destination": destination(view, spoke, namespace(view, name, env, spoke)),
        },
    }
    options: tuple[str, ...] = SYNC_OPTIONS
    workload = delivery.autoscaled(view, name, env, spoke)
    if workload:
        kept = found.renamed_from or name if workload == "StatefulSet" else name
        content["spec"]["ignoreDifferences"] = [
            {"group": "apps", "kind": workload, "name": kept, "jsonPointers": ["/spec/replicas"]}
        ]
        options = (*options, "RespectIgnoreDifferences=true")
    content["spec"]["syncPolicy"] = sync_policy(view, env, options)
    content["spec"]["revisionHistoryLimit"] = HISTORY
    return artifact(path(hub, application), content, Pointer(resolve.service_file(view, name)))


def _source(view: View, name: str, env: str, spoke: str) -> Object:
    if resolve.cluster(view, spoke).delivery == "manifests":
        return git_source(view, delivery.folder(env, spoke, name))
    chart = git_source(view, delivery.chart_folder(name))
    values = f"../../{delivery.chart_values(env, spoke, name)}"
    return {**chart, "helm": {"releaseName": name, "valueFiles": [values]}}


def _paths(view: View, name: str, env: str, spoke: str) -> str:
    """What a commit must touch to have the Application rendered again (docs/operator-manual/high_availability.md)."""
    if resolve.cluster(view, spoke).delivery == "manifests":
        return "."
    return f".;/{delivery.chart_values(env, spoke, name)}"


def sync_policy(view: View, env: str, options: tuple[str, ...]) -> Object:
    """Automated where the environment says so; else a person's sync is the approval."""
    found = resolve.environment(view, env)
    policy: Object = {}
    if found.sync == "auto":
        policy["automated"] = {"prune": found.prune, "selfHeal": found.self_heal}
    return {**policy, "syncOptions": list(options), "retry": RETRY}


def datastore(view: View, hub: str, spoke: str, env: str, name: str) -> Artifact:
    """The Application of a datastore: nothing that it brought is ever deleted by pruning it or by deleting it."""
    found = resolve.datastore(view, env, name)
    assert found is not None
    application = names.application(name, env, spoke)
    labels = names.labels(name, env, found.team, resolve.settings(view).name, "datastore")
    content = _folder_application(
        view,
        metadata(view, application, waves.DATASTORES, labels),
        names.project(found.team, env),
        git_source(view, delivery.folder(env, spoke, name)),
        destination(view, spoke, namespace(view, name, env, spoke)),
        sync_policy(view, env, (*SYNC_OPTIONS, *KEEP_OPTIONS)),
    )
    return artifact(path(hub, application), content, Pointer(resolve.ROOT_FILE, ("datastores", name)))


def shared(view: View, hub: str, spoke: str, env: str) -> Artifact:
    """The Application of an environment's objects on a cluster that belong to no service."""
    application = shared_name(env, spoke)
    content = _folder_application(
        view,
        metadata(view, application, waves.SHARED),
        PLATFORM,
        git_source(view, delivery.folder(env, spoke, delivery.SHARED)),
        destination(view, spoke, delivery.shared_namespace(view, env, spoke)),
        sync_policy(view, env, SYNC_OPTIONS),
    )
    content["metadata"]["finalizers"] = [FINALIZER]
    return artifact(path(hub, application), content, Pointer(resolve.ROOT_FILE, ("environments", env)))


def shared_name(env: str, spoke: str) -> str:
    """The name of the Application of a cluster's shared objects, or of an environment's there."""
    return names.application("shared", env, spoke)


def cluster_shared(view: View, hub: str, spoke: str) -> Artifact:
    """The Application of a cluster's objects that belong to no environment. It stays when git lets go of it."""
    application = shared_name("", spoke)
    content = _folder_application(
        view,
        metadata(view, application, waves.SHARED),
        PLATFORM,
        git_source(view, delivery.cluster_folder(spoke)),
        destination(view, spoke, NO_NAMESPACE),
        {"automated": {"prune": True, "selfHeal": True}, "syncOptions": list(SYNC_OPTIONS), "retry": RETRY},
    )
    return artifact(path(hub, application), content, Pointer(resolve.ROOT_FILE, ("clusters", spoke)))


def _folder_application(
    view: View, meta: Object, project: str, source: Object, target: Object, policy: Object
) -> Object:
    return {
        "apiVersion": API,
        "kind": "Application",
        "metadata": {**meta, "annotations": {**meta["annotations"], PATHS: "."}},
        "spec": {
            "project": project,
            "source": source,
            "destination": target,
            "syncPolicy": policy,
            "revisionHistoryLimit": HISTORY,
        },
    }
