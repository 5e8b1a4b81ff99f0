"""What the service does, apart from HTTP and SQL."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import structlog
from prometheus_client import CollectorRegistry, Counter

from auth import repository
from auth.errors import (
    AddressTaken,
    NoSuchSession,
    PasswordTooShort,
    RegistrationClosed,
    SessionEnded,
    Unauthenticated,
    WrongCredentials,
)
from auth.keys import Keys
from auth.passwords import Passwords
from auth.schemas import Tokens
from auth.settings import AuthSettings
from auth.throttle import Throttle
from kit.database import Database


class Auth:
    """Accounts, sessions and tokens."""

    def __init__(
        self,
        settings: AuthSettings,
        database: Database,
        keys: Keys,
        passwords: Passwords,
        throttle: Throttle,
        registry: CollectorRegistry,
    ) -> None:
        self._settings, self._database, self.keys, self._passwords = settings, database, keys, passwords
        self._throttle = throttle
        self._logins = Counter("auth_logins", "Attempts to sign in.", ["method", "outcome"], registry=registry)
        self._refreshes = Counter("auth_refreshes", "Refresh tokens presented.", ["outcome"], registry=registry)
        self._reuses = Counter(
            "auth_refresh_reuse", "Families revoked because a spent refresh token came back.", registry=registry
        )

    async def register(self, email: str, password: str) -> uuid.UUID:
        """The new account's id. Raises RegistrationClosed, PasswordTooShort, AddressTaken, Overloaded."""
        if not self._settings.registration_open:
            raise RegistrationClosed
        least = self._settings.password_min_length
        if len(password) < least:
            raise PasswordTooShort(f"Take at least {least} characters; a sentence is good.", least=least)
        password_hash = await self._passwords.hash(password)
        async with self._database.transaction() as connection:
            made = await repository.add_account(connection, email, password_hash)
        if made is None:
            raise AddressTaken
        return made

    async def login(self, email: str, password: str, client: str, address: str) -> Tokens:
        """A new session. Raises WrongCredentials, TooManyTries, Overloaded.

        No connection is held while a hash is computed.
        """
        await self._throttle.admit(email, address)
        async with self._database.transaction() as connection:
            found = await repository.find_account(connection, email)
        if not await self._passwords.verify(found[1] if found else None, password) or found is None:
            self._logins.labels("password", "refused").inc()
            await self._throttle.count(email, address)
            raise WrongCredentials
        account, kept = found
        await self._throttle.forget(email, address)
        renewed = await self._passwords.hash(password) if self._passwords.outdated(kept) else None
        async with self._database.transaction() as connection:
            if renewed:
                await repository.set_password_hash(connection, account, kept, renewed)
            session, token = await repository.begin(connection, account, client, self._settings.refresh_token_seconds)
        self._logins.labels("password", "accepted").inc()
        return self._tokens(account, session, token)

    async def refresh(self, token: str) -> Tokens:
        """The next tokens of a session. Raises SessionEnded, for a reused token after its family was revoked."""
        async with self._database.transaction() as connection:
            done = await repository.rotate(connection, token, self._settings.refresh_grace_seconds)
        self._refreshes.labels(done.outcome).inc()
        if done.outcome == "reused":
            self._reuses.inc()
            structlog.get_logger("auth").warning(
                "a spent one came back: session revoked", account=str(done.account), session=str(done.session)
            )
        if done.account is None or done.session is None or not done.token:
            raise SessionEnded
        return self._tokens(done.account, done.session, done.token)

    async def logout(self, token: str) -> None:
        """End the session of a refresh token; one that is unknown has nothing to end."""
        async with self._database.transaction() as connection:
            await repository.end_by_token(connection, token)

    async def sessions(self, account: uuid.UUID) -> Sequence[sa.Row[Any]]:
        """The account's sessions."""
        async with self._database.transaction() as connection:
            return await repository.sessions(connection, account)

    async def end(self, account: uuid.UUID, session: uuid.UUID | None) -> None:
        """End one session of the account, or all. Raises NoSuchSession."""
        async with self._database.transaction() as connection:
            ended = await repository.revoke(connection, account, session, "logout" if session else "logout-everywhere")
        if session is not None and not ended:
            raise NoSuchSession

    def caller(self, authorization: str | None) -> tuple[uuid.UUID, uuid.UUID]:
        """The account and session of an `Authorization` header. Raises Unauthenticated. No database is asked."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated
        return self.keys.verify(token.strip())

    def _tokens(self, account: uuid.UUID, session: uuid.UUID, token: str) -> Tokens:
        return Tokens(
            access_token=self.keys.sign(account, session),
            expires_in=self._settings.access_token_seconds,
            refresh_token=token,
        )
