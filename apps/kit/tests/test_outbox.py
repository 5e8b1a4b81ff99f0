"""The outbox: an event leaves if and only if its change was committed, at least once, and rests after its last try."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from kit.database import Database, url
from kit.outbox import TRIES, Event, Outbox, SendFailed, table
from kit.settings import MainDatabase

pytestmark = pytest.mark.anyio
METADATA = sa.MetaData()
EVENTS = table(METADATA, "outbox_tests")
OUTBOX = Outbox(EVENTS)


@pytest.fixture
async def database(postgresql: MainDatabase) -> AsyncIterator[Database]:
    made = Database(url(postgresql), "kit-tests", size=4)
    async with made.transaction() as connection:
        await connection.execute(sa.text("CREATE SCHEMA outbox_tests"))
        await connection.run_sync(METADATA.create_all)
    yield made
    async with made.transaction() as connection:
        await connection.execute(sa.text("DROP SCHEMA outbox_tests CASCADE"))
    await made.close()


class Receiver:
    """Takes events, or refuses them."""

    def __init__(self, refuses: bool = False) -> None:
        self.had: list[Event] = []
        self.refuses = refuses

    async def send(self, event: Event) -> None:
        self.had.append(event)
        await asyncio.sleep(0)
        if self.refuses:
            raise SendFailed("the receiver is full")


async def put(database: Database, number: int) -> None:
    async with database.transaction() as connection:
        await OUTBOX.put(connection, "changed", {"number": number})


async def make_due(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(EVENTS.update().values(due_at=sa.func.now()))


async def test_what_was_rolled_back_never_leaves(database: Database) -> None:
    receiver = Receiver()
    with pytest.raises(LookupError):
        async with database.transaction() as connection:
            await OUTBOX.put(connection, "changed", {})
            raise LookupError
    assert not await OUTBOX.deliver(database, receiver.send)
    assert receiver.had == []


async def test_events_leave_once_in_order(database: Database) -> None:
    receiver = Receiver()
    for number in range(3):
        await put(database, number)
    while await OUTBOX.deliver(database, receiver.send):
        pass
    assert [event.payload["number"] for event in receiver.had] == [0, 1, 2]


async def test_pods_share_the_work_and_none_does_anothers(database: Database) -> None:
    receiver = Receiver()
    for number in range(20):
        await put(database, number)

    async def work() -> None:
        while await OUTBOX.deliver(database, receiver.send):
            pass

    await asyncio.gather(*(work() for _ in range(4)))
    assert sorted(event.payload["number"] for event in receiver.had) == list(range(20))


async def test_one_whose_sender_died_comes_again_under_the_same_id(database: Database) -> None:
    had = []

    async def die(event: Event) -> None:
        had.append(event)
        raise asyncio.CancelledError

    await put(database, 1)
    with pytest.raises(asyncio.CancelledError):
        await OUTBOX.deliver(database, die)
    receiver = Receiver()
    assert await OUTBOX.deliver(database, receiver.send)
    assert had == receiver.had


async def test_what_fails_waits_longer_each_time_then_rests_until_it_is_replayed(database: Database) -> None:
    refusing, waits = Receiver(refuses=True), []
    await put(database, 1)
    for _ in range(TRIES):
        assert await OUTBOX.deliver(database, refusing.send)
        assert not await OUTBOX.deliver(database, refusing.send)
        async with database.transaction() as connection:
            due = sa.func.extract("epoch", EVENTS.c.due_at - sa.func.now())
            waits.append(round((await connection.execute(sa.select(due))).scalar_one()))
        await make_due(database)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256]
    assert not await OUTBOX.deliver(database, refusing.send)
    async with database.transaction() as connection:
        assert (await connection.execute(sa.select(EVENTS.c.error))).scalar_one() == "the receiver is full"
        assert await OUTBOX.replay(connection) == 1
    receiver = Receiver()
    assert await OUTBOX.deliver(database, receiver.send)
    assert receiver.had == refusing.had[:1]
