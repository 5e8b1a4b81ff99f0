"""Values and facts, asked for by name, with every question recorded.

A query is a pure function of a View and some strings, memoised by the Engine. While it runs, its View records which
inputs and which other queries it read; with the fingerprint of its value that record tells a later run whether the
answer can have changed without computing it (the red-green marking of incremental compilers: a query whose reads are
all as they were is as it was, and a query that was computed again to the same value stops the change from spreading).
Units are rendered through a View too, so incremental rendering, `explain`, `uses` and `diff` share the one record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import msgspec

Key = tuple[str, ...]
"""A query's name and its arguments; an input is ("input", file, block)."""

P = ParamSpec("P")
T = TypeVar("T")

INPUT = "input"
_encoder = msgspec.msgpack.Encoder()


class Record(NamedTuple):
    """What an earlier run knew of a query: the fingerprint of its value and what it read."""

    print: bytes
    reads: tuple[Key, ...]
    value: bytes | None = None
    """The value itself as MessagePack, of queries that ask for it (see `kept`)."""


class Memo:
    """A query's value in this run."""

    __slots__ = ("print", "reads", "value")

    def __init__(self, value: Any, reads: tuple[Key, ...]) -> None:
        self.value = value
        self.reads = reads
        self.print = b""


def fingerprint(value: object) -> bytes:
    """A hash of a value made of Records, tuples, mappings and scalars; the order of keys counts."""
    return hashlib.blake2b(_encoder.encode(value), digest_size=12).digest()


class View:
    """The only way to values and facts. `reads` lists what was asked through it, in order, with repetitions."""

    __slots__ = ("engine", "reads")

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.reads: list[Key] = []

    def input(self, file: str, block: str = "") -> Any:
        """A document of the spec, or one top-level block of it; None where there is none."""
        self.reads.append((INPUT, file, block))
        return self.engine.input(file, block)

    def asked(self) -> tuple[Key, ...]:
        """What was read, each once."""
        return tuple(dict.fromkeys(self.reads))


_QUERIES: dict[str, Callable[..., Any]] = {}


def query(function: Callable[Concatenate[View, P], T]) -> Callable[Concatenate[View, P], T]:
    """Make a pure function of a View and strings a recorded, memoised query."""
    name = f"{function.__module__.removeprefix('journey.')}.{function.__name__}"
    _QUERIES[name] = function

    @wraps(function)
    def ask(view: View, *args: Any) -> T:
        key = (name, *args)
        view.reads.append(key)
        engine = view.engine
        memo = engine.memos.get(key)
        if memo is None:
            memo = engine.compute(key, function)
        value: T = memo.value
        return value

    return ask  # type: ignore[return-value]  # callers keep the declared parameters; all of them are positional strings


_KEPT: dict[str, Any] = {}


def kept(value_type: Any) -> Callable[[Callable[Concatenate[View, P], T]], Callable[Concatenate[View, P], T]]:
    """Like `query`, for a value that many units read and that reads much: it is kept between runs, as `value_type`."""

    def decorate(function: Callable[Concatenate[View, P], T]) -> Callable[Concatenate[View, P], T]:
        _KEPT[f"{function.__module__.removeprefix('journey.')}.{function.__name__}"] = value_type
        return query(function)

    return decorate


def inlined(function: Callable[Concatenate[View, P], T]) -> Callable[Concatenate[View, P], T]:
    """Make a pure function of a View and strings memoised but not a query: who asks is recorded as the reader.

    For what is cheap and asked for often: it saves the record and the fingerprint of a value.
    """
    name = f"{function.__module__.removeprefix('journey.')}.{function.__name__}"

    @wraps(function)
    def ask(view: View, *args: Any) -> T:
        key = (name, *args)
        memo = view.engine.inlined.get(key)
        if memo is None:
            own = View(view.engine)
            memo = view.engine.inlined[key] = Memo(function(own, *args), own.asked())  # type: ignore[call-arg]
        view.reads += memo.reads
        value: T = memo.value
        return value

    return ask  # type: ignore[return-value]  # as above


