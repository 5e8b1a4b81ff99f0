"""Content of an artifact to bytes: one emitter a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from journey.artifact import Format
from journey.formats import json, text, yaml

HEADER = 'Rendered by journey; edit the spec and run "make render".'
"""The remark that opens each rendered file whose format takes comments; JSON has none."""

_HASH_HEADER = f"# {HEADER}\n"

EMITTERS: Mapping[Format, Callable[[object], str]] = MappingProxyType(
    {
        Format.YAML: lambda content: _HASH_HEADER + yaml.emit(content),
        Format.JSON: json.emit,
        Format.TEXT: lambda content: text.emit(content, HEADER),
    }
)


def encode(format: Format, content: object) -> bytes:
    """The bytes of a file. Raises TypeError or ValueError for content that the format cannot carry: a target's bug."""
    return EMITTERS[format](content).encode()
