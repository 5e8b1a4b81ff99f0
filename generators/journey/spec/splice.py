"""One change to a YAML text: a value replaced, a key or item added or taken out, at the positions of its nodes.

Whether the text still says what it should is proven by `spec.edit`, not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from yaml.events import MappingStartEvent, ScalarEvent

from journey.problem import Step
from journey.spec import fragments
from journey.spec.positions import Node, Path, tree


class EditError(ValueError):
    """The edit cannot be made without touching something else, or the text does not read."""


def shown(path: Path) -> str:
    return ".".join(map(str, path)) or "document"


class _Spot(NamedTuple):
    """A node in its text: what holds it (None for the root), what names it, and whether brackets are around it."""

    node: Node
    parent: Node | None
    name: Node | None
    flow: bool


def _spot(text: str, path: Path) -> _Spot:
    node = tree(text)
    if node is None:
        raise EditError("there is no document")
    spot = _Spot(node, None, None, False)
    for depth, step in enumerate(path):
        if spot.node.target is not None:
            raise EditError(f"{shown(path[:depth])} is an alias: edit what it stands for")
        below = spot.node.child(step)
        if below is None:
            raise EditError(f"there is no {shown(path[: depth + 1])}")
        spot = _Spot(below[1], spot.node, below[0], spot.flow or spot.node.flow)
    return spot


def _mapping(node: Node) -> bool:
    return isinstance(node.event, MappingStartEvent)


def _block_scalar(node: Node) -> bool:
    return isinstance(node.event, ScalarEvent) and node.event.style in ("|", ">")


def _children(node: Node) -> list[tuple[int, int]]:
    """Start and end of each item, or of each key with its value."""
    if _mapping(node):
        return [(key.start.index, max(key.end, value.end)) for key, _, value in node.entries]
    return [(item.start.index, item.end) for item in node.items]


_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*")
_ANCHOR = re.compile(r"&[^\s,\[\]{}]+[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")


def _content(text: str, node: Node) -> int:
    """Where a node's own text begins: behind its anchor."""
    start = node.start.index
    if node.target is None and (anchor := _ANCHOR.match(text, start)) and node.event.anchor:
        gap = _GAP.match(text, anchor.end())
        return min(gap.end() if gap else anchor.end(), max(node.end, start))
    return start


def _column(text: str, offset: int) -> int:
    return offset - _line_start(text, offset)


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _line_end(text: str, offset: int) -> int:
    """Behind the line end that follows, or the end of the text."""
    return text.find("\n", offset) + 1 or len(text)


def _last(node: Node) -> Node:
    """The leaf that a block ends with."""
    while not node.flow and (node.items or node.entries):
        node = node.items[-1] if node.items else node.entries[-1][2]
    return node


def _after(text: str, node: Node) -> int:
    """The start of the line behind a node in block style, before blank lines that are not part of a block scalar."""
    leaf = _last(node)
    if not _block_scalar(leaf):
        return _line_end(text, max(leaf.end, node.end))
    start = _content(text, leaf)
    header = text[start : _line_end(text, start)].split("#", maxsplit=1)[0]
    if "+" in header:
        return leaf.end
    kept = text[start : leaf.end].rstrip()
    return _line_end(text, start + len(kept)) if kept else leaf.end


def _dash(text: str, sequence: Node, index: int) -> int:
    """Where the dash of an item stands: in the sequence's column, on the item's line or above."""
    first = _content(text, sequence)
    if index == 0:
        return first
    column, line = _column(text, first), _line_start(text, sequence.items[index].start.index)
    while text[line : line + column].strip(" ") or text[line + column : line + column + 1] != "-":
        if line <= first:
            raise EditError("the list is written in a way that cannot be edited")
        line = _line_start(text, line - 1)
    return line + column


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _new_lines(text: str, offset: int, body: str) -> str:
    """The text with whole lines put in at the start of a line, or behind a last line that has no end."""
    newline = _newline(text)
    if offset and text[offset - 1] != "\n":
        return f"{text[:offset]}{newline}{body}{text[offset:]}"
    return f"{text[:offset]}{body}{newline}{text[offset:]}"


class Replace(NamedTuple):
    """Write another value in place of the one at `path`."""

    path: Path
    value: object

    def apply(self, text: str) -> str:
        spot = _spot(text, self.path)
        node = spot.node
        try:
            if self._stays_inline(spot):
                return _put_inline(text, spot, self.value)
            return _put_block(text, spot, self.value)
        except (TypeError, ValueError) as error:
            raise EditError(f"{shown(self.path)} at line {node.start.line + 1}: {error}") from error

    def _stays_inline(self, spot: _Spot) -> bool:
        if spot.flow or not isinstance(self.value, (Mapping, list, tuple)) or not self.value:
            return True
        return spot.node.flow and bool(spot.node.items or spot.node.entries)


def _put_inline(text: str, spot: _Spot, value: object) -> str:
    node = spot.node
    start = _content(text, node)
    if _block_scalar(node):
        return _put_over_block_scalar(text, spot, value)
    if not node.flow and (node.items or node.entries):
        return _put_over_block(text, spot, fragments.inline(value))
    style = node.event.style if isinstance(node.event, ScalarEvent) and node.event.style in ("'", '"') else None
    new = fragments.inline(value, spot.flow, style)
    if start == node.end and node.target is None:
        if spot.flow and spot.name and spot.parent and _mapping(spot.parent) and ":" not in text[spot.name.end : start]:
            new = f": {new}"
        elif start and text[start - 1] not in " \n":
            new = f" {new}"
        if text[start : start + 1] == "#":
            new = f"{new} "
    return text[:start] + new + text[node.end :]


