"""What may be lost at any time: values in Redis for a while, loaded by one caller for all who wait for them.

The cache is never needed for a right answer: when Redis is slow or gone, values are loaded from where they come from.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CollectorRegistry, Counter
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from kit.settings import CacheServer

FAILURES = (RedisError, OSError, TimeoutError)
Load = Callable[[], Awaitable[Any]]


def connect(settings: CacheServer, seconds: float = 0.25) -> Redis:
    """A client that gives up after `seconds`: a cache that answers later than the database is none."""
    secret = settings.cache_password
    return Redis(
        host=settings.cache_host,
        port=settings.cache_port,
        username=settings.cache_username,
        password=secret.get_secret_value() if secret else None,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        max_connections=50,
    )


class Cache:
    """Values as JSON under a prefix of the service."""

    def __init__(self, client: Redis, prefix: str, registry: CollectorRegistry) -> None:
        self._client, self._prefix = client, prefix
        self._loading: dict[str, asyncio.Task[Any]] = {}
        self._asked = Counter("cache_requests", "Values asked of the cache.", ["outcome"], registry=registry)

    async def get(self, key: str, seconds: int, load: Load) -> Any:
        """The cached value, or what `load` gives, which is then kept for `seconds`.

        Callers in this process who miss the same key at the same time share one load; its exception reaches them all.
        """
        found = await self._read(key)
        if found is not None:
            return json.loads(found)
        task = self._loading.get(key)
        if task is None:
            task = asyncio.ensure_future(self._fill(key, seconds, load))
            self._loading[key] = task
            task.add_done_callback(lambda _done: self._loading.pop(key, None))
        return await asyncio.shield(task)

    async def drop(self, *keys: str) -> bool:
        """Forget the keys after a write; False when Redis does not answer and old values may live until they expire."""
        for key in keys:
            self._loading.pop(key, None)
        try:
            await self._client.delete(*(self._prefix + key for key in keys))
        except FAILURES:
            return False
        return True

    async def _read(self, key: str) -> bytes | str | None:
        try:
            found: bytes | str | None = await self._client.get(self._prefix + key)
        except FAILURES:
            self._asked.labels("error").inc()
            return None
        self._asked.labels("hit" if found is not None else "miss").inc()
        return found

    async def _fill(self, key: str, seconds: int, load: Load) -> Any:
        value = await load()
        if self._loading.get(key) is not asyncio.current_task():
            return value  # dropped meanwhile: what was loaded may be from before the write
        try:
            await self._client.set(self._prefix + key, json.dumps(value), ex=seconds)
        except FAILURES:
            self._asked.labels("error").inc()
        return value
