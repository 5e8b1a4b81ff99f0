"""The application of a service: its routers, with everything around them that all services have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from kit import health, metrics, problems, tracing
from kit.drain import Drain
from kit.metrics import HttpMetrics
from kit.requests import Observed
from kit.settings import Settings


class Application(FastAPI):
    """An application that is observed from outside everything else, answers to unforeseen errors included."""

    def __init__(self, observe: Callable[[ASGIApp], Observed], **given: Any) -> None:
        super().__init__(**given)
        self._observe = observe

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette's own stack, whose outermost layer answers unforeseen errors, within ours."""
        return self._observe(super().build_middleware_stack())


def create(
    settings: Settings,
    title: str,
    routers: Sequence[APIRouter],
    *,
    registry: CollectorRegistry | None = None,
    drain: Drain | None = None,
    checks: Mapping[str, health.Check] | None = None,
    closing: Sequence[Callable[[], Awaitable[None]]] = (),
) -> FastAPI:
    """An application that answers the routers, `/livez`, `/readyz` and `/metrics`; `closing` runs at its end."""
    found, end = registry or CollectorRegistry(), drain or Drain()
    provider = tracing.provider(settings.service_name, settings.deployment_id, settings.traces_endpoint)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        for close in closing:
            await close()
        provider.shutdown()

    observe = partial(Observed, metrics=HttpMetrics(found), provider=provider, drain=end)
    app = Application(observe, title=title, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app)
    for router in (*routers, health.router(end, checks or {}), metrics.router(found)):
        app.include_router(router)
    return app
