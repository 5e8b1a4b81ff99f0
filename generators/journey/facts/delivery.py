"""How rendered files reach a cluster: who syncs it, from which folder, with what rights.

A folder below `environments/<environment>/<cluster>/kubernetes/` is what is synced as one; its name is the service's or
the datastore's. `clusters/<cluster>/shared/` holds the objects that belong to no environment.
"""

from __future__ import annotations

from typing import NamedTuple

from journey.facts.routes import targets
from journey.facts.traffic import namespace, stores
from journey.spec import resolve
from journey.spec.service import Service
from journey.spec.view import View, kept, query

SHARED = "_shared"
"""Folder of an environment's objects on a cluster that belong to no service."""

GroupKind = tuple[str, str]
"""API group and kind; the group is empty for the core."""

SCALED = {"web": "Deployment", "worker": "Deployment", "stateful": "StatefulSet"}
"""Kinds of service that run for good, with the workload whose number of pods an autoscaler may own."""

_WORKLOADS: dict[str, GroupKind] = {
    "web": ("apps", "Deployment"),
    "worker": ("apps", "Deployment"),
    "stateful": ("apps", "StatefulSet"),
    "cron": ("batch", "CronJob"),
    "job": ("batch", "Job"),
}
_ALWAYS: frozenset[GroupKind] = frozenset(
    (
        ("", "ConfigMap"),
        ("", "LimitRange"),
        ("", "ResourceQuota"),
        ("", "Service"),
        ("", "ServiceAccount"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("policy", "PodDisruptionBudget"),
    )
)
_SECRETS: frozenset[GroupKind] = frozenset(
    (("external-secrets.io", "ExternalSecret"), ("external-secrets.io", "SecretStore"))
)
_MONITORS: frozenset[GroupKind] = frozenset(
    (
        ("monitoring.coreos.com", "PodMonitor"),
        ("monitoring.coreos.com", "PrometheusRule"),
        ("monitoring.coreos.com", "ServiceMonitor"),
    )
)
_PERMISSIONS: frozenset[GroupKind] = frozenset(
    (("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "RoleBinding"))
)
GATEWAY_API = "gateway-api"
"""The way in that needs objects beside the services' own: a Gateway an environment, and its class."""

_ROUTES: dict[str, frozenset[GroupKind]] = {
    GATEWAY_API: frozenset(
        (
            ("gateway.networking.k8s.io", "HTTPRoute"),
            ("gateway.envoyproxy.io", "BackendTrafficPolicy"),
            ("gateway.envoyproxy.io", "HTTPRouteFilter"),
            ("gateway.envoyproxy.io", "SecurityPolicy"),
        )
    ),
    "ingress": frozenset((("networking.k8s.io", "Ingress"),)),
}
_GRANT: GroupKind = ("gateway.networking.k8s.io", "ReferenceGrant")
_POSTGRESQL_OPERATOR: frozenset[GroupKind] = frozenset(
    (("postgresql.cnpg.io", "Cluster"), ("postgresql.cnpg.io", "Database"), ("postgresql.cnpg.io", "ScheduledBackup"))
)
SHARED_KINDS: frozenset[GroupKind] = frozenset(
    (
        ("", "LimitRange"),
        ("", "ResourceQuota"),
        ("gateway.envoyproxy.io", "BackendTrafficPolicy"),
        ("gateway.envoyproxy.io", "ClientTrafficPolicy"),
        ("gateway.envoyproxy.io", "EnvoyProxy"),
        ("gateway.networking.k8s.io", "Gateway"),
        ("gateway.networking.k8s.io", "HTTPRoute"),
        ("networking.k8s.io", "NetworkPolicy"),
    )
)
"""Kinds inside a namespace that an environment's shared objects may have."""


class Address(NamedTuple):
    """Where an Application's objects go: a cluster by its name, or by its API's address; the other is empty."""

    name: str
    server: str


class Holdings(NamedTuple):
    """What a team has in an environment on a cluster: services, and datastores, by name, sorted."""

    services: tuple[str, ...]
    datastores: tuple[str, ...]


def folder(environment: str, cluster: str, name: str) -> str:
    """The folder of a service, a datastore or `SHARED`: synced as one."""
    return f"environments/{environment}/{cluster}/kubernetes/{name}"


def cluster_folder(cluster: str) -> str:
    """The folder of a cluster's objects that belong to no environment."""
    return f"clusters/{cluster}/shared"


def chart_folder(service: str) -> str:
    """The folder of a service's Helm chart."""
    return f"charts/{service}"


def chart_values(environment: str, cluster: str, service: str) -> str:
    """The file with the values of a service's Helm chart."""
    return f"environments/{environment}/{cluster}/helm/{service}.yaml"


@query
def syncer(view: View, cluster: str) -> str:
    """The cluster whose Argo CD syncs this one: its hub where that is a cluster of this platform, else itself."""
    hub = resolve.cluster(view, cluster).hub
    return hub if hub in resolve.clusters(view) else cluster


@query
def synced_from(view: View, cluster: str) -> tuple[str, ...]:
    """The clusters that a cluster's Argo CD syncs, as written; empty where it runs none."""
    if resolve.cluster(view, cluster).gitops != "argocd" or syncer(view, cluster) != cluster:
        return ()
    return tuple(
        name
        for name in resolve.clusters(view)
        if resolve.cluster(view, name).gitops == "argocd" and syncer(view, name) == cluster
    )


@query
def address(view: View, cluster: str) -> Address:
    """How the Argo CD that syncs a cluster addresses it."""
    if syncer(view, cluster) != cluster:
        return Address(cluster, "")
    return Address("", resolve.cluster(view, cluster).server)


@query
def environments_on(view: View, cluster: str) -> tuple[str, ...]:
    """The environments that a cluster carries, as written."""
    return tuple(env for env, carrier in resolve.places(view) if carrier == cluster)


@query
def autoscaled(view: View, service: str, environment: str, cluster: str) -> str:
    """The kind of workload whose `replicas` an autoscaler owns; empty where none does."""
    found = resolve.service(view, service, environment, cluster)
    if found is None or "autoscaler" in found.without:
        return ""
    scaling = found.scaling
    return SCALED.get(found.kind, "") if scaling.max is not None and scaling.max > scaling.min else ""


@query
def keeps_data(view: View, service: str, environment: str, cluster: str) -> bool:
    """Whether a service owns volumes that outlive its pods, and so must not vanish with its Application."""
    found = resolve.service(view, service, environment, cluster)
    return found is not None and any(volume.kind == "persistent" for volume in found.volumes.values())


@kept(dict[str, Holdings])
def holdings(view: View, environment: str, cluster: str) -> dict[str, Holdings]:
    """What each team has in an environment on a cluster, by team, sorted; teams without anything are left out."""
    services: dict[str, list[str]] = {}
    datastores: dict[str, list[str]] = {}
    for name in resolve.services_at(view, environment, cluster):
        services.setdefault(resolve.part(view, name, environment, cluster, "team"), []).append(name)
    for name in sorted(resolve.datastores(view, environment)):
        store = resolve.datastore(view, environment, name)
        if store is not None:
            datastores.setdefault(store.team, []).append(name)
    return {
        team: Holdings(tuple(services.get(team, ())), tuple(datastores.get(team, ())))
        for team in sorted({*services, *datastores})
    }


@query
def has_cluster_shared(view: View, cluster: str) -> bool:
    """Whether a cluster has objects that belong to no environment: priority classes, and the class of its Gateways."""
    return any(_has_cluster_shared(view, env, cluster) for env in environments_on(view, cluster))


def _has_cluster_shared(view: View, environment: str, cluster: str) -> bool:
    if resolve.datastores(view, environment) and resolve.environment(view, environment).datastores == "in-cluster":
        return True
    running = resolve.services_at(view, environment, cluster)
    if running and resolve.cluster(view, cluster).gateway == GATEWAY_API:
        return True
    return any("priorityClass" not in resolve.without(view, name, environment, cluster) for name in running)


@query
def has_shared(view: View, environment: str, cluster: str) -> bool:
    """Whether an environment has objects on a cluster that belong to no service: the gateway of its routes."""
    if resolve.cluster(view, cluster).gateway != GATEWAY_API:
        return False
    return any(
        _has_routes(view, name, environment, cluster) for name in resolve.services_at(view, environment, cluster)
    )


@query
def shared_namespace(view: View, environment: str, cluster: str) -> str:
    """The namespace of an environment's objects on a cluster that belong to no service.

    A platform may well have a service called `gateway`, so it is not called that.
    """
    return namespace(view, "shared-gateway", environment, cluster)


def _has_routes(view: View, service: str, environment: str, cluster: str) -> bool:
    return bool(resolve.part(view, service, environment, cluster, "routes"))


@query
def kinds(view: View, service: str, environment: str, cluster: str) -> tuple[GroupKind, ...]:
    """The kinds of objects inside its namespace that a service may bring, sorted."""
    found = resolve.service(view, service, environment, cluster)
    if found is None:
        return ()
    return tuple(sorted(_kinds(view, found, service, environment, cluster)))


def _kinds(view: View, found: Service, service: str, environment: str, cluster: str) -> set[GroupKind]:
    wanted = {*_ALWAYS, _WORKLOADS[found.kind], *(_group_kind(item) for item in found.extra)}
    if found.migrations:
        wanted.add(("batch", "Job"))
    if autoscaled(view, service, environment, cluster):
        by_requests = found.scaling.requests_per_second is not None
        wanted.add(("keda.sh", "ScaledObject") if by_requests else ("autoscaling", "HorizontalPodAutoscaler"))
    if found.identity.kubernetes:
        wanted |= _PERMISSIONS
    if found.secrets or stores(view, service, environment, cluster):
        wanted |= _SECRETS
    if found.metrics:
        wanted |= _MONITORS
    if found.kind != "stateful" and keeps_data(view, service, environment, cluster):
        wanted.add(("", "PersistentVolumeClaim"))
    gateway = resolve.cluster(view, cluster).gateway
    if found.routes and gateway in _ROUTES:
        wanted |= _ROUTES[gateway]
    if gateway == GATEWAY_API and any(item.service == service for item in targets(view, environment, cluster)):
        wanted.add(_GRANT)
    return wanted


def _group_kind(item: dict[str, object]) -> GroupKind:
    group, slash, _ = str(item.get("apiVersion", "")).partition("/")
    return (group if slash else "", str(item.get("kind", "")))


@query
def datastore_kinds(view: View, datastore: str, environment: str) -> tuple[GroupKind, ...]:
    """The kinds of objects inside its namespace that a datastore may bring, sorted."""
    found = resolve.datastore(view, environment, datastore)
    if found is None:
        return ()
    wanted = {*_ALWAYS, *_SECRETS}
    if resolve.environment(view, environment).datastores == "in-cluster":
        wanted |= {*_MONITORS, ("apps", "StatefulSet")}
        if found.engine == "postgresql":
            wanted |= _POSTGRESQL_OPERATOR if found.instances > 1 else {("batch", "Job")}
    return tuple(sorted(wanted))


@query
def team_kinds(view: View, team: str, environment: str, cluster: str) -> tuple[GroupKind, ...]:
    """The kinds of objects inside namespaces that a team may bring in an environment on a cluster, sorted."""
    has = holdings(view, environment, cluster).get(team, Holdings((), ()))
    found: set[GroupKind] = set()
    for name in has.services:
        found.update(kinds(view, name, environment, cluster))
    for name in has.datastores:
        found.update(datastore_kinds(view, name, environment))
    return tuple(sorted(found))


@query
def team_namespaces(view: View, team: str, environment: str, cluster: str) -> tuple[str, ...]:
    """The namespaces of a team's services and datastores in an environment on a cluster, sorted."""
    has = holdings(view, environment, cluster).get(team, Holdings((), ()))
    return tuple(sorted(namespace(view, name, environment, cluster) for name in (*has.services, *has.datastores)))


@query
def addon_namespace(view: View, cluster: str, addon: str) -> str:
    """The namespace that an add-on runs in."""
    return resolve.addon(view, cluster, addon).namespace or addon


@query
def pod_security(view: View, cluster: str, wanted: str) -> str:
    """The Pod Security Standard that the namespace of one or several add-ons needs: the widest that one asks for."""
    levels = {
        security.level
        for name in resolve.addons(view, cluster)
        if addon_namespace(view, cluster, name) == wanted
        and (security := resolve.addon(view, cluster, name).pod_security) is not None
    }
    return next((level for level in ("privileged", "baseline") if level in levels), "restricted")


@query
def addon_values(view: View, cluster: str, addon: str) -> dict[str, object]:
    """The values of an add-on's chart on a cluster: its own, with those for the cluster over them."""
    found = resolve.addon(view, cluster, addon)
    return _over(found.values, found.clusters.get(cluster, {}))


def _over(base: dict[str, object], over: dict[str, object]) -> dict[str, object]:
    """Mappings merge key by key and null removes a key, as Helm merges values (helm.sh/docs/chart_template_guide)."""
    merged = dict(base)
    for key, value in over.items():
        mine = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(mine, dict) and isinstance(value, dict):
            merged[key] = _over(mine, value)
        else:
            merged[key] = value
    return merged


@query
def alerts(view: View, team: str) -> tuple[tuple[str, str], ...]:
    """Where a team wants to hear of its deliveries, as (service, recipient): its channel, else its on-call address."""
    found = resolve.team(view, team)
    if found is None:
        return ()
    if found.on_call and found.on_call.slack:
        return (("slack", found.on_call.slack.removeprefix("#")), ("email", found.on_call.email))
    return (("email", found.on_call.email if found.on_call else found.contact),)
