"""Edits of hand-written YAML that leave every other byte alone: comments, quotes, order, blank lines, line ends.

An edit replaces a piece of text at the positions of nodes, then reads the result again and proves that it differs from
what was there in the value asked for and in nothing else. What cannot be proven raises EditError and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from journey.problem import Step
from journey.spec import fragments
from journey.spec.events import BOM, readable
from journey.spec.positions import Node, Path, tree
from journey.spec.splice import Change, EditError, Insert, Remove, Replace, shown
from journey.spec.yaml import parse

__all__ = ["EditError", "insert", "remove", "rename", "set_value"]


def set_value(data: bytes, path: Path, value: object) -> bytes:
    """Set the node at `path`, and make the mappings on the way that are missing.

    Mappings and lists are changed entry by entry, so that what stays equal keeps its bytes. An index one past a list's
    end appends. Raises EditError.
    """
    text, old = _read(data)
    wanted = _with(old, path, value)
    for change in list(_changes(old, tree(text), path, value)):
        text = change.apply(text)
    return _proved(data, text, wanted)


def insert(data: bytes, path: Path, value: object) -> bytes:
    """Add what is not there: a new key, or an item before the one that has the index now. Raises EditError."""
    text, old = _read(data)
    parent = _value(old, path[:-1]) if path else None
    if isinstance(parent, list) and isinstance(path[-1], int) and 0 <= path[-1] <= len(parent):
        wanted = _with(old, path[:-1], [*parent[: path[-1]], value, *parent[path[-1] :]])
    elif isinstance(parent, dict) and path[-1] not in parent:
        wanted = _with(old, path, value)
    else:
        raise EditError(f"{shown(path)} cannot be added")
    return _proved(data, Insert(path, value).apply(text), wanted)


def remove(data: bytes, path: Path) -> bytes:
    """Take a key with its value, or an item, out; comments on lines of their own stay. Raises EditError."""
    text, old = _read(data)
    if not path:
        raise EditError("the whole document cannot be removed")
    _value(old, path)
    return _proved(data, Remove(path).apply(text), _with(old, path, _GONE))


def rename(data: bytes, path: Path, name: str) -> bytes:
    """Give the key at the end of `path` another name; its value and its place stay. Raises EditError."""
    text, old = _read(data)
    holder, value = _value(old, path[:-1]), _value(old, path)
    node = tree(text)
    for step in path[:-1]:
        below = node.child(step) if node and node.target is None else None
        node = below[1] if below else None
    found = node.child(path[-1]) if node and node.target is None else None
    if found is None or not isinstance(holder, dict) or name in holder:
        raise EditError(f"{shown(path)} cannot be called {name}")
    key = found[0]
    wanted = _with(_with(old, path, _GONE), (*path[:-1], name), value)
    return _proved(data, text[: key.start.index] + fragments.inline(name) + text[key.end :], wanted)


_GONE = object()


def _read(data: bytes) -> tuple[str, object]:
    parsed = parse(data, "")
    if parsed.problems:
        first = parsed.problems[0]
        raise EditError(f"the file must read before it is edited: {first.message}")
    return readable(data), parsed.value


def _value(value: object, path: Path) -> object:
    for depth, step in enumerate(path):
        value = _child(value, step)
        if value is _GONE:
            raise EditError(f"there is no {shown(path[: depth + 1])}")
    return value


def _child(value: object, step: Step) -> object:
    if isinstance(value, dict):
        return value.get(step, _GONE)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return _GONE


def _with(old: object, path: Path, value: object) -> object:
    """A copy of the tree with one value set, added or (by `_GONE`) taken out."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(old) if isinstance(old, list) else []
        if not 0 <= step <= len(items) or not isinstance(old, list):
            raise EditError(f"there is no list with an item {step}")
        below = _with(items[step] if step < len(items) else None, rest, value)
        items[step : step + 1] = [] if below is _GONE else [below]
        return items
    if old is not None and not isinstance(old, dict):
        raise EditError(f"there is no mapping to hold {step}")
    entries = dict(old or {})
    entries[step] = _with(entries.get(step), rest, value)
    return {name: below for name, below in entries.items() if below is not _GONE}


def _same(left: object, right: object) -> bool:
    """Equal in value and type all the way down, whatever the order of keys."""
    if isinstance(left, dict) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_same(below, right[name]) for name, below in left.items())
    if isinstance(left, list) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, str) and isinstance(right, str):
        return left == str.__str__(right)
    return type(left) is type(right) and repr(left) == repr(right)


def _proved(data: bytes, text: str, wanted: object) -> bytes:
    lead = BOM.encode() if data.startswith(BOM.encode()) else b""
    try:
        result = lead + text.encode()
    except UnicodeEncodeError as error:
        raise EditError("a lone surrogate is no text") from error
    parsed = parse(result, "")
    if parsed.problems:
        raise EditError(f"the edited text would not read: {parsed.problems[0].message}")
    if not _same(parsed.value, wanted):
        raise EditError("the edit would change another value; edit the text by hand")
    return result


def _changes(old: object, node: Node | None, path: Path, value: object) -> Iterator[Change]:
    """The smallest changes that set `path` to `value`, in an order in which each is true when its turn comes."""
    at: Path = ()
    for depth, step in enumerate(path):
        below = node.child(step) if node and node.target is None else None
        if below is None:
            yield from _new(old, node, at, path[depth:], value)
            return
        node, at = below[1], (*at, step)
        old = _value(old, (step,))
    yield from _differences(old, node, at, value)


def _new(old: object, node: Node | None, at: Path, rest: Path, value: object) -> Iterator[Change]:
    """Set what is missing below the node at `at`."""
    if (node and node.target is not None) or not isinstance(old, (dict, list)) or not old:
        yield Replace(at, _with(old, rest, value))
    else:
        yield Insert((*at, rest[0]), _with(None, rest[1:], value))


def _differences(old: object, node: Node | None, at: Path, value: object) -> Iterator[Change]:
    if _same(old, value):
        return
    alias = node is None or node.target is not None
    if not alias and isinstance(old, dict) and isinstance(value, Mapping) and old.keys() & value.keys():
        yield from _entries(old, node, at, value)
    elif not alias and isinstance(old, list) and isinstance(value, (list, tuple)) and old and value:
        yield from _items(old, node, at, list(value))
    else:
        yield Replace(at, value)


def _entries(old: dict[str, object], node: Node | None, at: Path, value: Mapping[str, object]) -> Iterator[Change]:
    for name, below in value.items():
        if name in old:
            found = node.child(name) if node else None
            yield from _differences(old[name], found and found[1], (*at, name), below)
    yield from (Remove((*at, name)) for name in old if name not in value)
    yield from (Insert((*at, name), below) for name, below in value.items() if name not in old)


def _items(old: list[object], node: Node | None, at: Path, value: list[object]) -> Iterator[Change]:
    """Keep what is equal at both ends; between, change pairwise, then add or take away."""
    shorter = min(len(old), len(value))
    head = next((n for n in range(shorter) if not _same(old[n], value[n])), shorter)
    tail = next((n for n in range(shorter - head) if not _same(old[-1 - n], value[-1 - n])), shorter - head)
    for n in range(head, shorter - tail):
        found = node.child(n) if node else None
        yield from _differences(old[n], found and found[1], (*at, n), value[n])
    yield from (Remove((*at, n)) for n in range(len(old) - tail - 1, shorter - tail - 1, -1))
    yield from (Insert((*at, n), value[n]) for n in range(shorter - tail, len(value) - tail))
