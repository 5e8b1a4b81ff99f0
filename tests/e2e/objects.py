"""The rendered objects of a cluster, and how a server's view of one compares with ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FIRST = ("CustomResourceDefinition", "Namespace", "PriorityClass", "ServiceAccount")
"""Kinds that others need to be there; the rest follows in the order of its files."""


class Found(NamedTuple):
    """A rendered object and the file that it stands in, from the platform's folder."""

    path: str
    object: dict[str, Any]


def of_cluster(root: Path, cluster: str) -> list[Found]:
    """What Argo CD or a person applies to a cluster, in an order in which a server takes it."""
    folders = [*sorted(root.glob(f"environments/*/{cluster}/kubernetes")), root / "clusters" / cluster]
    found = [
        Found(file.relative_to(root).as_posix(), content)
        for folder in folders
        for file in sorted(folder.rglob("*.yaml"))
        for content in yaml.load_all(file.read_bytes(), Loader=yaml.CSafeLoader)
        if isinstance(content, dict) and {"apiVersion", "kind", "metadata"} <= content.keys()
    ]
    return sorted(found, key=lambda item: FIRST.index(item.object["kind"]) if item.object["kind"] in FIRST else 9)


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
