"""For the tests of services: an application asked in process, from its start to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from fastapi import FastAPI


@asynccontextmanager
async def client(app: FastAPI, raises: bool = True) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the started application. With `raises=False` a bug is seen as its callers see it, as a 500."""
    transport = httpx2.ASGITransport(app, raise_app_exceptions=raises)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://test") as made,
    ):
        yield made
