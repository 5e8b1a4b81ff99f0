"""Projects: what a team's Applications in an environment may take from where, bring where, and when."""

from __future__ import annotations

from collections.abc import Iterator

from journey import names
from journey.artifact import Artifact
from journey.facts import delivery, waves
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.platform import SyncWindow
from journey.spec.view import View
from journey.targets.argocd import addons
from journey.targets.argocd.applications import shared_name
from journey.targets.argocd.objects import (
    API,
    NO_NAMESPACE,
    PLATFORM,
    Object,
    artifact,
    destination,
    metadata,
    platform_labels,
    subscriptions,
)

WAVE = waves.CRDS - 10
"""Before any Application: one without its project is refused."""

SHARED_CLUSTER_KINDS = (
    ("", "Namespace"),
    ("external-secrets.io", "ClusterSecretStore"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("scheduling.k8s.io", "PriorityClass"),
)
"""(API group, kind) outside namespaces that shared objects may have."""


def carriers(view: View, hub: str, env: str) -> tuple[str, ...]:
    """The clusters of an environment that a cluster's Argo CD syncs, as written."""
    return tuple(name for name in delivery.synced_from(view, hub) if (env, name) in resolve.places(view))


def teams(view: View, hub: str, env: str) -> tuple[str, ...]:
    """The teams that have something in an environment on those clusters, sorted."""
    return tuple(sorted({team for spoke in carriers(view, hub, env) for team in delivery.holdings(view, env, spoke)}))


def project(view: View, hub: str, env: str, team: str) -> Iterator[Artifact]:
    """The project of a team in an environment, and the one whose rights it has too.

    When a service leaves git, its project loses the right to its namespace before its Application is pruned, and then
    Argo CD deletes nothing of what the project does not allow (IsLiveResourcePermitted in argo-cd's
    app_project_types.go). The rights of a global project (docs/user-guide/projects.md, "Configuring Global Projects")
    are added to those of a project; ours is changed in the last wave, after the prune. Where a project itself goes, the
    waves of what is pruned are reversed: it goes after its last Application.
    """
    name, leaving = names.project(team, env), names.leaving_project(team, env)
    meta = metadata(view, name, WAVE, {**platform_labels(view), names.TEAM: team, names.ENVIRONMENT: env})
    meta["annotations"] |= subscriptions(view, team)
    rights = _rights(view, hub, env, team)
    described: Object = {"description": f"What team {team} runs in {env}.", **rights}
    windows = resolve.environment(view, env).sync_windows
    if windows:
        described["syncWindows"] = [_window(window, ["*"]) for window in windows]
    origin = Pointer(resolve.ROOT_FILE, ("teams", team))
    yield _artifact(hub, name, meta, described, origin)
    kept: Object = {"description": f"What {name} may still delete: no Application is in this project.", **rights}
    yield _artifact(hub, leaving, metadata(view, leaving, waves.LEAVING), kept, origin)


def _artifact(hub: str, name: str, meta: Object, spec: Object, origin: Pointer) -> Artifact:
    content: Object = {"apiVersion": API, "kind": "AppProject", "metadata": meta, "spec": spec}
    return artifact(f"clusters/{hub}/projects/{name}.yaml", content, origin)


def _rights(view: View, hub: str, env: str, team: str) -> Object:
    places = carriers(view, hub, env)
    namespaces = {spoke: delivery.team_namespaces(view, team, env, spoke) for spoke in places}
    kinds = sorted({kind for spoke in places for kind in delivery.team_kinds(view, team, env, spoke)})
    owned = sorted({name for found in namespaces.values() for name in found})
    return {
        "sourceRepos": [resolve.settings(view).repository.url],
        "destinations": [destination(view, spoke, name) for spoke, found in namespaces.items() for name in found],
        "clusterResourceWhitelist": [{"group": "", "kind": "Namespace", "name": name} for name in owned],
        "namespaceResourceWhitelist": [{"group": group, "kind": kind} for group, kind in kinds],
        **_signatures(view),
    }


def _signatures(view: View) -> Object:
    """Who must have signed what is synced (argo-cd.readthedocs.io, "GnuPG signature verification")."""
    keys = resolve.settings(view).repository.signed_by
    return {"signatureKeys": [{"keyID": key} for key in keys]} if keys else {}


def global_projects(view: View, hub: str) -> list[Object]:
    """Which projects have which other one's rights too, as `argocd-cm` says it."""
    return [
        {
            "labelSelector": {"matchLabels": {names.TEAM: team, names.ENVIRONMENT: env}},
            "projectName": names.leaving_project(team, env),
        }
        for env in resolve.environments(view)
        for team in teams(view, hub, env)
    ]


def _window(window: SyncWindow, applications: list[str]) -> Object:
    return {
        "kind": window.kind,
        "schedule": window.schedule,
        "duration": _duration(window.duration),
        "timeZone": window.time_zone,
        "applications": applications,
        "manualSync": window.manual,
    }


def _duration(text: str) -> str:
    """A duration as Go reads it: it knows no days (pkg.go.dev/time#ParseDuration)."""
    return f"{int(text[:-1]) * 24}h" if text.endswith("d") else text


def platform(view: View, hub: str) -> Artifact:
    """The project of add-ons and shared objects: the charts' repositories, their namespaces, and what they may make.

    Others' charts may bring any kind into their own namespaces, but outside one only what the spec lists.
    """
    spokes = delivery.synced_from(view, hub)
    content: Object = {
        "apiVersion": API,
        "kind": "AppProject",
        "metadata": metadata(view, PLATFORM, WAVE),
        "spec": {
            "description": "Add-ons, shared objects, and Argo CD itself.",
            "sourceRepos": _sources(view, spokes),
            "destinations": [destination(view, spoke, name) for spoke in spokes for name in _namespaces(view, spoke)],
            "clusterResourceWhitelist": _cluster_kinds(view, spokes),
            "namespaceResourceWhitelist": [{"group": "*", "kind": "*"}],
            **_signatures(view),
        },
    }
    windows = [
        _window(window, [shared_name(env, spoke)])
        for spoke in spokes
        for env in delivery.environments_on(view, spoke)
        if delivery.has_shared(view, env, spoke)
        for window in resolve.environment(view, env).sync_windows
    ]
    if windows:
        content["spec"]["syncWindows"] = windows
    return artifact(f"clusters/{hub}/projects/{PLATFORM}.yaml", content, Pointer(resolve.ROOT_FILE, ("clusters", hub)))


def _sources(view: View, spokes: tuple[str, ...]) -> list[str]:
    charts = {
        addons.source_repository(resolve.addon(view, spoke, name).chart)
        for spoke in spokes
        for name in resolve.addons(view, spoke)
    }
    return [resolve.settings(view).repository.url, *sorted(charts)]


def _namespaces(view: View, spoke: str) -> list[str]:
    """Where shared objects and add-ons go. Many charts put a role binding or a service into kube-system."""
    found = {delivery.addon_namespace(view, spoke, name) for name in resolve.addons(view, spoke)}
    if found:
        found.add("kube-system")
    for env in delivery.environments_on(view, spoke):
        if delivery.has_shared(view, env, spoke):
            found.add(delivery.shared_namespace(view, env, spoke))
    if delivery.has_cluster_shared(view, spoke):
        found.add(NO_NAMESPACE)
    if delivery.syncer(view, spoke) == spoke:
        found.add(names.ARGOCD_NAMESPACE)
    return sorted(found)


def _cluster_kinds(view: View, spokes: tuple[str, ...]) -> list[Object]:
    listed = [
        resolve.addon(view, spoke, name).cluster_resources for spoke in spokes for name in resolve.addons(view, spoke)
    ]
    if not all(listed):
        return [{"group": "*", "kind": "*"}]
    own = {(kind.rpartition("/")[0], kind.rpartition("/")[2]) for kinds in listed for kind in kinds}
    installed = {("apiextensions.k8s.io", "CustomResourceDefinition")} | {
        ("rbac.authorization.k8s.io", kind) for kind in ("ClusterRole", "ClusterRoleBinding")
    }
    return [{"group": group, "kind": kind} for group, kind in sorted({*SHARED_CLUSTER_KINDS, *installed, *own})]
