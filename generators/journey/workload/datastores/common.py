"""What every datastore in a cluster has: its namespace with bounds, a login from the store, its Services, policies."""

from __future__ import annotations

import math

from journey import names
from journey.facts import platform_peers, secrets, traffic
from journey.facts.units import amount, quantity
from journey.workload import network
from journey.workload.datastores.place import StorePlace
from journey.workload.namespace import pod_security_labels
from journey.workload.place import Object
from journey.workload.pod import amounts
from journey.workload.secrets import entry, external_secret, secret_store

JOBS = 1
"""Pods beside the instances: what prepares databases, joins a replica, or takes a backup."""


def namespace(place: StorePlace) -> Object:
    """The namespace; it holds data, so it stays when its Application goes."""
    metadata = place.meta(place.namespace, place.kept)
    metadata["labels"] = {**place.labels, **pod_security_labels(place.here.kubernetes)}
    del metadata["namespace"]
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def bounds(place: StorePlace) -> list[Object]:
    """Quota and limit range: all instances and the jobs beside them, with the environment's headroom."""
    each = amounts(place.resources)
    pods = math.ceil((place.store.instances + JOBS) * (1 + place.around.quota.headroom / 100))
    hard = {"pods": str(pods)}
    for side in ("requests", "limits"):
        for name, value in each.get(side, {}).items():
            if name in ("cpu", "memory"):
                hard[f"{side}.{name}"] = quantity(amount(value) * pods, binary=name == "memory")
    metadata = place.meta(place.name)
    found: list[Object] = [{"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": hard}}]
    if each:
        keys = (("default", "limits"), ("defaultRequest", "requests"))
        item = {"type": "Container", **{key: each[side] for key, side in keys if side in each}}
        found.append({"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": {"limits": [item]}})
    return found


def service_account(place: StorePlace) -> Object:
    """The ServiceAccount, without a token in its pods."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": place.meta(place.name),
        "automountServiceAccountToken": False,
    }


def login_name(place: StorePlace, database: str) -> str:
    """The Secret with the login of a database's role; of the datastore itself without a database."""
    return names.join(place.name, database)


def logins(place: StorePlace, template: Object | None = None) -> list[Object]:
    """The store, and the logins: the datastore's own, and one for each database's role."""
    said = place.here.secret_store
    store = secret_store(place.meta(place.name), said, secrets.role(place.name, place.environment), place.name)
    found = [store]
    for database in ("", *place.store.databases):
        path = f"{place.store.secret}/{database}" if database else place.store.secret
        remote = secrets.remote_key(place.environment, path)
        data = [entry(key, remote, key) for key in ("username", "password")]
        item = external_secret(place.meta(login_name(place, database)), said, place.name, data)
        if template:
            item["spec"]["target"] = {**item["spec"]["target"], "template": template}
        found.append(item)
    return found


def service(place: StorePlace, selector: dict[str, str]) -> Object:
    """The Service with the stable name that pods dial."""
    port = {"name": place.store.engine, "port": place.port, "targetPort": place.port, "protocol": "TCP"}
    spec = {"type": "ClusterIP", "selector": selector, "ports": [port]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": place.meta(place.name), "spec": spec}


def governing_name(place: StorePlace) -> str:
    """The headless Service that a StatefulSet's pods have their names from."""
    return names.join(place.name, "pods")


def governing(place: StorePlace) -> Object:
    """The headless Service of the StatefulSet."""
    port = {"name": place.store.engine, "port": place.port, "targetPort": place.port, "protocol": "TCP"}
    spec = {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": place.selector, "ports": [port]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": place.meta(governing_name(place)), "spec": spec}


def consumers(place: StorePlace) -> list[Object]:
    """The rule that lets the services dial it that need it."""
    callers = traffic.store_callers(place.view, place.name, place.environment, place.cluster)
    if not callers:
        return []
    peers = [network.every_pod_of(caller) for caller in callers]
    return [{"from": peers, "ports": [network.port_rule(place.port, "TCP")]}]


def prometheus(place: StorePlace, port: int) -> list[Object]:
    """The rule that lets Prometheus scrape it."""
    found = platform_peers.namespace_of(place.view, place.cluster, "monitoring")
    return [{"from": [network.in_namespace(found)], "ports": [network.port_rule(port, "TCP")]}] if found else []


def policies(place: StorePlace, ingress: list[Object], egress: list[Object]) -> list[Object]:
    """The policy that closes the namespace, and the one that opens what is said, and the pods to each other."""
    own: list[Object] = [{"podSelector": {}}]
    spec = {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [*ingress, {"from": own}],
        "egress": [network.to_dns(), {"to": own}, *egress],
    }
    return [network.deny(place.meta(network.DENY)), network.policy(place.meta(place.name), spec)]
