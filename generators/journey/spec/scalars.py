"""What an unquoted YAML scalar means, and whether every reader agrees.

The spec is YAML 1.2 core (https://yaml.org/spec/1.2.2/#103-core-schema). Editors, kubectl and most Python tools still
type scalars by YAML 1.1 (https://yaml.org/type/): a text that the two read differently must be quoted.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple, TypeAlias

Scalar: TypeAlias = str | int | float | bool | None


class Refused(NamedTuple):
    """An unquoted scalar that the spec refuses: what YAML 1.2 makes of it, the rule, what is wrong, what to do."""

    value: Scalar
    rule: str
    message: str
    hint: str


def resolve(text: str) -> Scalar | Refused:
    """The value of an unquoted scalar, or why it is refused. Texts seen before are answered from a bounded cache."""
    return _PLAIN[text]


class _Plain(dict[str, Scalar | Refused]):
    """Resolved texts; emptied when full."""

    def __missing__(self, text: str) -> Scalar | Refused:
        value = _judged(text)
        if len(text) <= _CACHED_LENGTH:
            if len(self) >= _CACHED_TEXTS:
                self.clear()
            self[text] = value
        return value


_CACHED_TEXTS = 16_384
_CACHED_LENGTH = 100
_PLAIN = _Plain()

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WORDS_11 = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), "true"),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), "false"),
}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FLOAT_11 = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?")
_BASE_11 = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+)")
_GROUPED_11 = re.compile(r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?")
_SEXAGESIMAL_11 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_DATE_11 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?"
)
_LEAST, _MOST = -(2**63), 2**63 - 1  # what Kubernetes and the readers of JSON hold
_MOST_DIGITS = 300  # more than a double holds, fewer than Python refuses to read


def _judged(text: str) -> Scalar | Refused:
    if text in _WORDS:
        return _WORDS[text]
    if text in _WORDS_11:
        return _ambiguous(text, text, "true or false", "text", f", or write {_WORDS_11[text]}")
    if text in ("=", "<<"):
        return _ambiguous(text, text, "a key of its own kind", "text")
    if text[0] in "+-.0123456789":
        return _number(text)
    return text


def _number(text: str) -> Scalar | Refused:
    """The value of a text that begins as a number does."""
    if _INT.fullmatch(text):
        return _integer(text)
    if _OCTAL.fullmatch(text):
        return _ambiguous(text, int(text[2:], 8), "text", "a number", f", or write {int(text[2:], 8)}")
    if _HEX.fullmatch(text):
        return _whole(int(text[2:], 16), text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _NOT_FINITE.fullmatch(text):
        return Refused(text, "yaml/number", f"{text} is not a finite number", f'quote it if it is text: "{text}"')
    return _number_11(text)


def _number_11(text: str) -> str | Refused:
    """A text that is a string in YAML 1.2; refused where 1.1 makes another type of it."""
    if _BASE_11.fullmatch(text) or _GROUPED_11.fullmatch(text):
        return _ambiguous(text, text, "a number", "text")
    if _SEXAGESIMAL_11.fullmatch(text):
        return _ambiguous(text, text, "a number to base 60", "text")
    if _DATE_11.fullmatch(text):
        return _ambiguous(text, text, "a date", "text")
    return text


def _integer(text: str) -> int | Refused:
    digits = text.lstrip("+-")
    if len(digits) > _MOST_DIGITS:
        return Refused(0, "yaml/number", f"a number of {len(digits)} digits", "quote it if it is text")
    if len(digits) > 1 and digits[0] == "0":
        old = "text" if set(digits) & {"8", "9"} else "an octal number"
        return _ambiguous(text, int(text), old, "a decimal number", f", or write {int(text)}")
    return _whole(int(text), text)


def _whole(value: int, text: str) -> int | Refused:
    if _LEAST <= value <= _MOST:
        return value
    return Refused(0, "yaml/number", f"{text} does not fit into 64 bits", "quote it if it is text")


def _float(text: str) -> float | Refused:
    if len(text) > _MOST_DIGITS:
        return Refused(0.0, "yaml/number", f"a number of {len(text)} characters", "quote it if it is text")
    value = float(text)
    if not math.isfinite(value):
        return Refused(0.0, "yaml/number", f"{text} is too large for a number", f'quote it if it is text: "{text}"')
    if not _FLOAT_11.fullmatch(text):
        return _ambiguous(text, value, "text", "a number", "" if "e" in repr(value) else f", or write {value!r}")
    return value


def _ambiguous(text: str, value: Scalar, old: str, new: str, otherwise: str = "") -> Refused:
    return Refused(
        value,
        "yaml/ambiguous-scalar",
        f"{text} must be quoted: YAML 1.1 reads {old}, YAML 1.2 {new}",
        f'write "{text}" for the text{otherwise}',
    )
