"""INI files: sections of keys and values, as systemd, PgBouncer, Ansible and Python's configparser read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Comment:
    """Remarks on lines of their own."""

    text: str


@dataclass(frozen=True)
class Entry:
    """A key and its value; without one the line is the key alone (an Ansible inventory's hosts). Keys may repeat."""

    key: str
    value: str | int | float | bool | None = None


Item: TypeAlias = Entry | Comment


@dataclass(frozen=True)
class Section:
    """`[name]` and what stands below it; the section without a name opens the file."""

    name: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Document:
    """A file. `comment` begins a remark (`#` or `;`), `separator` stands between key and value (`=` for systemd)."""

    sections: tuple[Section, ...]
    comment: str = "#"
    separator: str = " = "


def emit(document: Document, header: str = "") -> str:
    """The file's text, ending in a newline, `header` as a remark on top. Raises ValueError for what INI cannot hold."""
    parts = ["\n".join(_section(section, document)) for section in document.sections]
    if header:
        parts.insert(0, f"{document.comment} {header}")
    return "\n\n".join(parts) + "\n"


def _section(section: Section, document: Document) -> Iterator[str]:
    if section.name:
        yield f"[{_one_line(section.name, ']')}]"
    elif section is not document.sections[0]:
        raise ValueError("only the first section may be without a name")
    for item in section.items:
        if isinstance(item, Comment):
            yield from (f"{document.comment} {line}".rstrip() for line in item.text.split("\n"))
        else:
            yield _entry(item, document)


def _entry(entry: Entry, document: Document) -> str:
    key = _one_line(entry.key, "" if entry.value is None else "=")
    if not key or key.startswith(("[", "#", ";")):
        raise ValueError(f"no INI key: {entry.key!r}")
    if entry.value is None:
        return key
    return f"{key}{document.separator}{_value(entry.value)}".rstrip()


def _value(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _one_line(str(value))


def _one_line(text: str, forbidden: str = "") -> str:
    """The text when a reader gives it back as it is: one line, no blanks at its ends."""
    if text != text.strip() or len(text.splitlines()) > 1 or (forbidden and forbidden in text) or "\x00" in text:
        raise ValueError(f"INI cannot hold {text!r}")
    return text
