"""The objects of a cluster as its tree has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FIRST = ("CustomResourceDefinition", "Namespace", "PriorityClass", "ServiceAccount")
"""Kinds that others need to be there; the rest follows in the order of its files."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Found(NamedTuple):
    """A rendered object and the file that it stands in, from the platform's folder."""

    path: str
    object: dict[str, Any]


def of_cluster(root: Path, cluster: str) -> list[Found]:
    """What Argo CD or a person applies to a cluster, in an order in which a server takes it."""
    folders = [*sorted(root.glob(f"environments/*/{cluster}/kubernetes")), root / "clusters" / cluster]
    found = [item for folder in folders for file in sorted(folder.rglob("*.yaml")) for item in _of_file(root, file)]
    return sorted(found, key=lambda item: FIRST.index(item.object["kind"]) if item.object["kind"] in FIRST else 9)


def _of_file(root: Path, file: Path) -> Iterator[Found]:
    for content in yaml.load_all(file.read_bytes(), Loader=LOADER):
        if isinstance(content, dict) and {"apiVersion", "kind", "metadata"} <= content.keys():
            yield Found(file.relative_to(root).as_posix(), content)
