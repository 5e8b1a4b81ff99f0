"""PostgreSQL behind a pool with a bound: who waits too long for a connection is told so instead of queueing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from kit.problems import Overloaded, Unavailable
from kit.settings import MainDatabase


def url(settings: MainDatabase) -> URL:
    """The address of the service's database; a host that begins with `/` is a folder of sockets."""
    local = settings.main_host.startswith("/")
    return URL.create(
        "postgresql+asyncpg",
        settings.main_username,
        settings.main_password.get_secret_value(),
        None if local else settings.main_host,
        None if local else settings.main_port,
        settings.main_database,
        {"host": settings.main_host} if local else {},
    )


class Database:
    """A bounded pool of connections, and transactions on it."""

    def __init__(self, address: URL, service: str, size: int = 10, wait: float = 1, statement: float = 5) -> None:
        """`size` connections at most; `wait` s for a free one; `statement` s for one statement, kept by the server."""
        self.engine: AsyncEngine = create_async_engine(
            address,
            pool_size=size,
            max_overflow=0,
            pool_timeout=wait,
            pool_pre_ping=True,
            connect_args={
                "timeout": 3,
                "server_settings": {
                    "application_name": service,
                    "statement_timeout": str(int(statement * 1000)),
                    "idle_in_transaction_session_timeout": "15000",
                },
            },
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block and rolls back on an exception.

        Raises Overloaded when no connection comes free in time, Unavailable when the server does not answer.
        """
        try:
            async with self.engine.begin() as connection:
                yield connection
        except PoolTimeout:
            raise Overloaded("No database connection came free in time.", retry_after=1) from None
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("The database does not answer.", retry_after=1) from error
            raise
        except OSError as error:
            raise Unavailable("The database does not answer.", retry_after=1) from error

    async def check(self) -> None:
        """Raise when the server does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
