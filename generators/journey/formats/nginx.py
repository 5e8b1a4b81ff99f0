"""NGINX configuration as a small syntax tree.

Quoting follows how NGINX reads a word (src/core/ngx_conf_file.c, ngx_conf_read_token): blanks, `;` and `{` end it, a
quote or `#` counts at its beginning, and a backslash escapes quotes, itself, and t, r, n; before all else it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Comment:
    """Remarks on lines of their own."""

    text: str


@dataclass(frozen=True)
class Directive:
    """`name args;`, or `name args { block }` when there is a block. Arguments are values: quotes are added."""

    name: str
    args: tuple[str, ...] = ()
    block: tuple[Item, ...] | None = None


Item: TypeAlias = Directive | Comment

_SPECIAL = re.compile(r"[\s;{}\"']|^#|\\(?:[\\trn\"']|\Z)|^\Z")
_VARIABLE = re.compile(r"\$\{\w+\}")
_ESCAPES = re.compile(r"\\(?=[\\trn\"'\t\r\n]|\Z)|[\"\t\r\n]")
_CONTROL = {"\t": "\\t", "\r": "\\r", "\n": "\\n"}


def emit(items: Iterable[Item]) -> str:
    """The file's text, four spaces a level, ending in a newline. Raises ValueError for a NUL."""
    return "".join(f"{line}\n" for line in _lines(items, ""))


def _lines(items: Iterable[Item], indent: str) -> Iterator[str]:
    """The items' lines; an empty line sets off a block from what stands beside it, unless that is its comment."""
    before: Item | None = None
    for item in items:
        apart = _has_block(item) or _has_block(before) or isinstance(item, Comment)
        if before is not None and apart and not isinstance(before, Comment):
            yield ""
        yield from _item(item, indent)
        before = item


def _has_block(item: Item | None) -> bool:
    return isinstance(item, Directive) and item.block is not None


def _item(item: Item, indent: str) -> Iterator[str]:
    if isinstance(item, Comment):
        yield from (f"{indent}# {line}".rstrip() for line in item.text.split("\n"))
        return
    words = " ".join((quoted(item.name), *map(quoted, item.args)))
    if item.block is None:
        yield f"{indent}{words};"
    elif not item.block:
        yield f"{indent}{words} {{}}"
    else:
        yield f"{indent}{words} {{"
        yield from _lines(item.block, indent + "    ")
        yield f"{indent}}}"


def quoted(word: str) -> str:
    """One word as NGINX reads it back; `$name` and `${name}` stay variables, as NGINX has no escape for them."""
    if "\x00" in word:
        raise ValueError(f"NGINX has no NUL: {word!r}")
    if not _SPECIAL.search(_VARIABLE.sub("$v", word)):
        return word
    return '"' + _ESCAPES.sub(lambda match: _CONTROL.get(match.group(), f"\\{match.group()}"), word) + '"'
