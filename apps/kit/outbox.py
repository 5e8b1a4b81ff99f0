"""Events that leave a service if and only if what they tell of was committed: at least once, in the order of their id.

A service writes an event in the transaction of its change. A loop hands due events to a sender; what fails comes back
later and later, and rests as a dead letter after the last try until somebody replays it.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.database import Database

TRIES = 8
LONGEST_WAIT = 3600
"""Seconds between two tries, at most: 2, 4, 8, ... up to this."""


class SendFailed(Exception):
    """What a sender raises when an event did not arrive; its text is kept with the event."""


@dataclass(frozen=True)
class Event:
    """One event: `id` is the same at every delivery, so that a receiver can tell one that it has had."""

    id: uuid.UUID
    topic: str
    payload: dict[str, Any]


def table(metadata: sa.MetaData, schema: str | None = None) -> sa.Table:
    """The table of a service's outbox, for its migrations and for `Outbox`."""
    return sa.Table(
        "outbox",
        metadata,
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("id", UUID(as_uuid=True), nullable=False, unique=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("dead_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text),
        sa.Index("outbox_due", "due_at", postgresql_where=sa.text("dead_at IS NULL")),
        schema=schema,
    )


class Outbox:
    """A service's outbox, on its table."""

    def __init__(self, events: sa.Table) -> None:
        self._events = events

    async def put(self, connection: AsyncConnection, topic: str, payload: dict[str, Any]) -> uuid.UUID:
        """Write an event in the caller's transaction; its id."""
        made = uuid.uuid4()
        await connection.execute(self._events.insert().values(id=made, topic=topic, payload=payload))
        return made

    async def deliver(self, database: Database, send: Callable[[Event], Awaitable[None]]) -> bool:
        """Hand the next due event to `send`; False when none is due.

        The row stays locked meanwhile and others skip it, so several pods share the work. A pod that dies before the
        commit leaves the event for the next one: it may arrive twice, and never not at all.
        """
        events = self._events
        async with database.transaction() as connection:
            row = (
                await connection.execute(
                    sa.select(events)
                    .where(events.c.dead_at.is_(None), events.c.due_at <= sa.func.now())
                    .order_by(events.c.number)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
            ).one_or_none()
            if row is None:
                return False
            try:
                await send(Event(row.id, row.topic, row.payload))
            except SendFailed as error:
                await self._failed(connection, row.number, row.tries + 1, str(error))
            else:
                await connection.execute(events.delete().where(events.c.number == row.number))
        return True

    async def _failed(self, connection: AsyncConnection, number: int, tries: int, error: str) -> None:
        wait = sa.func.make_interval(0, 0, 0, 0, 0, 0, min(2**tries, LONGEST_WAIT))
        await connection.execute(
            self._events.update()
            .where(self._events.c.number == number)
            .values(
                tries=tries,
                error=error[:1000],
                due_at=sa.func.now() + wait,
                dead_at=sa.func.now() if tries >= TRIES else None,
            )
        )

    async def replay(self, connection: AsyncConnection) -> int:
        """Make every dead letter due at once, with all its tries; how many there were."""
        done = await connection.execute(
            self._events.update()
            .where(self._events.c.dead_at.is_not(None))
            .values(tries=0, dead_at=None, due_at=sa.func.now())
        )
        return done.rowcount
