"""Liveness apart from readiness: a dead database must take a pod out of service, never restart it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from kit.drain import Drain

Check: TypeAlias = Callable[[], Awaitable[None]]
"""Raises when what it asks does not answer."""

FAILURES = (OSError, TimeoutError, SQLAlchemyError, RedisError)


async def _state(check: Check, seconds: float) -> str:
    """`ok`, or the kind of failure; its text may name hosts and users, so it is left out."""
    try:
        async with asyncio.timeout(seconds):
            await check()
    except FAILURES as error:
        return type(error).__name__
    return "ok"


def router(drain: Drain, checks: Mapping[str, Check], seconds: float = 1) -> APIRouter:
    """`/livez` answers while the process runs its loop; `/readyz` when every check passes and no drain has begun.

    All checks run at the same time, each for at most `seconds`.
    """
    made = APIRouter(include_in_schema=False)

    @made.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @made.get("/readyz")
    async def readyz() -> JSONResponse:
        found = await asyncio.gather(*(_state(check, seconds) for check in checks.values()))
        states = dict(zip(checks, found, strict=True))
        ready = not drain.begun and all(state == "ok" for state in found)
        status = "draining" if drain.begun else "ok" if ready else "failing"
        return JSONResponse({"status": status, "checks": states}, 200 if ready else 503)

    return made
