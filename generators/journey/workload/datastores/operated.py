"""PostgreSQL with several instances: CloudNativePG's Cluster, databases, roles and backups (cloudnative-pg.io/docs)."""

from __future__ import annotations

import math

from journey import names
from journey.facts import platform_peers
from journey.facts.datastores import OPERATOR_LABEL, host
from journey.facts.postgresql import memory_parameters
from journey.facts.units import seconds
from journey.spec.platform import Backups
from journey.workload import network
from journey.workload.datastores import common
from journey.workload.datastores.place import PRIORITY, StorePlace
from journey.workload.place import Object
from journey.workload.pod import amounts, pod_labels

API = "postgresql.cnpg.io/v1"
OFFICIAL = "ghcr.io/cloudnative-pg/postgresql"
STATUS_PORT, METRICS_PORT = 8000, 9187
"""Where an instance tells the operator how it is, and Prometheus what it measures."""

_DAY = 86400
_LOGIN = {"type": "kubernetes.io/basic-auth", "metadata": {"labels": {"cnpg.io/reload": "true"}}}
"""The Secret of a role as the operator wants it; with the label a new password is set without a restart."""

_CREDENTIALS: dict[str, Object] = {
    "aws": {"s3Credentials": {"inheritFromIAMRole": True}},
    "gcp": {"googleCredentials": {"gkeEnvironment": True}},
    "azure": {"azureCredentials": {"inheritFromAzureAD": True}},
}


def objects(place: StorePlace) -> list[Object]:
    """The objects. The operator makes service account, disruption budgets and claims by itself."""
    primary = {OPERATOR_LABEL: place.name, "cnpg.io/instanceRole": "primary"}
    found = [
        common.namespace(place),
        *common.bounds(place),
        *common.logins(place, _LOGIN),
        *common.policies(place, _ingress(place), _egress(place)),
        common.service(place, primary),
        _cluster(place),
        *(_database(place, database) for database in place.store.databases),
    ]
    if place.store.backups is not None:
        found.append(_scheduled_backup(place, place.store.backups))
    if platform_peers.provider(place.view, place.cluster, "monitoring"):
        found.append(_pod_monitor(place))
    return found


def _cluster(place: StorePlace) -> Object:
    store = place.store
    storage: Object = {"size": store.storage}
    if storage_class := store.storage_class or place.here.storage_class:
        storage["storageClass"] = storage_class
    spec: Object = {
        "instances": store.instances,
        "imageName": place.image(OFFICIAL),
        "primaryUpdateStrategy": "unsupervised",
        "enableSuperuserAccess": False,
        "bootstrap": {"initdb": {"database": place.name, "owner": place.name, "secret": {"name": place.name}}},
        "priorityClassName": PRIORITY,
        "inheritedMetadata": {"labels": pod_labels(place.labels)},
        "storage": storage,
        "affinity": {"topologyKey": "topology.kubernetes.io/zone", "podAntiAffinityType": "preferred"},
        "postgresql": {
            "parameters": {"pg_stat_statements.track": "all", **memory_parameters(place.resources)},
        },
        # the name that pods dial is not one that the operator knows of
        "certificates": {"serverAltDNSNames": _dialled(place)},
    }
    if resources := amounts(place.resources):
        spec["resources"] = resources
    if store.databases:
        spec["managed"] = {"roles": [_role(place, database) for database in store.databases]}
    if store.backups is not None:
        spec["backup"] = _backup(place, store.backups)
    return {"apiVersion": API, "kind": "Cluster", "metadata": place.meta(place.name, place.kept), "spec": spec}


def _dialled(place: StorePlace) -> list[str]:
    name = host(place.view, place.name, place.environment, place.cluster)
    return [name.removesuffix(".svc"), name, f"{name}.cluster.local"]


def _role(place: StorePlace, database: str) -> Object:
    return {
        "name": database,
        "ensure": "present",
        "login": True,
        "passwordSecret": {"name": common.login_name(place, database)},
    }


def _database(place: StorePlace, database: str) -> Object:
    """A database that stays when its object goes."""
    return {
        "apiVersion": API,
        "kind": "Database",
        "metadata": place.meta(names.join(place.name, database), place.kept),
        "spec": {
            "name": database,
            "owner": database,
            "cluster": {"name": place.name},
            "databaseReclaimPolicy": "retain",
        },
    }


def _backup(place: StorePlace, backups: Backups) -> Object:
    """Base backups and the log since, for any point in time; each cluster in a folder of its own."""
    store: Object = {
        "destinationPath": f"{backups.bucket.rstrip('/')}/{place.environment}/{place.cluster}",
        **_CREDENTIALS.get(place.here.provider, {}),
        "wal": {"compression": "gzip"},
        "data": {"compression": "gzip"},
    }
    days = max(math.ceil(seconds(backups.keep) / _DAY), 1)
    return {"barmanObjectStore": store, "retentionPolicy": f"{days}d"}


def _scheduled_backup(place: StorePlace, backups: Backups) -> Object:
    """The operator's schedules begin with seconds."""
    return {
        "apiVersion": API,
        "kind": "ScheduledBackup",
        "metadata": place.meta(place.name),
        "spec": {
            "schedule": f"0 {backups.schedule}",
            "backupOwnerReference": "self",
            "cluster": {"name": place.name},
            "method": "barmanObjectStore",
        },
    }


def _pod_monitor(place: StorePlace) -> Object:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": place.meta(place.name),
        "spec": {
            "selector": {"matchLabels": {OPERATOR_LABEL: place.name}},
            "podMetricsEndpoints": [{"port": "metrics"}],
        },
    }


def _ingress(place: StorePlace) -> list[Object]:
    found = [*common.consumers(place), *common.prometheus(place, METRICS_PORT)]
    operator = platform_peers.namespace_of(place.view, place.cluster, "postgresql")
    if operator:
        ports = [network.port_rule(STATUS_PORT, "TCP"), network.port_rule(place.port, "TCP")]
        found.append({"from": [network.in_namespace(operator)], "ports": ports})
    return found


def _egress(place: StorePlace) -> list[Object]:
    """Each instance reads its part from the API server, and sends its backups outside."""
    to_api = [network.block(cidr, ()) for cidr in platform_peers.api_server(place.view, place.cluster)]
    ports = [network.port_rule(*port) for port in platform_peers.API_SERVER_PORTS]
    found: list[Object] = [{"to": to_api, "ports": ports}]
    if place.store.backups is not None:
        outside = [network.block(cidr, without) for cidr, without in platform_peers.outside_networks(place.view)]
        found.append({"to": outside, "ports": [network.port_rule(443, "TCP")]})
        for cidr, port in platform_peers.CLOUD_IDENTITY.get(place.here.provider, ()):
            found.append({"to": [network.block(cidr, ())], "ports": [network.port_rule(port, "TCP")]})
    return found
