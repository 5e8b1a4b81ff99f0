"""The spec's files as trees: YAML 1.2 core, every mistake found at once.

A tree is made of plain dict, list, str, int, float, bool and None; positions are looked up when one is asked for
(`locate`, `lines`, `span`). A file that any reader could take for something else is refused: see the rules below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from yaml import YAMLError
from yaml.error import Mark, MarkedYAMLError
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from journey.problem import Place, Problem
from journey.spec.events import BOM, DEEPEST, FORBIDDEN, MOST_BYTES, MOST_NODES, Event, source, start
from journey.spec.positions import lines, locate, span
from journey.spec.scalars import Refused, resolve

__all__ = ["Parsed", "lines", "locate", "parse", "span"]


class Parsed(NamedTuple):
    """The tree of a file, and what is wrong with the file.

    With problems the tree is what could be read, and None where nothing could. Nodes read through an alias are one
    object with the anchored node: do not change a tree in place.
    """

    value: object
    problems: list[Problem]


def parse(data: bytes, file: str) -> Parsed:
    """Read one file; `file` is the name that its problems carry. Any bytes give a Parsed, never an exception."""
    if len(data) > MOST_BYTES:
        message = f"the file has {len(data):,} bytes; {MOST_BYTES:,} is the most"
        return Parsed(None, [Problem(Place(file), "yaml/size", message, "split it with `includes`")])
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return Parsed(None, [_not_utf8(data, file, error.start)])
    text = text.removeprefix(BOM)
    problems = _forbidden(text, file)
    builder = _Builder(file, problems)
    try:
        builder.read(FORBIDDEN.sub("\ufffd", text) if problems else text)
    except _Stop:
        builder.value = None
    except (YAMLError, ValueError, OverflowError) as error:
        problems.append(_syntax(error, text, file))
    problems.sort(key=_order)
    return Parsed(builder.value, problems)


def _order(problem: Problem) -> tuple[int, int]:
    place = problem.where
    return (place.line, place.column) if isinstance(place, Place) else (0, 0)


def _not_utf8(data: bytes, file: str, start: int) -> Problem:
    before = data[:start].decode()
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message = f"byte 0x{data[start]:02x} is not UTF-8"
    return Problem(Place(file, line, column), "yaml/encoding", message, "save the file as UTF-8")


def _forbidden(text: str, file: str) -> list[Problem]:
    problems = []
    for match in FORBIDDEN.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        place = Place(file, line, match.start() - text.rfind("\n", 0, match.start()))
        code = ord(match.group())
        name = f"U+{code:04X}"
        hint = "remove it" + (f', or write "\\u{code:04x}" in double quotes' if code > 0x7F else "")
        problems.append(Problem(place, "yaml/character", f"the character {name} may not stand in YAML", hint))
        if len(problems) == _MOST_CHARACTERS:
            break
    return problems


_MOST_CHARACTERS = 20  # a binary file is one mistake, not a million
_TAB_INDENT = re.compile(r" *\t")
_QUOTED_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _syntax(error: Exception, text: str, file: str) -> Problem:
    """The Problem for the parser's error; a tab for indentation gets its own name, as it cannot be seen."""
    mark = _mark(error) if isinstance(error, MarkedYAMLError) else None
    if mark is None:
        return Problem(Place(file), "yaml/syntax", f"not YAML: {str(error).splitlines()[0]}")
    all_lines = text.splitlines()
    line = all_lines[mark.line] if mark.line < len(all_lines) else ""
    if tab := _TAB_INDENT.match(line):
        place = Place(file, mark.line + 1, tab.end())
        return Problem(place, "yaml/tab", "a tab cannot indent YAML", "indent with spaces")
    assert isinstance(error, MarkedYAMLError)
    message = ", ".join(part for part in (error.context, error.problem) if part)
    return Problem(Place(file, mark.line + 1, mark.column + 1), "yaml/syntax", f"not YAML: {message}", _advice(line))


def _mark(error: MarkedYAMLError) -> Mark | None:
    """Where the mistake is: what the file's end leaves open is wrong where it was opened."""
    if error.problem and "end of stream" in error.problem and error.context_mark:
        return error.context_mark
    return error.problem_mark or error.context_mark


def _advice(line: str) -> str:
    """A hint for the commonest slips, by the line where the parser gave up."""
    if re.search(r":[^\s].*: |: .*: ", line):
        return "quote a value that holds `: `"
    if re.search(r"(?:^|[:\-] )\s*[@`%*&!]", line):
        return "quote a value that begins with @, `, %, *, & or !"
    return "look for a missing quote, bracket or colon, or for uneven indentation, here or just above"


class _Stop(Exception):
    """Reading on could cost without bound; the Problem is noted already."""


class _Frame:
    """A collection under construction."""

    __slots__ = ("before", "event", "height", "key", "keys", "node", "waiting")

    def __init__(self, event: CollectionStartEvent, node: dict[str, object] | list[object], before: int) -> None:
        self.event = event
        self.node = node
        self.before = before
        self.height = 1
        self.keys: dict[str, int] = {}
        self.key = ""
        self.waiting = isinstance(node, dict)


class _Anchored(NamedTuple):
    """A node that an alias may stand for, with what the alias costs: nodes and levels."""

    node: object
    nodes: int
    height: int


