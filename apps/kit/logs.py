"""Logs as JSON, a line an event, with the ids that join them to traces and releases, and without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog
from opentelemetry import trace

REDACTED = "[redacted]"
TELLING = ("password", "secret", "token", "authorization", "cookie", "recovery", "api_key", "private_key")
"""A field whose name contains one of these words is never written."""

Event = MutableMapping[str, Any]


def _redacted(value: Any, secrets: tuple[str, ...]) -> Any:
    """The value without known secrets, and without anything under a telling name, at any depth."""
    if isinstance(value, dict):
        return {key: REDACTED if telling(key) else _redacted(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item, secrets) for item in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, REDACTED)
    return value


def telling(name: object) -> bool:
    """Whether a field of this name is likely to carry a secret."""
    return isinstance(name, str) and any(word in name.lower() for word in TELLING)


def redactor(secrets: tuple[str, ...]) -> Callable[[Any, str, Event], Event]:
    """A processor that keeps the secrets themselves, and fields that are named like one, out of an event."""
    longest_first = tuple(sorted((secret for secret in secrets if secret), key=len, reverse=True))

    def redact(_logger: Any, _method: str, event: Event) -> Event:
        return {key: REDACTED if telling(key) else _redacted(item, longest_first) for key, item in event.items()}

    return redact


def add_trace(_logger: Any, _method: str, event: Event) -> Event:
    """Add the ids of the span that the event happens in, in hex as traceparent has them."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"], event["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return event


def configure(
    service: str, deployment: str, level: str, secrets: tuple[str, ...] = (), out: TextIO | None = None
) -> None:
    """Send what structlog and the standard library log to `out` (stdout by default), and drop what is below `level`.

    `secrets` are values that must not appear anywhere in a line, whatever field or exception they come in.
    """

    def add_release(_logger: Any, _method: str, event: Event) -> Event:
        return {**event, "service": service, "deployment_id": deployment}

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_trace,
        add_release,
    ]
    last: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redactor(secrets),
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out or sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=level, force=True)
