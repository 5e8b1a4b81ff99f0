"""The one layer around every request: its id, its span, its figures and its line in the log.

It is one pure ASGI wrapper instead of a middleware for each, and makes one span a request: spans for each receive and
send cost more than a small handler does.
"""

from __future__ import annotations

import re
import time
import uuid

import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit import tracing
from kit.drain import Drain
from kit.metrics import HttpMetrics

REQUEST_ID = "X-Request-Id"
UNROUTED = "unmatched"
QUIET = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked every few seconds by machines: counted, and neither traced nor logged."""
METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def request_id(scope: Scope) -> str:
    """The caller's id where it is harmless in a log and a header, else a new one."""
    said = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return said.decode() if _SAFE_ID.fullmatch(said) else uuid.uuid4().hex


def route(scope: Scope) -> str:
    """The template of the route that answered, such as `/v1/items/{item}`."""
    found = getattr(scope.get("route"), "path", None)
    return found if isinstance(found, str) else UNROUTED


class Observed:
    """An application whose requests are counted, traced and logged."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics, provider: TracerProvider, drain: Drain) -> None:
        self._app, self._metrics, self._drain = app, metrics, drain
        self._tracer = provider.get_tracer("kit")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._drain.in_progress += 1
        self._metrics.in_progress.inc()
        try:
            await self._answer(scope, receive, send)
        finally:
            self._metrics.in_progress.dec()
            self._drain.in_progress -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        identity, method = request_id(scope), scope["method"] if scope["method"] in METHODS else "other"
        status, begin = 500, time.perf_counter()

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = identity
                if self._drain.begun:
                    headers["Connection"] = "close"
            await send(message)

        if scope["path"] in QUIET:
            try:
                await self._app(scope, receive, told)
            finally:
                self._metrics.observe(method, scope["path"], status, time.perf_counter() - begin)
            return
        context = tracing.incoming(scope["headers"])
        with (
            structlog.contextvars.bound_contextvars(request_id=identity),
            self._tracer.start_as_current_span(method, context, SpanKind.SERVER) as span,
        ):
            try:
                await self._app(scope, receive, told)
            finally:
                seconds, template = time.perf_counter() - begin, route(scope)
                span.update_name(f"{method} {template}")
                span.set_attributes(
                    {"http.request.method": method, "http.route": template, "http.response.status_code": status}
                )
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
                self._metrics.observe(method, template, status, seconds)
                structlog.get_logger("kit").info(
                    "answered", method=method, route=template, status=status, milliseconds=round(seconds * 1000, 2)
                )
