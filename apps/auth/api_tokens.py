"""API tokens: what machines call with. They are scoped, expire, and are kept as their SHA-256 only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import repository
from auth.errors import NoSuchToken, Unauthenticated
from auth.tables import API_TOKENS
from kit.database import Database

PREFIX = "rj_"
"""So that people and scanners of repositories know one when they see it."""
MOST_LISTED = 100


def _valid() -> Any:
    return sa.and_(API_TOKENS.c.revoked_at.is_(None), API_TOKENS.c.expires_at > sa.func.now())


class ApiTokens:
    """The tokens of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, account: uuid.UUID, name: str, scopes: Sequence[str], days: int) -> tuple[str, sa.Row[Any]]:
        """A new token and its row; the token is told here and never again."""
        token = PREFIX + repository.new_token()
        made = (
            API_TOKENS.insert()
            .values(
                id=uuid.uuid4(),
                hash=repository.hashed(token),
                account_id=account,
                name=name,
                scopes=sorted(set(scopes)),
                expires_at=sa.func.now() + sa.func.make_interval(0, 0, 0, days),
            )
            .returning(API_TOKENS)
        )
        async with self._database.transaction() as connection:
            return token, (await connection.execute(made)).one()

    async def of(self, account: uuid.UUID) -> Sequence[sa.Row[Any]]:
        """The account's valid tokens, the newest first, a hundred at most."""
        asked = sa.select(API_TOKENS).where(API_TOKENS.c.account_id == account, _valid())
        async with self._database.transaction() as connection:
            found = await connection.execute(asked.order_by(API_TOKENS.c.created_at.desc()).limit(MOST_LISTED))
            return found.all()

    async def revoke(self, account: uuid.UUID, token: uuid.UUID) -> None:
        """Make a token of the account invalid at once. Raises NoSuchToken."""
        mine = sa.and_(API_TOKENS.c.account_id == account, API_TOKENS.c.id == token, _valid())
        async with self._database.transaction() as connection:
            done = await connection.execute(API_TOKENS.update().where(mine).values(revoked_at=sa.func.now()))
        if not done.rowcount:
            raise NoSuchToken

    async def check(self, authorization: str | None) -> tuple[uuid.UUID, list[str]]:
        """The account and the scopes of an `Authorization` header. Raises Unauthenticated."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(PREFIX):
            raise Unauthenticated
        async with self._database.transaction() as connection:
            found = await _find(connection, token.strip())
        if found is None:
            raise Unauthenticated
        return found


async def _find(connection: AsyncConnection, token: str) -> tuple[uuid.UUID, list[str]] | None:
    asked = sa.select(API_TOKENS.c.account_id, API_TOKENS.c.scopes).where(
        API_TOKENS.c.hash == repository.hashed(token), _valid()
    )
    row = (await connection.execute(asked)).one_or_none()
    return None if row is None else (row.account_id, row.scopes)
