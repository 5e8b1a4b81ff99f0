"""Who set which field of a live object, by `metadata.managedFields`.

kubernetes.io/docs/reference/using-api/server-side-apply, "Field management"; the format is FieldsV1
(sigs.k8s.io/structured-merge-diff): `f:NAME` a key, `k:{...}` an element of a list by its keys, `v:...` by its value,
`.` the node itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from journey.explain.fields import Path


class Owner(NamedTuple):
    """A manager, the last moment at which it wrote (RFC 3339), and the subresource by which it did, if any."""

    manager: str
    time: str
    subresource: str = ""


def owners(live: Mapping[str, Any]) -> list[tuple[Owner, frozenset[Path]]]:
    """Each manager with the outermost nodes that it set, as far as they are there."""
    found = []
    for entry in live.get("metadata", {}).get("managedFields") or ():
        owner = Owner(str(entry.get("manager", "")), str(entry.get("time", "")), str(entry.get("subresource", "")))
        found.append((owner, frozenset(_paths(entry.get("fieldsV1") or {}, live, ()))))
    return found


def sets(paths: frozenset[Path], path: Path) -> bool:
    """Whether a node is, or stands in, one of those that are set."""
    return any(path[:end] in paths for end in range(1, len(path) + 1))


def _paths(fields: Mapping[str, Any], node: Any, path: Path) -> Iterator[Path]:
    below = {name: value for name, value in fields.items() if name != "."}
    if not below:
        if path:
            yield path
        return
    for name, value in below.items():
        kind, _, said = name.partition(":")
        step = said if kind == "f" else _index(kind, said, node)
        inner = _child(node, step)
        if inner is not _GONE:
            yield from _paths(value, inner, (*path, step))


_GONE = object()


def _index(kind: str, said: str, node: Any) -> int:
    """The place in a list of the element that is meant; -1 where there is none."""
    if not isinstance(node, list):
        return -1
    if kind == "i":
        return int(said)
    wanted = json.loads(said)
    for number, item in enumerate(node):
        if kind == "v" and item == wanted:
            return number
        if kind == "k" and isinstance(item, Mapping) and all(item.get(key) == wanted[key] for key in wanted):
            return number
    return -1


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, Mapping):
        return node.get(step, _GONE)
    if isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node):
        return node[step]
    return _GONE
