"""Where the nodes of a YAML text stand, found by reading it again: done only when something is said about a node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from journey.problem import Step
from journey.spec.events import BOM, DEEPEST, MOST_NODES, Event, end, events, readable, start

Path = tuple[Step, ...]


class Node:
    """A node with its extent: character offsets into the text without byte order mark, lines and columns from 0.

    `end` is where its own text ends: the last character of its last scalar or bracket, before any comment behind it.
    An alias has the node it stands for in `target`. A mapping's `entries` are (key node, key, value node) in order;
    keys other than scalars count as "?".
    """

    __slots__ = ("end", "entries", "event", "items", "start", "target")

    def __init__(self, event: NodeEvent) -> None:
        self.event = event
        self.start = start(event)
        self.end = end(event)
        self.entries: list[tuple[Node, str, Node]] = []
        self.items: list[Node] = []
        self.target: Node | None = None

    @property
    def flow(self) -> bool:
        """Whether a collection is written in brackets."""
        return bool(isinstance(self.event, CollectionStartEvent) and self.event.flow_style)

    def resolved(self) -> Node:
        """The node itself, or what an alias stands for."""
        return self.target or self

    def child(self, step: Step) -> tuple[Node, Node] | None:
        """(what names it, the node) below this one; the last of two with one key, as readers take it."""
        node = self.resolved()
        if isinstance(step, int):
            return (node.items[step], node.items[step]) if 0 <= step < len(node.items) else None
        return next(((key, value) for key, name, value in reversed(node.entries) if name == step), None)


def tree(text: str) -> Node | None:
    """The nodes of the first document, as far as it can be read."""
    root: Node | None = None
    stack: list[Node] = []
    anchors: dict[str, Node] = {}
    pending: list[Node | None] = []
    for count, event in enumerate(events(text)):
        if count > 4 * MOST_NODES or len(stack) > DEEPEST or (root and isinstance(event, DocumentStartEvent)):
            break
        if isinstance(event, NodeEvent):
            node = _node(event, anchors)
            if stack:
                _attach(stack[-1], pending, node)
            root = root or node
            if isinstance(event, CollectionStartEvent):
                stack.append(node)
                pending.append(None)
        elif isinstance(event, CollectionEndEvent):
            pending.pop()
            _close(stack.pop(), event)
    return root


def _node(event: NodeEvent, anchors: dict[str, Node]) -> Node:
    node = Node(event)
    if isinstance(event, AliasEvent):
        node.target = anchors.get(event.anchor or "")
    elif event.anchor is not None:
        anchors[event.anchor] = node
    return node


def _attach(parent: Node, pending: list[Node | None], node: Node) -> None:
    """Hang a node below its parent; the last of `pending` is the key that still waits for its value."""
    if not isinstance(parent.event, MappingStartEvent):
        parent.items.append(node)
    elif (key := pending[-1]) is None:
        pending[-1] = node
    else:
        named = key.resolved().event
        parent.entries.append((key, named.value if isinstance(named, ScalarEvent) else "?", node))
        pending[-1] = None


def _close(node: Node, event: Event) -> None:
    """A collection in brackets ends with its bracket; a block ends with its last child, not where the next begins."""
    if node.flow:
        node.end = end(event)
        return
    last = node.items[-1] if node.items else node.entries[-1][2] if node.entries else None
    if last:
        node.end = max(node.end, last.end, *(key.end for key, _, _ in node.entries[-1:]))


def locate(data: bytes, path: Path, key: bool = False) -> tuple[int, int]:
    """Line and column (from 1) of the node at `path`, or of its key; of its nearest ancestor where there is none.

    A node reached through an alias stands where the anchored one does. Any bytes are taken; (1, 1) where nothing can
    be read.
    """
    node = _tree_of(data)
    if node is None:
        return 1, 1
    found = name = node
    for step in path:
        below = found.child(step)
        if below is None:
            return _position(found)
        name, found = below
    return _position(name if key else found)


@lru_cache(maxsize=2)
def _tree_of(data: bytes) -> Node | None:
    """Problems come sorted by file, so that the last file read is the one that is asked about next."""
    return tree(readable(data))


def _position(node: Node) -> tuple[int, int]:
    return node.start.line + 1, node.start.column + 1


def span(data: bytes, path: Path) -> tuple[int, int]:
    """Byte offsets [start, end) of the node at `path`, an anchor or tag before it included; an alias is its own text.

    Raises KeyError when there is no such node.
    """
    text = readable(data)
    node = tree(text)
    for step in path:
        below = node.child(step) if node else None
        if below is None:
            raise KeyError(path)
        node = below[1]
    if node is None:
        raise KeyError(path)
    lead = len(data) - len(data.removeprefix(BOM.encode()))
    return tuple(lead + len(text[:at].encode()) for at in (node.start.index, node.end))  # type: ignore[return-value]


def lines(data: bytes, key: bool = False) -> Mapping[Path, tuple[int, int]]:
    """Line and column (from 1) of every node by path, or with `key` of what names it: a mapping's key, an item itself.

    Nodes below an alias stand where the anchored ones do.
    """
    root = _tree_of(data)
    if root is None:
        return {}
    found: dict[Path, tuple[int, int]] = {(): _position(root)}
    for path, name, node in _descend(root):
        found[path] = _position(name if key else node)
        if len(found) > MOST_NODES:
            break
    return found


def paths_at(data: bytes, line: int, column: int) -> tuple[Path, ...]:
    """The innermost nodes that begin, or are named, at a line and column (from 1), as paths.

    There are several where an alias repeats a node, and none where the position is inside of one, or belongs to a key
    that stands twice and the other one is read.
    """
    root = _tree_of(data)
    nodes = ((path, name, node.resolved()) for path, name, node in _descend(root)) if root else ()
    found = {path for path, *named in nodes if (line, column) in map(_position, named)}
    outer = {path[:end] for path in found for end in range(len(path))}
    return tuple(sorted(found - outer, key=repr))


def _descend(root: Node) -> Iterator[tuple[Path, Node, Node]]:
    stack: list[tuple[Path, Node]] = [((), root)]
    while stack:
        path, alias = stack.pop()
        node = alias.resolved()
        if len(path) > DEEPEST:
            continue
        for index, item in enumerate(node.items):
            yield (*path, index), item, item
            stack.append(((*path, index), item))
        for name, (key, value) in {name: (key, value) for key, name, value in node.entries}.items():
            yield (*path, name), key, value
            stack.append(((*path, name), value))