class Engine:
    """Answers queries over the documents of one spec.

    documents: file -> parsed content. known: what an earlier run recorded, empty when there was none. changed: the
    files whose content may differ from what that run saw; None means any.
    """

    def __init__(
        self,
        documents: Mapping[str, Any],
        known: Mapping[Key, Record] | None = None,
        changed: Iterable[str] | None = None,
    ) -> None:
        self.documents = documents
        self.known = known or {}
        self.memos: dict[Key, Memo] = {}
        self.inlined: dict[Key, Memo] = {}
        self.suspects = self._find_suspects(None if changed is None else frozenset(changed))
        self.learnt: dict[Key, Record] = {}
        """What other processes computed of the same spec."""
        self._prints: dict[Key, bytes] = {}

    def input(self, file: str, block: str) -> Any:
        document = self.documents.get(file)
        if not block or document is None:
            return document
        return document.get(block)

    def compute(self, key: Key, function: Callable[..., Any] | None = None) -> Memo:
        """Run a query and keep its value; one that was kept by an earlier run and still holds is taken from there."""
        record = self.known.get(key)
        if record is not None and record.value is not None and self._holds(key, record):
            value = msgspec.msgpack.decode(record.value, type=_KEPT[key[0]])
            memo = self.memos[key] = Memo(value, record.reads)
            return memo
        view = View(self)
        value = (function or _QUERIES[key[0]])(view, *key[1:])
        memo = self.memos[key] = Memo(value, view.asked())
        return memo

    def _find_suspects(self, changed: frozenset[str] | None) -> set[Key]:
        """Inputs that differ from what was known, and every query that read one of them, directly or not."""
        found = {
            key
            for key, record in self.known.items()
            if key[0] == INPUT
            and (changed is None or key[1] in changed)
            and fingerprint(self.input(key[1], key[2])) != record.print
        }
        if not found:
            return found
        readers: dict[Key, list[Key]] = {}
        for key, record in self.known.items():
            for read in record.reads:
                readers.setdefault(read, []).append(key)
        todo = list(found)
        while todo:
            for reader in readers.get(todo.pop(), ()):
                if reader not in found:
                    found.add(reader)
                    todo.append(reader)
        return found

    def _holds(self, key: Key, record: Record) -> bool:
        return key[0] in _KEPT and (key not in self.suspects or self.unchanged(record.reads))

    def print_of(self, key: Key) -> bytes:
        """The fingerprint of a query's or an input's value now, found without computing it where that is sure."""
        record = self.known.get(key)
        if record is not None and key not in self.suspects:
            return record.print
        found = self._prints.get(key)
        if found is None:
            found = self._prints[key] = self._find_print(key, record)
        return found

    def _find_print(self, key: Key, record: Record | None) -> bytes:
        if key[0] == INPUT:
            return fingerprint(self.input(key[1], key[2]))
        memo = self.memos.get(key)
        if memo is None:
            if key in self.learnt:
                return self.learnt[key].print
            if record is not None and self.unchanged(record.reads):
                return record.print
            if key[0] not in _QUERIES:
                return b"gone"
            memo = self.compute(key)
        return fingerprint(memo.value)

    def unchanged(self, reads: Iterable[Key]) -> bool:
        """Whether everything read then has the same value now."""
        known, suspects = self.known, self.suspects
        for key in reads:
            record = known.get(key)
            if record is None or (key in suspects and self.print_of(key) != record.print):
                return False
        return True

    def records(self, roots: Iterable[Key]) -> dict[Key, Record]:
        """What to remember: the roots and all that they read, transitively, with fingerprints."""
        found: dict[Key, Record] = {}
        todo = list(dict.fromkeys(roots))
        while todo:
            key = todo.pop()
            if key in found:
                continue
            record = self.known.get(key)
            if record is None or key in self.suspects:
                record = self.learnt.get(key) or Record(self.print_of(key), self._reads_of(key), self.value_of(key))
            found[key] = record
            todo.extend(record.reads)
        return found

    def value_of(self, key: Key) -> bytes | None:
        """A query's value as it is kept, where it asks for that and was computed here."""
        memo = self.memos.get(key)
        return _encoder.encode(memo.value) if key[0] in _KEPT and memo is not None else None

    def _reads_of(self, key: Key) -> tuple[Key, ...]:
        memo = self.memos.get(key)
        if memo is not None:
            return memo.reads
        record = self.known.get(key)
        return record.reads if record is not None else ()
