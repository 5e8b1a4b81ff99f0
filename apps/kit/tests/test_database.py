"""PostgreSQL: a bound on connections and on time, and errors that a caller can act on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kit.database import Database, url
from kit.problems import Overloaded, Unavailable
from kit.settings import MainDatabase

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(postgresql: MainDatabase) -> AsyncIterator[Database]:
    made = Database(url(postgresql), "kit-tests", size=2, wait=0.2)
    yield made
    await made.close()


async def test_a_block_commits_whole_or_not_at_all(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("CREATE TABLE kept (n int PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO kept VALUES (1)"))
    with pytest.raises(IntegrityError):
        async with database.transaction() as connection:
            await connection.execute(text("INSERT INTO kept VALUES (2)"))
            await connection.execute(text("INSERT INTO kept VALUES (1)"))
    async with database.transaction() as connection:
        assert (await connection.execute(text("SELECT array_agg(n) FROM kept"))).scalar_one() == [1]
        await connection.execute(text("DROP TABLE kept"))


async def test_who_waits_too_long_for_a_connection_is_told_when_to_come_back(database: Database) -> None:
    held, release = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with database.transaction():
            held.set()
            await release.wait()

    holders = [asyncio.create_task(hold()) for _ in range(2)]
    await held.wait()
    await asyncio.sleep(0.05)
    with pytest.raises(Overloaded, match=r"^No database connection came free in time\.$") as caught:
        async with database.transaction():
            pass
    assert caught.value.headers() == {"Retry-After": "1"}
    release.set()
    await asyncio.gather(*holders)


async def test_the_server_ends_a_statement_that_takes_too_long(postgresql: MainDatabase) -> None:
    database = Database(url(postgresql), "kit-tests", statement=2)
    await database.check()
    with pytest.raises(DBAPIError, match="statement timeout"):
        async with database.transaction() as connection:
            await connection.execute(text("SELECT pg_sleep(20)"))
    await database.check()
    await database.close()


async def test_a_connection_that_dies_is_told_and_replaced(database: Database) -> None:
    with pytest.raises(Unavailable, match=r"^The database does not answer\.$"):
        async with database.transaction() as connection:
            mine = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            async with database.transaction() as other:
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
            await connection.execute(text("SELECT 1"))
    await database.check()


async def test_no_server_is_told(tmp_path: Path) -> None:
    nowhere = MainDatabase(
        main_host=str(tmp_path), main_database="d", main_username="u", main_password=SecretStr("hunter2")
    )
    database = Database(url(nowhere), "kit-tests")
    with pytest.raises(Unavailable):
        async with database.transaction():
            pass
    await database.close()
    assert "hunter2" not in str(url(nowhere))