class _Builder:
    """Makes a tree of events, and notes every Problem on the way."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.value: object = None
        self._file = file
        self._problems = problems
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchored] = {}
        self._nodes = 0
        self._documents = 0

    def read(self, text: str) -> None:
        """Raises YAMLError at an error of syntax (the pure parser also ValueError), and _Stop at a limit."""
        handlers: dict[type[Event], Callable[[Event], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._start,
            SequenceStartEvent: self._start,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }
        loader = source(text)
        find = handlers.get
        while (event := loader.get_event()) is not None:
            if handle := find(type(event)):
                handle(event)
        if self.value is None and not self._problems:
            hint = "write a mapping, such as `name: shop`"
            self._problems.append(Problem(Place(self._file), "yaml/empty", "the file is empty", hint))

    def _note(self, event: Event, rule: str, message: str, hint: str) -> None:
        mark = start(event)
        self._problems.append(Problem(Place(self._file, mark.line + 1, mark.column + 1), rule, message, hint))

    def _document(self, event: Event) -> None:
        self._documents += 1
        if self._documents == 2:
            self._note(event, "yaml/documents", "a second document begins here", "keep one document in a file")
            raise _Stop

    def _count(self, event: Event, nodes: int, height: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            message = f"the file has more than {MOST_NODES:,} nodes, aliases counted as what they stand for"
            self._note(event, "yaml/size", message, "split it with `includes`")
            raise _Stop
        if len(self._stack) + height > DEEPEST:
            self._note(event, "yaml/depth", f"nested deeper than {DEEPEST} levels", "flatten it")
            raise _Stop

    def _tag(self, event: ScalarEvent | CollectionStartEvent) -> None:
        hint = "remove it; quote the value if it is text"
        self._note(event, "yaml/tag", f"the tag {event.tag} is not taken", hint)

    def _scalar(self, event: Event) -> None:
        assert isinstance(event, ScalarEvent)
        self._count(event, 1, 0)
        value: object
        if event.implicit[0]:
            value = resolve(event.value)
            if value.__class__ is Refused:
                value = self._refused(event, value)
        else:
            value = event.value
            if _QUOTED_CONTROL.search(value):
                message = "a control character or lone surrogate is not text"
                self._note(event, "yaml/character", message, "remove the escape")
            if event.tag is not None:
                self._tag(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, 1, 0)
        self._attach(event, value)

    def _refused(self, event: ScalarEvent, refused: Refused) -> object:
        frame = self._stack[-1] if self._stack else None
        if refused.value == "<<" and frame and frame.waiting:
            hint = "write the keys out; a value that many share belongs in `defaults`"
            self._note(event, "yaml/merge-key", "merge keys are not YAML 1.2", hint)
        elif frame and frame.waiting:
            self._note(event, refused.rule, refused.message, f'write "{event.value}": for the key')
            return event.value
        else:
            self._note(event, refused.rule, refused.message, refused.hint)
        return refused.value

    def _start(self, event: Event) -> None:
        assert isinstance(event, CollectionStartEvent)
        self._count(event, 1, 1)
        if event.tag is not None:
            self._tag(event)
        node: dict[str, object] | list[object] = {} if type(event) is MappingStartEvent else []
        self._stack.append(_Frame(event, node, self._nodes))

    def _end(self, event: Event) -> None:
        frame = self._stack.pop()
        if frame.event.anchor is not None:
            nodes = self._nodes - frame.before + 1
            self._anchors[frame.event.anchor] = _Anchored(frame.node, nodes, frame.height)
        if self._stack and self._stack[-1].height <= frame.height:
            self._stack[-1].height = frame.height + 1
        self._attach(frame.event, frame.node)

    def _alias(self, event: Event) -> None:
        assert isinstance(event, AliasEvent)
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            hint = f"write &{event.anchor} at the node it stands for, further up"
            self._note(event, "yaml/alias", f"nothing above is anchored as &{event.anchor}", hint)
            anchored = _Anchored(None, 1, 0)
        self._count(event, anchored.nodes, anchored.height)
        if self._stack and self._stack[-1].height <= anchored.height:
            self._stack[-1].height = anchored.height + 1
        self._attach(event, anchored.node)

    def _attach(self, event: Event, value: object) -> None:
        """Put a finished node where it belongs: an item, a key, a key's value, or the whole document."""
        if not self._stack:
            self.value = value
            return
        frame = self._stack[-1]
        node = frame.node
        if node.__class__ is list:
            node.append(value)
        elif frame.waiting:
            self._key(event, frame, value)
        else:
            node[frame.key] = value  # type: ignore[call-overload]
            frame.waiting = True

    def _key(self, event: Event, frame: _Frame, value: object) -> None:
        frame.waiting = False
        if value.__class__ is not str:
            hint = "quote it" if isinstance(event, ScalarEvent) else "a key is one word or a quoted text"
            self._note(event, "yaml/key", f"a key must be a string, not {_kind(value)}", hint)
            value = str(event.value) if isinstance(event, ScalarEvent) else "?"
        assert isinstance(value, str)
        frame.key = value
        if value in frame.keys:
            message = f"the key {value} stands twice; the first is in line {frame.keys[value]}"
            self._note(event, "yaml/duplicate-key", message, "keep one of them")
        else:
            frame.keys[value] = start(event).line + 1


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    return "a mapping" if isinstance(value, Mapping) else "a list"
