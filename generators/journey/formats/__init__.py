"""Content of an artifact to bytes: one emitter a format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from journey import artifact
from journey.artifact import Format
from journey.formats import json, text, yaml

HEADER = f'{artifact.HEADER} edit the spec and run "make render".'
"""The remark that opens each rendered file whose format takes comments; JSON has none, and plain text says itself."""

_HASH_HEADER = f"# {HEADER}\n"


def _yaml(content: object) -> str:
    return _HASH_HEADER + yaml.emit(content)


def _hcl(content: object) -> str:
    from journey.formats import hcl  # few platforms render it, and all start faster without

    return f"{_HASH_HEADER}\n{hcl.emit(_items(content, (hcl.Attribute, hcl.Block, hcl.Comment)))}"


def _nginx(content: object) -> str:
    from journey.formats import nginx

    return f"{_HASH_HEADER}\n{nginx.emit(_items(content, (nginx.Directive, nginx.Comment)))}"


def _ini(content: object) -> str:
    from journey.formats import ini

    if not isinstance(content, ini.Document):
        raise TypeError(f"no INI document: {type(content).__name__}")
    return ini.emit(content, HEADER)


def _text(content: object) -> str:
    return text.emit(content, HEADER)


EMITTERS: Mapping[Format, Callable[[object], str]] = MappingProxyType(
    {
        Format.YAML: _yaml,
        Format.JSON: json.emit,
        Format.HCL: _hcl,
        Format.NGINX: _nginx,
        Format.INI: _ini,
        Format.TEXT: _text,
    }
)


def encode(format: Format, content: object) -> bytes:
    """The bytes of a file. Raises TypeError or ValueError for content that the format cannot carry: a target's bug."""
    return EMITTERS[format](content).encode()


def _items(content: object, types: tuple[type, ...]) -> Iterable[Any]:
    """The content as the sequence of items that it has to be."""
    if not isinstance(content, Sequence) or isinstance(content, str):
        raise TypeError(f"no sequence of items: {type(content).__name__}")
    for item in content:
        if not isinstance(item, types):
            raise TypeError(f"no item of this format: {type(item).__name__}")
    return content
