"""The rendered objects of a cluster, and how a server's view of one compares with ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from journey.changes.drift.objects import Found, of_cluster

__all__ = ["Found", "differences", "of_cluster"]


def differences(ours: Any, theirs: Any, at: str = "") -> Iterator[str]:
    """Where the server has something else than what we set; what it adds is its own."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key, value in ours.items():
            yield from differences(value, theirs.get(key), f"{at}/{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(mine, other, f"{at}/{index}")
    elif ours != theirs and not (ours in ({}, [], None) and theirs in ({}, [], None)):
        yield f"{at}: we say {ours!r}, the server has {theirs!r}"
