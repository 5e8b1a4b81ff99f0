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

from journey.spec.graph import Graph, Key, Recorder

P = ParamSpec("P")
T = TypeVar("T")

INPUT = "input"
MOST_INLINED = 1000
"""How many inlined values are kept at once: they are cheap to compute again, and many."""
_encoder = msgspec.msgpack.Encoder()


class Memo:
    """A query's value in this run."""

    __slots__ = ("reads", "value")

    def __init__(self, value: Any, reads: tuple[Key, ...]) -> None:
        self.value = value
        self.reads = reads


def fingerprint(value: object) -> bytes:
    """A hash of a value made of Records, tuples, mappings and scalars; the order of keys counts."""
    return hashlib.blake2b(_encoder.encode(value), digest_size=12).digest()


class Origins(NamedTuple):
    """What a query goes back to: inputs, and in place of those the parts of inputs that it was asked for."""

    inputs: frozenset[Key]
    parts: frozenset[Key]


class ByOrigin(NamedTuple):
    """The reads of a query by input, and by part of an input."""

    inputs: dict[Key, list[Key]]
    parts: dict[Key, list[Key]]


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


def described(name: str) -> str:
    """What a query is, in the first sentence of its documentation."""
    function = _QUERIES.get(name)
    return ((function.__doc__ if function else "") or "").split("\n")[0]


_KEPT: dict[str, Any] = {}


def kept(value_type: Any) -> Callable[[Callable[Concatenate[View, P], T]], Callable[Concatenate[View, P], T]]:
    """Like `query`, for a value that many units read and that reads much: it is kept between runs, as `value_type`."""

    def decorate(function: Callable[Concatenate[View, P], T]) -> Callable[Concatenate[View, P], T]:
        _KEPT[f"{function.__module__.removeprefix('journey.')}.{function.__name__}"] = value_type
        return query(function)

    return decorate


_PARTS: set[str] = set()


def part(function: Callable[Concatenate[View, P], T]) -> Callable[Concatenate[View, P], T]:
    """Like `query`, for a small part of an input that very many queries ask for: where the part is as it was, none of
    those is looked at when a trial changes the input elsewhere (see `journey.spec.derived`)."""
    _PARTS.add(f"{function.__module__.removeprefix('journey.')}.{function.__name__}")
    return query(function)


INDEXES: set[str] = set()
"""Names of queries that are indexes."""


