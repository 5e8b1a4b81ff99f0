"""Text of new nodes for hand-written YAML: as plain as can be, and read alike by YAML 1.1 and 1.2."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence

from journey.spec.scalars import resolve

_WORD = r"[A-Za-z0-9_/.@%+=~()-]"
_PLAIN = re.compile(rf"[A-Za-z0-9_/.](?:(?:{_WORD}|:)*{_WORD})?(?: [A-Za-z0-9_/.(](?:(?:{_WORD}|:)*{_WORD})?)*")
_ESCAPED = re.compile(
    "[^ -~\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\uffef]"
)
_UNBLOCKABLE = re.compile("[^\n -~\u00a1-\u1fff\u2070-\ud7ff]|[ ](?:\n|\\Z)")


def inline(value: object, flow: bool = False, style: str | None = None) -> str:
    """The value on one line, collections in brackets; `style` is the quote that a string had before, if any.

    Raises ValueError for what YAML readers do not share (nan, infinities, lone surrogates), TypeError for other types.
    """
    if isinstance(value, str):
        return _string(value, flow, style)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key(name, True)}: {inline(below, True)}" for name, below in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(inline(item, True) for item in value) + "]"
    raise TypeError(f"no YAML for {type(value).__name__}")


def key(name: object, flow: bool = False) -> str:
    """A mapping's key. Raises TypeError when it is no string."""
    if not isinstance(name, str):
        raise TypeError(f"a key must be a string: {name!r}")
    return _string(name, flow, None)


def block(value: object, column: int, newline: str) -> str:
    """A collection as a block whose first line is already indented to `column`, without a newline at its end."""
    return f"{newline}{' ' * column}".join(_lines(value))


def literal(value: str, column: int, newline: str) -> str | None:
    """A literal block from its `|` to its last newline, or None where a block cannot carry the text."""
    body = value.rstrip("\n")
    if not body or body[0] in " \n" or _UNBLOCKABLE.search(value):
        return None
    chomp = {0: "-", 1: ""}.get(len(value) - len(body), "+")
    lines = (value if value.endswith("\n") else f"{value}\n").split("\n")[:-1]
    return f"|{chomp}{newline}" + "".join(f"{' ' * column if line else ''}{line}{newline}" for line in lines)


def _lines(value: object) -> Iterator[str]:
    """The lines of a block, relative to its own column."""
    if isinstance(value, Mapping) and value:
        for name, below in value.items():
            yield from _entry(key(name), below)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for item in value:
            for number, line in enumerate(_lines(item)):
                yield f"  {line}" if number else f"- {line}"
    else:
        yield inline(value)


def _entry(name: str, value: object) -> Iterator[str]:
    if not value or isinstance(value, str) or not isinstance(value, (Mapping, Sequence)):
        yield f"{name}: {inline(value)}"
        return
    yield f"{name}:"
    step = "  " if isinstance(value, Mapping) else ""
    yield from (step + line for line in _lines(value))


def _string(value: str, flow: bool, style: str | None) -> str:
    if style == "'" and not _ESCAPED.search(value):
        return "'" + value.replace("'", "''") + "'"
    if style is None and _PLAIN.fullmatch(value) and resolve(value) == value and not (flow and ":" in value):
        return str(value)
    return _ESCAPED.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError("a lone surrogate is no text")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    mantissa, exponent, power = repr(float(value)).partition("e")
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}{exponent}{power}"
