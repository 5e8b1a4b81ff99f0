"""What is sent and answered. A password has at most 256 characters, so that hashing one has a bound."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$"
    ),
]


Scope = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}:[a-z][a-z-]{0,31}$")]


class Asked(BaseModel):
    """A body that may say nothing else."""

    model_config = ConfigDict(extra="forbid")


class Credentials(Asked):
    """Who signs in or registers."""

    email: Address = Field(examples=["ada@example.com"])
    password: SecretStr = Field(min_length=1, max_length=256, examples=["a long sentence that nobody guesses"])


class Refresh(Asked):
    """A refresh token, to be spent or to end its session."""

    refresh_token: SecretStr = Field(min_length=1, max_length=128)


class NewApiToken(Asked):
    """A token for a machine: what it is for, what it may do, for how many days."""

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$", examples=["deploys from CI"])
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    days: int = Field(default=90, ge=1, le=365)


class ApiToken(BaseModel):
    """A token that is valid; it cannot be shown again."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime


class MadeApiToken(ApiToken):
    """A token that was made, shown this once."""

    token: str


class ApiTokens(BaseModel):
    """The caller's tokens that are valid, the newest first."""

    items: list[ApiToken]


class Account(BaseModel):
    """An account that was made."""

    id: UUID
    email: str


class Tokens(BaseModel):
    """An access token for requests, and the one refresh token that continues the session."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    refresh_token: str


class Session(BaseModel):
    """A device that is signed in."""

    id: UUID
    client: str
    created_at: datetime
    used_at: datetime
    current: bool


class Sessions(BaseModel):
    """The caller's sessions that go on, the newest first."""

    items: list[Session]
