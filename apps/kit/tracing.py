"""Traces: who is told, and the context that a request brings along (W3C traceparent)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
_NAMES = (b"traceparent", b"tracestate")


def provider(service: str, deployment: str, endpoint: str | None) -> TracerProvider:
    """A provider whose spans name the service and the release. Without an endpoint spans are made and dropped."""
    made = TracerProvider(resource=Resource.create({"service.name": service, "deployment.id": deployment}))
    if endpoint:
        made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return made


def incoming(headers: Iterable[tuple[bytes, bytes]]) -> Context:
    """The context that the caller's headers carry; an empty one where they are missing or malformed."""
    return _PROPAGATOR.extract({name.decode(): value.decode("latin-1") for name, value in headers if name in _NAMES})


def outgoing() -> Mapping[str, str]:
    """The headers that lead the current trace on to another service."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier
