"""Text as it is: prose, scripts, Dockerfiles, templates."""

from __future__ import annotations

import re
from typing import NamedTuple


class Document(NamedTuple):
    """A text that takes comments, so that it can say that it is rendered.

    `comment` is the prefix of a line comment (`#`, `//`, `;`) or an opening and a closing mark with a space between
    (`<!-- -->`).
    """

    body: str
    comment: str


# What must stand first to have its meaning: an interpreter, a parser directive of Docker, an XML declaration, the
# schema that an editor goes by.
_FIRST_LINE = re.compile(r"(?:#!|#\s*(?:syntax|escape|check)\s*=|<\?xml\b|# yaml-language-server:)[^\n]*\n?")


def emit(content: object, header: str = "") -> str:
    """The text with exactly one newline at its end; a Document gets `header` as a comment in its first free line.

    Raises TypeError when the content is neither a str nor a Document.
    """
    if isinstance(content, Document):
        return _one_newline(_headed(content, header) if header else content.body)
    if isinstance(content, str):
        return _one_newline(content)
    raise TypeError(f"no text: {type(content).__name__}")


def _headed(document: Document, header: str) -> str:
    opening, _, closing = document.comment.partition(" ")
    line = f"{opening} {header} {closing}".rstrip() + "\n"
    first = ""
    rest = document.body
    while match := _FIRST_LINE.match(rest):
        first += match.group().rstrip("\n") + "\n"
        rest = rest[match.end() :]
    return f"{first}{line}{rest}"


def _one_newline(text: str) -> str:
    return text.rstrip("\n") + "\n"
