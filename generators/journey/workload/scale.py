"""How many pods there are, and how many may go at once."""

from __future__ import annotations

from journey import names
from journey.facts import observability, scaling
from journey.facts.delivery import SCALED
from journey.facts.scaling import Scale
from journey.workload.place import LAST, Object, Place

FALLBACK_AFTER = 3
"""Failed queries in a row after which KEDA keeps the fewest pods (its documentation's example)."""


def scale(place: Place) -> Scale:
    """The scale of the service."""
    return scaling.scale(place.view, *place.key)


def autoscaler(place: Place, wanted: Scale) -> Object | None:
    """What changes the number of pods: KEDA where requests drive it, else the HorizontalPodAutoscaler."""
    if not wanted.autoscaled:
        return None
    if wanted.requests_per_second is not None:
        return _scaled_object(place, wanted, wanted.requests_per_second)
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": place.meta(place.service, LAST),
        "spec": {
            "scaleTargetRef": _target(place),
            "minReplicas": max(wanted.least, 1),
            "maxReplicas": wanted.most,
            "metrics": [
                {"type": "Resource", "resource": {"name": name, "target": _utilisation(percent)}}
                for name, percent in (("cpu", wanted.cpu), ("memory", wanted.memory))
                if percent is not None
            ],
        },
    }


SHORT = 52
"""Most characters of the name of a CronJob or StatefulSet: what is made of it gets a suffix of up to eleven more
(kubernetes.io/docs/concepts/workloads/controllers/cron-jobs; a revision's name is a label)."""


def workload_name(place: Place) -> str:
    """The name of what runs the pods; a StatefulSet's survives a renaming, as its volumes' names hang on it."""
    if place.spec.kind == "stateful":
        return names.join(place.identity, limit=SHORT)
    return names.join(place.service, limit=SHORT) if place.spec.kind == "cron" else place.service


def _target(place: Place) -> Object:
    return {"apiVersion": "apps/v1", "kind": SCALED[place.spec.kind], "name": workload_name(place)}


def _utilisation(percent: int) -> Object:
    return {"type": "Utilization", "averageUtilization": percent}


def _scaled_object(place: Place, wanted: Scale, requests: int) -> Object:
    """Requests per second and pod from Prometheus (keda.sh/docs/latest/scalers/prometheus); CPU and memory beside."""
    metric = observability.request_metric(place.view, *place.key)
    triggers: list[Object] = [
        {
            "type": "prometheus",
            "metadata": {
                "serverAddress": observability.prometheus(place.view, place.cluster),
                "query": f'sum(rate({metric}{{namespace="{place.namespace}"}}[2m]))',
                "threshold": str(requests),
            },
        }
    ]
    triggers.extend(
        {"type": name, "metricType": "Utilization", "metadata": {"value": str(percent)}}
        for name, percent in (("cpu", wanted.cpu), ("memory", wanted.memory))
        if percent is not None
    )
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": place.meta(place.service, LAST),
        "spec": {
            "scaleTargetRef": _target(place),
            "minReplicaCount": wanted.least,
            "maxReplicaCount": wanted.most,
            "fallback": {"failureThreshold": FALLBACK_AFTER, "replicas": max(wanted.least, 1)},
            "triggers": triggers,
        },
    }


def disruption_budget(place: Place, wanted: Scale) -> Object | None:
    """A budget that no drain waits for in vain: one pod may always go, and a broken one never holds a node."""
    if place.spec.kind not in SCALED or "podDisruptionBudget" in place.spec.without:
        return None
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": place.meta(place.service, LAST),
        "spec": {
            "maxUnavailable": scaling.disruptions(wanted),
            "selector": {"matchLabels": place.selector},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }
