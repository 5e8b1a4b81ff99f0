"""What a cluster has beyond every environment: priority classes, and the class of its Gateways."""

from __future__ import annotations

from journey import names
from journey.facts import datastores, delivery, gateways
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.workload.datastores.place import PRIORITY
from journey.workload.place import Object, Rendered

PRIORITIES = {
    "low": (1_000, "Gives way first: work that can wait."),
    "normal": (10_000, "What most services are."),
    "high": (100_000, "What others stand on, and what production needs."),
    "critical": (1_000_000, "The way in, and what must run for anything to be repaired."),
}
"""Priority by name; all far below the system's own, which begin at 2,000,000,000 (kubernetes.io, "Pod Priority")."""


def objects(view: View, cluster: str) -> list[Rendered]:
    """The objects of a cluster that belong to no namespace."""
    origin = Pointer(resolve.ROOT_FILE, ("clusters", cluster))
    labels = {names.PART_OF: resolve.settings(view).name, names.MANAGED_BY: names.MANAGER}
    used = _priorities(view, cluster)
    found = [_priority(name, labels) for name in PRIORITIES if name in used]
    if resolve.cluster(view, cluster).gateway == "gateway-api":
        found.append(_gateway_class(gateways.class_name(view), labels))
    return [Rendered(item["kind"], item["metadata"]["name"], item, origin) for item in found]


def _priorities(view: View, cluster: str) -> set[str]:
    """The priorities that something on the cluster has."""
    found: set[str] = set()
    for environment in delivery.environments_on(view, cluster):
        for name in resolve.services_at(view, environment, cluster):
            if "priorityClass" not in resolve.without(view, name, environment, cluster):
                found.add(resolve.priority(view, name, environment, cluster))
        if resolve.datastores(view, environment) and not datastores.is_managed(view, environment):
            found.add(PRIORITY)
    return found


def _priority(name: str, labels: dict[str, str]) -> Object:
    value, description = PRIORITIES[name]
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name, "labels": labels},
        "value": value,
        "description": description,
    }


def _gateway_class(name: str, labels: dict[str, str]) -> Object:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": name, "labels": labels},
        "spec": {"controllerName": gateways.CONTROLLER},
    }
