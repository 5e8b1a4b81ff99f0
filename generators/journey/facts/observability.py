"""Where measurements are kept, and which of a service's metrics counts its requests."""

from __future__ import annotations

from journey.facts.platform_peers import namespace_of
from journey.spec import resolve
from journey.spec.view import View, query

SEMANTIC_CONVENTION = "http_server_request_duration_seconds_count"
"""Requests as OpenTelemetry's HTTP conventions name them (opentelemetry.io/docs/specs/semconv/http/http-metrics)."""


@query
def prometheus(view: View, cluster: str) -> str:
    """The URL of a cluster's Prometheus; empty where none runs.

    The operator puts the Service `prometheus-operated` before the servers, whatever the chart's release is called
    (prometheus-operator.dev, "Governing Service").
    """
    found = namespace_of(view, cluster, "monitoring")
    return f"http://prometheus-operated.{found}.svc:9090" if found else ""


def request_metric(view: View, service: str, environment: str, cluster: str) -> str:
    """The counter of a service's requests: one it names, else the count of a duration it names, else the convention."""
    found = resolve.service(view, service, environment, cluster)
    known = found.metrics.names if found is not None and found.metrics is not None else {}
    for name, metric in known.items():
        if metric.type == "counter" and name.endswith("requests_total"):
            return name
    for name, metric in known.items():
        if metric.type == "histogram" and "request_duration" in name:
            return f"{name}_count"
    return SEMANTIC_CONVENTION
