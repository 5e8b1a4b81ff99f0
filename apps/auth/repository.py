"""All SQL of the service. Moments are the database's, so that pods with wrong clocks agree on what is late."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.tables import ACCOUNTS, FAMILIES, REFRESH_TOKENS

Outcome = Literal["rotated", "repeated", "reused", "ended"]


@dataclass(frozen=True)
class Rotation:
    """What came of a refresh token; account, session and token where the session goes on."""

    outcome: Outcome
    account: uuid.UUID | None = None
    session: uuid.UUID | None = None
    token: str = ""


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def successor(token: str, nonce: bytes) -> str:
    """The token after this one: only who holds this one, and the database, can tell it together."""
    return urlsafe_b64encode(hmac.digest(token.encode(), nonce, "sha256")).decode().rstrip("=")


def hashed(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def _after(seconds: int) -> Any:
    return sa.func.now() + sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def _going_on() -> Any:
    return sa.and_(FAMILIES.c.revoked_at.is_(None), FAMILIES.c.expires_at > sa.func.now())


async def add_account(connection: AsyncConnection, email: str, password_hash: str) -> uuid.UUID | None:
    """The new account's id; None when the address is taken."""
    made = insert(ACCOUNTS).values(id=uuid.uuid4(), email=email, password_hash=password_hash)
    done = await connection.execute(made.on_conflict_do_nothing().returning(ACCOUNTS.c.id))
    found: uuid.UUID | None = done.scalar_one_or_none()
    return found


async def find_account(connection: AsyncConnection, email: str) -> tuple[uuid.UUID, str] | None:
    """The id and the password's hash of an address's account."""
    asked = sa.select(ACCOUNTS.c.id, ACCOUNTS.c.password_hash).where(ACCOUNTS.c.email == email)
    row = (await connection.execute(asked)).one_or_none()
    return None if row is None else (row.id, row.password_hash)


async def set_password_hash(connection: AsyncConnection, account: uuid.UUID, before: str, after: str) -> None:
    """Replace a hash, unless the password was changed meanwhile."""
    await connection.execute(
        ACCOUNTS.update()
        .where(ACCOUNTS.c.id == account, ACCOUNTS.c.password_hash == before)
        .values(password_hash=after)
    )


async def begin(connection: AsyncConnection, account: uuid.UUID, client: str, seconds: int) -> tuple[uuid.UUID, str]:
    """A new family for a device: its id, which is the session's, and its first token."""
    family, token = uuid.uuid4(), new_token()
    await connection.execute(
        FAMILIES.insert().values(id=family, account_id=account, client=client, expires_at=_after(seconds))
    )
    await connection.execute(REFRESH_TOKENS.insert().values(hash=hashed(token), family_id=family))
    return family, token


async def rotate(connection: AsyncConnection, token: str, grace: int) -> Rotation:
    """Spend a refresh token.

    A token that is spent already gives the same successor again for `grace` seconds: that is the loser of a race
    between two tabs. Later it is a theft or as good as one, and ends the family. The family's row is locked first, so
    that races are decided one after the other, and the locked row is what is judged.
    """
    family = (
        await connection.execute(
            sa.select(FAMILIES.c.id, FAMILIES.c.account_id, _going_on().label("going_on"))
            .where(
                FAMILIES.c.id
                == sa.select(REFRESH_TOKENS.c.family_id).where(REFRESH_TOKENS.c.hash == hashed(token)).scalar_subquery()
            )
            .with_for_update()
        )
    ).one_or_none()
    if family is None or not family.going_on:
        return Rotation("ended")
    # clock_timestamp(), not now(): a transaction that waited for the lock began before the winner's moment.
    late = REFRESH_TOKENS.c.spent_at + sa.func.make_interval(0, 0, 0, 0, 0, 0, grace) < sa.func.clock_timestamp()
    kept = (
        await connection.execute(
            sa.select(REFRESH_TOKENS.c.spent_at, REFRESH_TOKENS.c.nonce, late.label("late")).where(
                REFRESH_TOKENS.c.hash == hashed(token)
            )
        )
    ).one()
    if kept.spent_at is None:
        return Rotation("rotated", family.account_id, family.id, await _spend(connection, family.id, token))
    if kept.late:
        await revoke(connection, family.account_id, family.id, "reuse")
        return Rotation("reused", family.account_id, family.id)
    return Rotation("repeated", family.account_id, family.id, successor(token, kept.nonce))


async def _spend(connection: AsyncConnection, family: uuid.UUID, token: str) -> str:
    nonce = secrets.token_bytes(32)
    after = successor(token, nonce)
    spent = REFRESH_TOKENS.update().where(REFRESH_TOKENS.c.hash == hashed(token))
    await connection.execute(spent.values(spent_at=sa.func.clock_timestamp(), nonce=nonce))
    await connection.execute(REFRESH_TOKENS.insert().values(hash=hashed(after), family_id=family))
    await connection.execute(FAMILIES.update().where(FAMILIES.c.id == family).values(used_at=sa.func.now()))
    return after


async def end_by_token(connection: AsyncConnection, token: str) -> None:
    """End the session that a token, spent or not, belongs to: logout knows no grace."""
    family = sa.select(REFRESH_TOKENS.c.family_id).where(REFRESH_TOKENS.c.hash == hashed(token)).scalar_subquery()
    await connection.execute(
        FAMILIES.update()
        .where(FAMILIES.c.id == family, FAMILIES.c.revoked_at.is_(None))
        .values(revoked_at=sa.func.now(), revoked_for="logout")
    )


async def revoke(connection: AsyncConnection, account: uuid.UUID, family: uuid.UUID | None, reason: str) -> int:
    """End one session of an account, or all; how many went on until now."""
    ended = FAMILIES.update().where(FAMILIES.c.account_id == account, _going_on())
    if family is not None:
        ended = ended.where(FAMILIES.c.id == family)
    return (await connection.execute(ended.values(revoked_at=sa.func.now(), revoked_for=reason))).rowcount


async def sessions(connection: AsyncConnection, account: uuid.UUID) -> Sequence[sa.Row[Any]]:
    """The account's sessions that go on, the newest first, a hundred at most."""
    asked = sa.select(FAMILIES).where(FAMILIES.c.account_id == account, _going_on())
    return (await connection.execute(asked.order_by(FAMILIES.c.created_at.desc()).limit(100))).all()
