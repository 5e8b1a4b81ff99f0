"""Metrics of an application, in a registry of its own, at `/metrics` in the OpenMetrics format with exemplars."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from opentelemetry import trace
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 10)
"""Seconds. The thresholds of the services' objectives (100, 200, 300, 400, 500 ms) are bounds, so none is guessed."""


class HttpMetrics:
    """What every service measures of its requests; `route` is the template, never the path, which has no bound."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.total = Counter("http_requests", "Requests answered.", ["method", "route", "status"], registry=registry)
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "Time from the first byte of a request to the last byte of its answer.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=registry,
        )
        self.in_progress = Gauge("http_requests_in_progress", "Requests being answered now.", registry=registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer, with its trace as the exemplar where it is sampled."""
        self.total.labels(method, route, str(status)).inc()
        context = trace.get_current_span().get_span_context()
        exemplar = {"trace_id": f"{context.trace_id:032x}"} if context.trace_flags.sampled else None
        self.seconds.labels(method, route).observe(seconds, exemplar)


def router(registry: CollectorRegistry) -> APIRouter:
    """`/metrics` of the registry."""
    made = APIRouter(include_in_schema=False)

    @made.get("/metrics")
    async def metrics() -> Response:
        written: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
        return Response(written, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return made