def _put_over_block(text: str, spot: _Spot, new: str) -> str:
    """A block collection gives way to one line: behind its key where it stood below it, else where it began."""
    node, start = spot.node, _content(text, spot.node)
    end = _after(text, node)
    first = _line_start(text, start)
    if spot.name is None or spot.parent is None or not _mapping(spot.parent) or first <= spot.name.start.index:
        tail = max(node.end, start)
        newline = _newline(text) if text[tail - 1] == "\n" else ""
        return text[:start] + new + newline + text[tail:]
    colon = re.compile(r"[ \t]*:(?:[ \t]+&[^\s,\[\]{}]+)?").match(text, spot.name.end)
    if colon is None:
        raise EditError("the mapping is written in a way that cannot be edited")
    return f"{text[: colon.end()]} {new}{text[colon.end() : first]}{text[end:]}"


def _put_over_block_scalar(text: str, spot: _Spot, value: object) -> str:
    """Keep the header's remark and, for another text of lines, the literal style."""
    node, newline = spot.node, _newline(text)
    start = _content(text, node)
    body = _line_end(text, start)
    end = _after(text, node)
    remark = _BLOCK_HEADER.sub("", text[start:body], count=1)
    first = re.compile(r"(?:[ \t]*\r?\n)*( *)").match(text, body)
    column = len(first.group(1)) if first else 0
    new = fragments.literal(value, column, newline) if isinstance(value, str) and column and end > body else None
    if new is None:
        return text[:start] + fragments.inline(value) + remark + text[end:]
    mark, _, lines = new.partition(newline)
    return text[:start] + mark + remark + lines + text[end:]


def _put_block(text: str, spot: _Spot, value: object) -> str:
    """Write a collection as a block: in the place of a block, or below the key that had something else."""
    node, newline = spot.node, _newline(text)
    start = _content(text, node)
    is_block = not node.flow and bool(node.items or node.entries)
    if spot.parent is None or not _mapping(spot.parent):
        gap = " " if start == node.end and start and text[start - 1] == "-" else ""
        column = _column(text, start) + len(gap)
        tail = newline if node.end and text[node.end - 1] == "\n" else ""
        return text[:start] + gap + fragments.block(value, column, newline) + tail + text[node.end :]
    above = _column(text, spot.parent.entries[0][0].start.index)
    column = above + (2 if isinstance(value, Mapping) else 0)
    lines = " " * column + fragments.block(value, column, newline)
    if is_block:
        return _new_lines(
            text[: _line_start(text, start)] + text[_after(text, node) :], _line_start(text, start), lines
        )
    if _block_scalar(node):
        header = _BLOCK_HEADER.sub("", text[start : _line_end(text, start)], count=1)
        return text[:start].rstrip(" ") + header + lines + newline + text[_after(text, node) :]
    kept = text[:start].rstrip(" ") + text[node.end :]
    return _new_lines(kept, _line_end(kept, len(text[:start].rstrip(" "))), lines)


class Insert(NamedTuple):
    """Add a key to a mapping, or an item to a list."""

    path: Path
    value: object

    def apply(self, text: str) -> str:
        spot = _spot(text, self.path[:-1])
        node, step = spot.node, self.path[-1]
        if node.target is not None:
            raise EditError(f"{shown(self.path[:-1])} is an alias: edit what it stands for")
        if _mapping(node) == isinstance(step, int):
            raise EditError(f"{shown(self.path)} is no place in a {'mapping' if _mapping(node) else 'list'}")
        entry: object = [self.value] if isinstance(step, int) else {step: self.value}
        if not node.items and not node.entries:
            return Replace(self.path[:-1], entry).apply(text)
        try:
            if spot.flow or node.flow:
                return _insert_in_flow(text, node, step, fragments.inline(entry, True)[1:-1])
            return _insert_in_block(text, node, step, entry)
        except (TypeError, ValueError) as error:
            raise EditError(f"{shown(self.path)}: {error}") from error


def _insert_in_flow(text: str, node: Node, step: Step, new: str) -> str:
    children = _children(node)
    if isinstance(step, int) and step < len(children):
        start = children[step][0]
        return f"{text[:start]}{new}, {text[start:]}"
    end = children[-1][1]
    return f"{text[:end]}, {new}{text[end:]}"


def _insert_in_block(text: str, node: Node, step: Step, entry: object) -> str:
    newline = _newline(text)
    if step == 0 and isinstance(step, int):
        start = _dash(text, node, 0)
        column = _column(text, start)
        return f"{text[:start]}{fragments.block(entry, column, newline)}{newline}{' ' * column}{text[start:]}"
    first = node.entries[0][0].start.index if _mapping(node) else _dash(text, node, 0)
    column = _column(text, first)
    before = node.items[step - 1] if isinstance(step, int) else node
    return _new_lines(text, _after(text, before), " " * column + fragments.block(entry, column, newline))


class Remove(NamedTuple):
    """Take out a key with its value, or an item."""

    path: Path

    def apply(self, text: str) -> str:
        spot = _spot(text, self.path)
        parent = spot.parent
        assert parent is not None
        children = _children(parent)
        if len(children) == 1:
            return Replace(self.path[:-1], {} if _mapping(parent) else []).apply(text)
        starts = [start for start, _ in children]
        index = starts.index(spot.name.start.index) if spot.name else 0
        if spot.flow:
            start, end = (children[index - 1][1], children[index][1]) if index else (starts[0], starts[1])
            return text[:start] + text[end:]
        start = starts[index] if _mapping(parent) else _dash(text, parent, index)
        line = _line_start(text, start)
        if text[line:start].strip(" "):
            behind = starts[1] if _mapping(parent) else _dash(text, parent, 1)
            return text[:start] + text[behind:]
        return text[:line] + text[_after(text, spot.node) :]


Change = Replace | Insert | Remove
