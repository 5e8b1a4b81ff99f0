"""Where Prometheus finds a service's metrics."""

from __future__ import annotations

from journey.facts.termination import is_dialled
from journey.workload.place import LAST, Object, Place

_API = "monitoring.coreos.com/v1"


def monitor(place: Place) -> Object | None:
    """A ServiceMonitor, or a PodMonitor where no Service leads to the port; none for what runs and ends."""
    metrics = place.spec.metrics
    if metrics is None or "monitor" in place.spec.without or place.spec.kind in ("cron", "job"):
        return None
    through_service = place.spec.kind != "stateful" and is_dialled(place.spec)
    kind, endpoints = ("ServiceMonitor", "endpoints") if through_service else ("PodMonitor", "podMetricsEndpoints")
    return {
        "apiVersion": _API,
        "kind": kind,
        "metadata": place.meta(place.service, LAST),
        "spec": {
            "selector": {"matchLabels": place.selector},
            endpoints: [{"port": metrics.port, "path": metrics.path, "interval": metrics.interval}],
        },
    }
