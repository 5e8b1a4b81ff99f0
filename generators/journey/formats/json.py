"""Trees to JSON: two spaces, keys in the order given, text as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence


def emit(node: object) -> str:
    """The tree as JSON that ends in a newline. Raises TypeError for another type, ValueError for nan and infinities."""
    return json.dumps(node, indent=2, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"


def _plain(value: object) -> object:
    """A mapping or sequence that `json` does not know, as one that it knows."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return list(value)
    raise TypeError(f"no JSON for {type(value).__name__}: {value!r}")
