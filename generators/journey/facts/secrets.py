"""Where secrets stand in the store, and as whom a service reads them; Vault's policies and roles read the same."""

from __future__ import annotations

from journey import names


def remote_key(environment: str, path: str) -> str:
    """The key in the store of a path in the spec: each environment has secrets of its own."""
    return f"{environment}/{path}"


def role(service: str, environment: str) -> str:
    """The store's role for a service, bound to its service account and namespace."""
    return names.join(service, environment)
