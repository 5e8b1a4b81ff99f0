"""API tokens: what machines call with."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.execute(
        """
        CREATE TABLE api_tokens (
          id uuid PRIMARY KEY,
          hash bytea NOT NULL UNIQUE,
          account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
          name text NOT NULL,
          scopes text[] NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          expires_at timestamptz NOT NULL,
          revoked_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX api_tokens_of_account ON api_tokens (account_id)")


def downgrade() -> None:
    """Drop the table, with the tokens in it."""
    op.execute("DROP TABLE api_tokens")
