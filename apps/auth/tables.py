"""The service's tables. A refresh token is never stored, only its SHA-256: 256 random bits need no slow hash."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

METADATA = sa.MetaData()


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=sa.func.now() if now else None)


ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    _moment("created_at", now=True),
)
FAMILIES = sa.Table(
    "families",
    METADATA,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("account_id", UUID(as_uuid=True), sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    sa.Column("client", sa.Text, nullable=False),
    _moment("created_at", now=True),
    _moment("used_at", now=True),
    _moment("expires_at"),
    _moment("revoked_at", nullable=True),
    sa.Column("revoked_for", sa.Text),
    sa.Index("families_of_account", "account_id"),
)
REFRESH_TOKENS = sa.Table(
    "refresh_tokens",
    METADATA,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("family_id", UUID(as_uuid=True), sa.ForeignKey("families.id", ondelete="CASCADE"), nullable=False),
    _moment("spent_at", nullable=True),
    sa.Column("nonce", sa.LargeBinary),
    sa.Index("refresh_tokens_live", "family_id", unique=True, postgresql_where=sa.text("spent_at IS NULL")),
)
"""The unique index is the promise that a family never has two live branches, kept by the database itself."""
API_TOKENS = sa.Table(
    "api_tokens",
    METADATA,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("account_id", UUID(as_uuid=True), sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", ARRAY(sa.Text), nullable=False),
    _moment("created_at", now=True),
    _moment("expires_at"),
    _moment("revoked_at", nullable=True),
    sa.Index("api_tokens_of_account", "account_id"),
)
