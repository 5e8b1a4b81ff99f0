"""A limit on wrong passwords, by account and address together: a guesser is slowed, and the owner elsewhere is not.

The count lives in the cache. Without it nothing is limited here, and the gateway's limit and the bounded pool of
hashes still hold: who owns an account can always sign in.
"""

from __future__ import annotations

import hashlib

from redis.asyncio import Redis

from auth.errors import TooManyTries
from kit.cache import FAILURES

TRIES = 10
"""Wrong passwords in a row before the first wait."""
SECONDS = 300
"""How long they are remembered, from the first one."""


class Throttle:
    """The wrong tries of late."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def admit(self, email: str, address: str) -> None:
        """Raises TooManyTries, with the time until the next try counts."""
        key = _key(email, address)
        try:
            tries, left = await self._client.get(key), await self._client.ttl(key)
        except FAILURES:
            return
        if tries is not None and int(tries) >= TRIES:
            raise TooManyTries(retry_after=max(1, left))

    async def count(self, email: str, address: str) -> None:
        """Remember a wrong try. Both commands go as one transaction, so that no count stays for ever."""
        key = _key(email, address)
        try:
            async with self._client.pipeline(transaction=True) as together:
                _ = together.set(key, 0, ex=SECONDS, nx=True)  # EXPIRE ... NX would need Redis 7
                _ = together.incr(key)
                await together.execute()
        except FAILURES:
            return

    async def forget(self, email: str, address: str) -> None:
        """The password was right."""
        try:
            await self._client.delete(_key(email, address))
        except FAILURES:
            return

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _key(email: str, address: str) -> str:
    """No address of a person stands in the cache."""
    return "auth:tries:" + hashlib.sha256(f"{email}\0{address}".encode()).hexdigest()
