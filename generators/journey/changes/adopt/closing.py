"""What is between two objects: the operations that close it, and the share that needs none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

import msgspec

from journey.explain.find import pointer_text

Path = tuple[str | int, ...]
NAMES = ("containerPort", "mountPath", "port", "name", "key")
"""Fields that tell the items of a list apart; the first that an item has does."""
NOT_COUNTED = ("apiVersion", "kind", "name")


def operations(have: Any, want: Any, at: Path = ()) -> Iterator[dict[str, Any]]:
    """JSON patch (RFC 6902) that makes `want` of `have`, in an order in which each fits when its turn comes."""
    if isinstance(have, Mapping) and isinstance(want, Mapping):
        for key in have:
            if key not in want:
                yield {"op": "remove", "path": pointer_text((*at, key))}
        for key, value in want.items():
            if key not in have:
                yield {"op": "add", "path": pointer_text((*at, key)), "value": value}
            else:
                yield from operations(have[key], value, (*at, key))
    elif isinstance(have, list) and isinstance(want, list) and have and want:
        yield from _items(have, want, at)
    elif have != want or type(have) is not type(want):
        yield {"op": "replace", "path": pointer_text(at), "value": want}


def _items(have: list[Any], want: list[Any], at: Path) -> Iterator[dict[str, Any]]:
    """From the end, so that what comes before keeps its index."""
    alike = SequenceMatcher(None, [_alike(item) for item in have], [_alike(item) for item in want], autojunk=False)
    for _, start, end, first, last in reversed(alike.get_opcodes()):
        paired = min(end - start, last - first)
        for index in reversed(range(start + paired, end)):
            yield {"op": "remove", "path": pointer_text((*at, index))}
        for offset in range(paired, last - first):
            yield {"op": "add", "path": pointer_text((*at, start + offset)), "value": want[first + offset]}
        for offset in range(paired):
            yield from operations(have[start + offset], want[first + offset], (*at, start + offset))


def _alike(item: Any) -> bytes:
    """What pairs items of two lists: the name that they have, or all that they are."""
    if isinstance(item, Mapping):
        for name in NAMES:
            if isinstance(item.get(name), str | int):
                return msgspec.json.encode([name, item[name]])
    return msgspec.json.encode(item)


def leaves(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar, and every empty list or mapping; items of lists by their names where they have them."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from leaves(item, (*at, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            named = isinstance(item, Mapping) and any(isinstance(item.get(name), str | int) for name in NAMES)
            yield from leaves(item, (*at, _alike(item).decode() if named else index))
    else:
        yield at, value


def made(have: Any, want: Any) -> tuple[int, int]:
    """(how many leaf fields of `want` stand so in `have`, how many there are), API version, kinds and names aside."""
    known = {path: value for path, value in leaves(have) if path}
    counted = [(path, value) for path, value in leaves(want) if path and path[-1] not in NOT_COUNTED]
    return sum(path in known and known[path] == value for path, value in counted), len(counted)
