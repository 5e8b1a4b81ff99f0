"""One field as a row of a Markdown table (GitHub Flavored Markdown, section 4.10)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from journey.names import DNS_LABEL
from journey.spec.shape import Field, Shape


class Home(NamedTuple):
    """Where a record is described: the page, and its shape there."""

    page: str
    shape: Shape


Homes = Mapping[str, Home]

_KINDS = {"text": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "any": "anything"}


def rows(home: Home, homes: Homes) -> Iterator[str]:
    """A row a field; what a field's records say beyond their own section follows it."""
    for item in home.shape.fields.values():
        yield _row(item.name, item, home.page, homes)
        holder = _record(item.shape)
        if holder is not None:
            for name in _added(holder, homes):
                yield _row(f"{item.name}{_step(item.shape)}.{name}", holder.fields[name], home.page, homes)


def _row(name: str, item: Field, page: str, homes: Homes) -> str:
    cells = (f"`{name}`", _type(item.shape, page, homes), _default(item), _about(item.shape))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _step(shape: Shape) -> str:
    return f".<{_key(shape)}>" if shape.kind == "map" else ""


def _default(item: Field) -> str:
    if item.required:
        return "required"
    return "" if item.default in (..., None) or item.shape.kind == "record" else code(item.default)


def _about(shape: Shape) -> str:
    said = [shape.description]
    if shape.kind == "list" and isinstance(shape.merge, tuple):
        said.append(f"Elements with the same {' or '.join(f'`{key}`' for key in shape.merge)} merge.")
    elif shape.kind == "list" and shape.merge == "append":
        said.append("A later layer's elements are added.")
    if shape.scope == "all":
        said.append("Acts in every environment at once.")
    if shape.examples:
        said.append(f"Example: {', '.join(map(code, shape.examples))}")
    return " ".join(filter(None, said))


def code(value: object) -> str:
    """A value as it could stand in a spec: JSON is YAML. Backticks in it get a longer fence (CommonMark, 6.1)."""
    text = value if isinstance(value, str) and value and not _typed(value) else json.dumps(value, ensure_ascii=False)
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _typed(text: str) -> bool:
    """Whether a plain scalar could be taken for something else than the text that it is, or would be hard to read."""
    return "\n" in text or text[0] in "#*&!|>%@`\"'[]{},-?: " or not any(letter.isalpha() for letter in text)


def _type(shape: Shape, page: str, homes: Homes) -> str:
    if shape.kind == "record":
        return _link(shape, page, homes)
    if shape.kind == "map":
        assert shape.element is not None
        return f"mapping of {_key(shape)} to {_type(shape.element, page, homes)}"
    if shape.kind == "list":
        assert shape.element is not None
        return f"list of {_type(shape.element, page, homes)}{_least(shape)}"
    if shape.kind == "union":
        return " or ".join(_type(member, page, homes) for member in shape.members)
    if shape.kind == "choice":
        return ", ".join(code(choice) for choice in shape.choices)
    return _KINDS[shape.kind] + _limits(shape)


def _key(shape: Shape) -> str:
    """What the keys of a mapping are."""
    key = shape.key
    if key is not None and key.choices:
        return ", ".join(code(choice) for choice in key.choices)
    words = key.description.rstrip(".") if key is not None else ""
    return words[:1].lower() + words[1:] or shape.refers or "key"


def _least(shape: Shape) -> str:
    return f", at least {shape.shortest}" if shape.shortest else ""


def _limits(shape: Shape) -> str:
    said = ""
    if shape.least is not None and shape.most is not None:
        said = f", {shape.least:.10g} to {shape.most:.10g}"
    elif shape.least:
        said = f", at least {shape.least:.10g}"
    if shape.pattern and shape.pattern.pattern == DNS_LABEL:
        return ", a DNS label"
    if shape.pattern:
        said += f", as `{shape.pattern.pattern}`"
    if shape.longest:
        said += f", at most {shape.longest} characters"
    return said


def _link(shape: Shape, page: str, homes: Homes) -> str:
    home = homes[shape.title]
    target = "" if home.page == page else f"{home.page}.md"
    link = f"[{shape.title}]({target}#{shape.title.lower()})"
    left_out = [name for name in home.shape.fields if name not in shape.fields]
    if left_out:
        link += f" without {', '.join(f'`{name}`' for name in left_out)}"
    return link


def _record(shape: Shape) -> Shape | None:
    """The record that a field holds, itself or by name."""
    if shape.kind == "map" and shape.element is not None:
        return _record(shape.element)
    return shape if shape.kind == "record" else None


def _added(shape: Shape, homes: Homes) -> list[str]:
    """Fields of a record that its own section does not know."""
    return [name for name in shape.fields if name not in homes[shape.title].shape.fields]
