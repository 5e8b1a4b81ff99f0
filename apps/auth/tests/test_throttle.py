"""Wrong passwords: a guesser waits, the owner elsewhere does not, and nobody is locked out when the cache is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import httpx2
import pytest

from auth.app import create
from auth.settings import AuthSettings
from auth.tests.test_sessions import sign_in, slug
from auth.throttle import SECONDS, TRIES
from kit.testing import client

if TYPE_CHECKING:
    from conftest import RedisProcess

pytestmark = pytest.mark.anyio


@pytest.fixture
async def web(settings: AuthSettings, redis_server: RedisProcess) -> AsyncIterator[httpx2.AsyncClient]:
    port = redis_server.settings.cache_port
    async with client(create(settings.model_copy(update={"cache_port": port}))) as asking:
        yield asking


async def login(web: httpx2.AsyncClient, body: dict[str, str], address: str, password: str = "") -> httpx2.Response:
    said = {**body, "password": password or body["password"]}
    return await web.post("/v1/auth/login", json=said, headers={"X-Real-IP": address})


async def guess(web: httpx2.AsyncClient, body: dict[str, str], times: int) -> list[int]:
    return [(await login(web, body, "192.0.2.1", "wrong")).status_code for _ in range(times)]


async def test_a_guesser_waits_and_the_owner_elsewhere_does_not(web: httpx2.AsyncClient) -> None:
    body = (await sign_in(web))["body"]
    assert await guess(web, body, TRIES) == [401] * TRIES
    answer = await login(web, body, "192.0.2.1")
    assert slug(answer) == (429, "too-many-tries")
    assert SECONDS - 30 < int(answer.headers["retry-after"]) <= SECONDS
    assert (await login(web, body, "198.51.100.7")).status_code == 200


async def test_a_right_password_clears_the_count(web: httpx2.AsyncClient) -> None:
    body = (await sign_in(web))["body"]
    for _ in range(2):
        await guess(web, body, TRIES - 1)
        assert (await login(web, body, "192.0.2.1")).status_code == 200


async def test_nobody_is_locked_out_when_the_cache_is_gone(web: httpx2.AsyncClient, redis_server: RedisProcess) -> None:
    body = (await sign_in(web))["body"]
    await guess(web, body, TRIES)
    redis_server.kill()
    assert (await login(web, body, "192.0.2.1")).status_code == 200
