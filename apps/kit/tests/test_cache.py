"""The cache: values live for their time, one load for all who wait, and right answers without Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from kit.cache import Cache, connect

if TYPE_CHECKING:
    from conftest import RedisProcess

pytestmark = pytest.mark.anyio


class Source:
    """What is cached: it counts how often it is asked."""

    def __init__(self) -> None:
        self.asked, self.value = 0, 1
        self.wait = asyncio.Event()
        self.wait.set()

    async def load(self) -> dict[str, int]:
        self.asked += 1
        found = self.value
        await self.wait.wait()
        return {"value": found}


@pytest.fixture
async def client(redis_server: RedisProcess) -> AsyncIterator[Redis]:
    made = connect(redis_server.settings)
    yield made
    await made.aclose()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def cache(client: Redis, registry: CollectorRegistry) -> Cache:
    return Cache(client, "t:", registry)


async def test_a_value_is_loaded_once_and_lives_for_its_time(
    cache: Cache, client: Redis, registry: CollectorRegistry
) -> None:
    source = Source()
    assert [await cache.get("a", 60, source.load) for _ in range(3)] == [{"value": 1}] * 3
    assert source.asked == 1
    assert 55 < await client.ttl("t:a") <= 60
    assert registry.get_sample_value("cache_requests_total", {"outcome": "hit"}) == 2


async def test_callers_at_the_same_time_share_one_load(cache: Cache) -> None:
    source = Source()
    source.wait.clear()
    waiting = [asyncio.create_task(cache.get("a", 60, source.load)) for _ in range(50)]
    await asyncio.sleep(0.1)
    waiting[0].cancel()
    source.wait.set()
    assert await asyncio.gather(*waiting[1:]) == [{"value": 1}] * 49
    assert source.asked == 1


async def test_a_write_drops_the_value(cache: Cache) -> None:
    source = Source()
    await cache.get("a", 60, source.load)
    source.value = 2
    assert await cache.drop("a")
    assert await cache.get("a", 60, source.load) == {"value": 2}


async def test_a_load_that_a_write_overtook_is_not_kept(cache: Cache) -> None:
    source = Source()
    source.wait.clear()
    slow = asyncio.create_task(cache.get("a", 60, source.load))
    await asyncio.sleep(0.05)
    source.value = 2
    await cache.drop("a")
    source.wait.set()
    assert await slow == {"value": 1}
    assert await cache.get("a", 60, source.load) == {"value": 2}


async def test_a_failed_load_reaches_its_callers_and_is_not_kept(cache: Cache) -> None:
    async def fail() -> None:
        raise LookupError("no such thing")

    for _ in range(2):
        with pytest.raises(LookupError, match="no such thing"):
            await cache.get("a", 60, fail)
    assert await cache.get("a", 60, Source().load) == {"value": 1}


async def test_answers_stay_right_when_redis_dies_and_it_is_used_again_when_it_is_back(
    cache: Cache, redis_server: RedisProcess, registry: CollectorRegistry
) -> None:
    source = Source()
    await cache.get("a", 60, source.load)
    redis_server.kill()
    source.value = 2
    assert await cache.get("a", 60, source.load) == {"value": 2}
    assert not await cache.drop("a")
    assert registry.get_sample_value("cache_requests_total", {"outcome": "error"}) == 2
    redis_server.start()
    await cache.get("a", 60, source.load)
    asked = source.asked
    assert await cache.get("a", 60, source.load) == {"value": 2}
    assert source.asked == asked
