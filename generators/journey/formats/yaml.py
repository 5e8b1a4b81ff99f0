"""Trees to YAML that every reader types alike: PyYAML and kubectl (YAML 1.1) and YAML 1.2 core.

Block style, two spaces, a sequence's `- ` under its parent's key, keys in the order given. A string is written plain
only where no schema of either version (https://yaml.org/type/, https://yaml.org/spec/1.2.2/#103-core-schema) could give
it another type; else it is double-quoted the way JSON does it, and a text of several lines is a literal block.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard

Write = Callable[[str], object]


class Commented(str):
    """A scalar with a remark behind it: `value # comment`, such as the version that a pinned commit is."""

    comment: str

    def __new__(cls, value: str, comment: str) -> Commented:
        """Raises ValueError when the comment is not one printable line."""
        if not comment or _ESCAPED.search(comment):
            raise ValueError(f"a YAML comment must be one printable line: {comment!r}")
        self = super().__new__(cls, value)
        self.comment = comment
        return self

    def __reduce__(self) -> tuple[type[Commented], tuple[str, str]]:
        return Commented, (str.__str__(self), self.comment)


class Literal(str):
    """A string written as a literal block even when it is one line; quoted where a block cannot carry it."""


def emit(node: object) -> str:
    """The tree as one YAML document that ends in a newline.

    Takes dict, list, tuple, any Mapping with str keys, any Sequence, str, int, float, bool and None. Raises TypeError
    for anything else, and ValueError for what YAML cannot carry alike everywhere: nan, infinities, lone surrogates.
    """
    lines: list[str] = []
    if isinstance(node, Mapping) and node:
        _mapping(node, "", "", lines.append)
    elif _is_sequence(node) and node:
        _sequence(node, "", "", lines.append)
    else:
        # No parent, no indentation to count from: readers disagree about an indicator here.
        text = _text(str.__str__(node)) if isinstance(node, str) else None
        lines.append(f"{text or _inline(node)}\n")
    return "".join(lines)


def _mapping(node: Mapping[str, object], indent: str, lead: str, write: Write) -> None:
    """Write the entries; `lead` stands before the first, `indent` before the rest.

    The lead may hold the `- ` of an item, and the line of the key that the mapping is under: one write less for each.
    """
    keys, strings = _KEYS, _STRINGS
    for key, value in node.items():
        name = keys[key]
        if name is _LONG:
            name = f"? {_text(key)}\n{indent}:"
        kind = type(value)
        if kind is str:
            write(f"{lead}{name} {strings[value] or _block(value, indent)}\n")  # type: ignore[index,arg-type]
        elif kind is dict:
            if value:
                inner = indent + "  "
                _mapping(value, inner, f"{lead}{name}\n{inner}", write)  # type: ignore[arg-type]
            else:
                write(f"{lead}{name} {{}}\n")
        elif kind is int:
            write(f"{lead}{name} {value}\n")
        elif kind is list:
            if value:
                _sequence(value, indent, f"{lead}{name}\n{indent}", write)  # type: ignore[arg-type]
            else:
                write(f"{lead}{name} []\n")
        else:
            _other_entry(f"{lead}{name}", value, indent, write)
        lead = indent


def _other_entry(name: str, value: object, indent: str, write: Write) -> None:
    """An entry whose value is none of the four commonest types."""
    if isinstance(value, Mapping) and value:
        write(f"{name}\n")
        _mapping(value, indent + "  ", indent + "  ", write)
    elif _is_sequence(value) and value:
        write(f"{name}\n")
        _sequence(value, indent, indent, write)
    else:
        write(f"{name} {_leaf(value, indent)}\n")


def _sequence(node: Sequence[object], indent: str, lead: str, write: Write) -> None:
    """Write the items; `lead` stands before the first, `indent` before the rest."""
    inner = indent + "  "
    for value in node:
        kind = type(value)
        if kind is str:
            write(f"{lead}- {_STRINGS[value] or _block(value, indent)}\n")  # type: ignore[index,arg-type]
        elif value and (kind is dict or isinstance(value, Mapping)):
            _mapping(value, inner, f"{lead}- ", write)  # type: ignore[arg-type]
        elif value and _is_sequence(value):
            _sequence(value, inner, lead + "- ", write)
        else:
            write(f"{lead}- {_leaf(value, indent)}\n")
        lead = indent


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, (list, tuple)) or (
        isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview))
    )


def _leaf(value: object, indent: str) -> str:
    """A scalar of any type, or an empty collection; a block's lines stand deeper than `indent`."""
    if not isinstance(value, str) or isinstance(value, Commented):
        return _inline(value)
    text = str.__str__(value)
    if isinstance(value, Literal):
        return _block(text, indent)
    return _STRINGS[text] or _block(text, indent)


