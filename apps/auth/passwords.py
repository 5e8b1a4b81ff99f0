"""Password hashes by argon2id, a few at a time: each takes 19 MiB and tens of milliseconds of a core."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from prometheus_client import CollectorRegistry, Histogram

from auth.settings import AuthSettings
from kit.problems import Overloaded

T = TypeVar("T")
WAITING = 16
"""How many may wait for each one that is hashed; more would wait longer than a caller does."""


class Passwords:
    """Hashes and verifies in threads, which argon2 lets run beside the loop."""

    def __init__(self, settings: AuthSettings, registry: CollectorRegistry) -> None:
        self._hasher = PasswordHasher(
            settings.password_hash_passes, settings.password_hash_memory_kib, settings.password_hash_lanes
        )
        self._threads = ThreadPoolExecutor(settings.password_hashes_at_once, "argon2")
        self._room = settings.password_hashes_at_once * (1 + WAITING)
        self._nobody = self._hasher.hash(secrets.token_hex())
        self._seconds = Histogram(
            "auth_password_hash_seconds", "Time to hash a password, waiting included.", registry=registry
        )

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises Overloaded when too many wait already."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether it is the password; without an account the same time is spent, so that nobody can tell."""
        return await self._run(lambda: self._matches(kept or self._nobody, password)) and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made by other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._room == 0:
            raise Overloaded("Too many people sign in at this moment.", retry_after=2)
        self._room -= 1
        begin = time.perf_counter()
        future = self._threads.submit(work)
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _done: loop.call_soon_threadsafe(self._free))  # when it ends, not its caller
        try:
            return await asyncio.wrap_future(future)
        finally:
            self._seconds.observe(time.perf_counter() - begin)

    def _free(self) -> None:
        self._room += 1

    async def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False)
