"""A datastore as a StatefulSet: what both engines share."""

from __future__ import annotations

from typing import Any, NamedTuple

from journey.workload.datastores.common import governing_name
from journey.workload.datastores.place import PRIORITY, StorePlace
from journey.workload.place import Object
from journey.workload.pod import amounts, container_security, pod_labels, pod_security
from journey.workload.volumes import claim_spec

DATA = "data"
GRACE = 120
"""Seconds to write what is in memory to the volume before the process is killed."""


class Server(NamedTuple):
    """What an engine's container is: image, numeric user, arguments, variables, probes, folders that it writes."""

    image: str
    user: int
    args: list[str]
    env: list[Object]
    ready: list[str]
    data: str
    scratch: tuple[str, ...]
    command: list[str] | None = None


def stateful_set(place: StorePlace, server: Server) -> Object:
    """The StatefulSet; a drain may take one pod, and its volume follows."""
    template = {"metadata": {"labels": pod_labels(place.labels)}, "spec": _pod(place, server)}
    store = place.store
    claim = {
        "metadata": {"name": DATA, "labels": place.selector},
        "spec": claim_spec("ReadWriteOnce", store.storage_class or place.here.storage_class, store.storage),
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": place.meta(place.name, place.kept),
        "spec": {
            "serviceName": governing_name(place),
            "replicas": store.instances,
            "selector": {"matchLabels": place.selector},
            "template": template,
            "volumeClaimTemplates": [claim],
        },
    }


def _pod(place: StorePlace, server: Server) -> Object:
    return {
        "serviceAccountName": place.name,
        "automountServiceAccountToken": False,
        "priorityClassName": PRIORITY,
        "terminationGracePeriodSeconds": GRACE,
        "securityContext": pod_security(server.user, server.user),
        "containers": [_container(place, server)],
        "volumes": [{"name": f"scratch-{number}", "emptyDir": {}} for number, _ in enumerate(server.scratch)],
    }


def _container(place: StorePlace, server: Server) -> Object:
    found: dict[str, Any] = {"name": place.store.engine, "image": server.image}
    if server.command:
        found["command"] = server.command
    found["args"] = server.args
    found["ports"] = [{"name": place.store.engine, "containerPort": place.port, "protocol": "TCP"}]
    found["env"] = server.env
    if resources := amounts(place.resources):
        found["resources"] = resources
    found["securityContext"] = container_security(read_only_root=True)
    found["volumeMounts"] = [
        {"name": DATA, "mountPath": server.data},
        *({"name": f"scratch-{number}", "mountPath": path} for number, path in enumerate(server.scratch)),
    ]
    found["livenessProbe"] = {"tcpSocket": {"port": place.store.engine}, "periodSeconds": 20, "timeoutSeconds": 5}
    found["readinessProbe"] = {"exec": {"command": server.ready}, "periodSeconds": 5, "timeoutSeconds": 5}
    found["startupProbe"] = {"exec": {"command": server.ready}, "periodSeconds": 2, "failureThreshold": 150}
    return found


def disruption_budget(place: StorePlace) -> Object:
    """One pod may always go: a budget of none would hold a node for ever."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": place.meta(place.name),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": place.selector},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }
