"""Signs people in and says who they are: accounts, sessions, refresh tokens in families, keys."""
