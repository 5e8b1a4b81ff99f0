"""Accounts, families of refresh tokens, refresh tokens."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

UP = (
    """
    CREATE TABLE accounts (
      id uuid PRIMARY KEY,
      email text NOT NULL UNIQUE,
      password_hash text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE families (
      id uuid PRIMARY KEY,
      account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
      client text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      used_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      revoked_at timestamptz,
      revoked_for text
    )
    """,
    "CREATE INDEX families_of_account ON families (account_id)",
    """
    CREATE TABLE refresh_tokens (
      hash bytea PRIMARY KEY,
      family_id uuid NOT NULL REFERENCES families ON DELETE CASCADE,
      spent_at timestamptz,
      nonce bytea
    )
    """,
    "CREATE UNIQUE INDEX refresh_tokens_live ON refresh_tokens (family_id) WHERE spent_at IS NULL",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables, with what is in them."""
    for table in ("refresh_tokens", "families", "accounts"):
        op.execute(f"DROP TABLE {table}")