def _inline(value: object) -> str:
    """A scalar, or an empty collection, on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _float(float(value))
    if isinstance(value, str):
        remark = f" # {value.comment}" if isinstance(value, Commented) else ""
        return _text(str.__str__(value)) + remark
    return _empty(value)


def _empty(value: object) -> str:
    """An empty collection; the others were written before, so all that is left is no tree."""
    if isinstance(value, Mapping):
        return "{}"
    if _is_sequence(value):
        return "[]"
    raise TypeError(f"no YAML for {type(value).__name__}: {value!r}")


def _float(value: float) -> str:
    """The shortest text that reads back as the same float; YAML 1.1 wants a point in the mantissa."""
    if not math.isfinite(value):
        raise ValueError(f"{value!r} has no YAML that JSON readers share")
    text = repr(value)
    mantissa, exponent, power = text.partition("e")
    return text if "." in mantissa else f"{mantissa}.0{exponent}{power}"


# Printable ASCII; a space or colon only where it cannot end the scalar, a hash only where it cannot begin a comment.
# Beyond ASCII: what is neither a control, a separator, a direction mark nor a non-character, by fixed ranges so
# that the bytes do not depend on the interpreter's Unicode version.
_WIDE = (
    "\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\uffef\U00010000-\U0001fffd"
)
_PLAIN = re.compile(
    rf"(?:[A-Za-z0-9_/$(.\\{_WIDE}]|--?[A-Za-z])"
    rf"(?:[!-\"$-9;-~{_WIDE}]| (?![ #]|\Z)|:(?! |\Z)|(?<! )#)*"
)
_NUMBER_LIKE = re.compile(r"[-+.,:_ 0-9A-Fa-fxXoOtTzZ]*[0-9.][-+.,:_ 0-9A-Fa-fxXoOtTzZ]*")
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n", "null", ".inf", ".nan"))
_ESCAPED = re.compile(rf"[^ -~{_WIDE}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNBLOCKABLE = re.compile(rf"[^\n\t -~{_WIDE}]|[ \t](?:\n|\Z)")


def _text(value: str) -> str:
    """A string on one line: plain where that is safe, else double-quoted."""
    if _PLAIN.fullmatch(value) and not _NUMBER_LIKE.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return _quoted(value)


def _quoted(value: str) -> str:
    """JSON's double-quoted form, with all that YAML or an eye could trip over escaped."""
    if _SURROGATE.search(value):
        raise ValueError(f"a lone surrogate is no text: {value!r}")
    return _ESCAPED.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _block(value: str, indent: str) -> str:
    """A literal block without its last newline, or the quoted form where a block cannot carry the text."""
    body = value.strip("\n")
    if not body or _UNBLOCKABLE.search(value):
        return _quoted(value)
    first = value.lstrip("\n")[0]
    marker = "2" if first in " \t" else ""
    trailing = len(value) - len(value.rstrip("\n"))
    chomp = "-" if trailing == 0 else "" if trailing == 1 else "+"
    lines = value[: len(value) - trailing].split("\n")
    inner = indent + "  "
    text = "\n".join([f"{inner}{line}" if line else "" for line in lines])
    return f"|{marker}{chomp}\n{text}" + "\n" * max(trailing - 1, 0)


_CACHED_TEXTS = 16_384
_CACHED_LENGTH = 200
_LONGEST_KEY = 1_000  # YAML gives a simple key 1024 characters (1.2.2, section 7.4.2)
_LONG = ""


class _Strings(dict[str, str]):
    """Text of a string on one line by the string, "" for a string of several lines; emptied when full."""

    def __missing__(self, value: str) -> str:
        text = "" if "\n" in value else _text(value)
        if len(value) <= _CACHED_LENGTH:
            if len(self) >= _CACHED_TEXTS:
                self.clear()
            self[value] = text
        return text


class _Keys(dict[str, str]):
    """Text of a key with its colon by the key, `_LONG` for one that needs the explicit form; emptied when full."""

    def __missing__(self, key: str) -> str:
        if not isinstance(key, str):
            raise TypeError(f"a key must be a string: {key!r}")
        text = f"{_text(str.__str__(key))}:"
        if len(text) > _LONGEST_KEY:
            return _LONG
        if len(self) >= _CACHED_TEXTS:
            self.clear()
        self[key] = text
        return text


_STRINGS = _Strings()
_KEYS = _Keys()