def indexed(value_type: Any) -> Callable[[Callable[Concatenate[View, P], T]], Callable[Concatenate[View, P], T]]:
    """Like `kept`, for an index over all services: it tells a reader which of them to ask, and nothing more.

    What a reader says comes from what it is told by those it asks, so explain need not go through the index: a field
    does not depend on what another service does not say now.
    """

    def decorate(function: Callable[Concatenate[View, P], T]) -> Callable[Concatenate[View, P], T]:
        INDEXES.add(f"{function.__module__.removeprefix('journey.')}.{function.__name__}")
        return kept(value_type)(function)

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
            memo = view.engine.inline(key, function)
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
        self, documents: Mapping[str, Any], known: Graph | None = None, changed: Iterable[str] | None = None
    ) -> None:
        self.documents = documents
        self.known = known or Graph()
        self.memos: dict[Key, Memo] = {}
        self.inlined: dict[Key, Memo] = {}
        self._numbers = {key: number for number, key in enumerate(self.known.keys)}
        self._prints: dict[Key, bytes] = {}
        self._origins: dict[tuple[bool, Key], Origins] = {}
        self._by_origin: dict[Key, ByOrigin] = {}
        self._behind: dict[Key, frozenset[Key]] = {}
        self.suspects = self.known.reached(self._changed_inputs(None if changed is None else frozenset(changed)))

    def input(self, file: str, block: str) -> Any:
        """A document, or one top-level block of it; None where there is none."""
        document = self.documents.get(file)
        if not block or document is None:
            return document
        return document.get(block)

    def _changed_inputs(self, changed: frozenset[str] | None) -> list[int]:
        return [
            number
            for number, key in enumerate(self.known.keys)
            if key[0] == INPUT
            and (changed is None or key[1] in changed)
            and fingerprint(self.input(key[1], key[2])) != self.known.prints[number]
        ]

    def compute(self, key: Key, function: Callable[..., Any] | None = None) -> Memo:
        """Run a query and keep its value; one that was kept by an earlier run and still holds is taken from there."""
        number = self._numbers.get(key, -1)
        value = self.known.values.get(number)
        if value is not None and key[0] in _KEPT and self._holds(number):
            reads = tuple(self.known.keys[read] for read in self.known.reads[number])
            memo = self.memos[key] = Memo(msgspec.msgpack.decode(value, type=_KEPT[key[0]]), reads)
            return memo
        memo = self.memos[key] = recompute(self, key, function)
        return memo

    def inline(self, key: Key, function: Callable[..., Any]) -> Memo:
        """Run what is only memoised."""
        if len(self.inlined) >= MOST_INLINED:
            self.inlined.clear()  # who asks again soon, asks within few others
        memo = self.inlined[key] = recompute(self, key, function)
        return memo

    def recall(self, key: Key) -> Memo | None:
        """The memo of a query that this or the last run asked; None of one that nobody did."""
        memo = self.memos.get(key)
        if memo is None and key in self._numbers and key[0] in _QUERIES:
            memo = self.compute(key)
        return memo

    def reads_of(self, key: Key) -> tuple[Key, ...]:
        """What a query read, without computing it where the last run recorded it; nothing for what nobody asked."""
        memo = self.memos.get(key)
        if memo is not None:
            return memo.reads
        number = self._numbers.get(key)
        if number is None:
            return ()
        if number in self.suspects:
            return self.compute(key).reads
        return tuple(self.known.keys[read] for read in self.known.reads[number])

    def origins(self, key: Key, indexes: bool = True) -> Origins:
        """What a query goes back to; through indexes it read, or past them."""
        found = self._origins.get((indexes, key))
        if found is None:
            reads = [read for read in self.reads_of(key) if indexes or read[0] not in INDEXES]
            inputs = {read for read in reads if read[0] == INPUT}
            below = [self.origins(read, indexes) for read in reads if read[0] != INPUT]
            if key[0] in _PARTS or (inputs and not below):
                behind = (self._behind[part] for one in below for part in one.parts)
                self._behind[key] = frozenset(inputs.union(*(one.inputs for one in below), *behind))
                found = Origins(frozenset(), frozenset({key}))
            else:
                parts = frozenset[Key]().union(*(one.parts for one in below))
                found = Origins(frozenset(inputs.union(*(one.inputs for one in below))), parts)
            self._origins[indexes, key] = found
        return found

    def by_origin(self, key: Key) -> ByOrigin:
        """The reads of a query by what they go back to."""
        found = self._by_origin.get(key)
        if found is None:
            found = self._by_origin[key] = ByOrigin({}, {})
            for read in self.reads_of(key):
                origins = self.origins(read) if read[0] != INPUT else Origins(frozenset({read}), frozenset())
                for item in origins.inputs:
                    found.inputs.setdefault(item, []).append(read)
                for part in origins.parts:
                    found.parts.setdefault(part, []).append(read)
        return found

    def inputs_of(self, part: Key) -> frozenset[Key]:
        """The inputs that a part is of."""
        return self._behind[part]

    def _holds(self, number: int) -> bool:
        return number not in self.suspects or self.unchanged(self.known.reads[number])

    def print_of(self, key: Key) -> bytes:
        """The fingerprint of a query's or an input's value now, found without computing it where that is sure."""
        number = self._numbers.get(key)
        if number is not None and number not in self.suspects:
            return self.known.prints[number]
        found = self._prints.get(key)
        if found is None:
            found = self._prints[key] = self._find_print(key, number)
        return found

    def _find_print(self, key: Key, number: int | None) -> bytes:
        if key[0] == INPUT:
            return fingerprint(self.input(key[1], key[2]))
        memo = self.memos.get(key)
        if memo is None:
            if number is not None and self.unchanged(self.known.reads[number]):
                return self.known.prints[number]
            if key[0] not in _QUERIES:
                return b"gone"
            memo = self.compute(key)
        return fingerprint(memo.value)

    def unchanged(self, reads: Iterable[int]) -> bool:
        """Whether everything read then, by number, has the same value now."""
        known, suspects = self.known, self.suspects
        return suspects.isdisjoint(reads) or all(
            number not in suspects or self.print_of(known.keys[number]) == known.prints[number] for number in reads
        )

    def record(self, recorder: Recorder, keys: Iterable[Key]) -> list[int]:
        """The numbers of what was read, after it and all that it reads was recorded."""
        numbers = recorder.numbers
        return [numbers[key] if key in numbers else self._record(recorder, key) for key in keys]

    def _record(self, recorder: Recorder, key: Key) -> int:
        if key[0] == INPUT:
            return recorder.add(key, self.print_of(key), [], None)
        memo = self.memos.get(key)
        if memo is not None:
            value = _encoder.encode(memo.value) if key[0] in _KEPT else None
            return recorder.add(key, self.print_of(key), self.record(recorder, memo.reads), value)
        number = self._numbers[key]
        reads = self.record(recorder, [self.known.keys[read] for read in self.known.reads[number]])
        return recorder.add(key, self.print_of(key), reads, self.known.values.get(number))


def recompute(engine: Engine, key: Key, function: Callable[..., Any] | None = None) -> Memo:
    """Run a query over an engine's documents."""
    view = View(engine)
    return Memo((function or _QUERIES[key[0]])(view, *key[1:]), view.asked())
