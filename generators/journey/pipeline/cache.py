"""What the last run knew, kept in `.journey/`: documents, recorded queries, results and the state of every file.

Everything in it is checked before it is used: documents by their stamp, queries and units by the fingerprints of what
they read, files by their Stat. The whole is dropped when the code that made it is not this code: the generators' own
modules, plug-ins, Python and the installed libraries are in its key. Parts are decoded when they are asked for: most
runs need few of them.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import msgspec

import journey
from journey.artifact import Unit
from journey.pipeline.results import Finding, Result
from journey.spec.sources import Document
from journey.spec.view import Key, Record
from journey.tree import Entry, Index, Owned, Stat

FOLDER = ".journey"
FILE = "cache.msgpack"


class _Graph(msgspec.Struct, array_like=True):
    """Queries and inputs by number: names, fingerprints, what each read, and values worth keeping."""

    keys: list[Key]
    prints: list[bytes]
    reads: list[list[int]]
    values: dict[int, bytes]


class _Stored(msgspec.Struct, array_like=True):
    code: bytes
    plugins: list[str]
    documents: list[tuple[str, tuple[int, ...], msgspec.Raw]]
    graph: msgspec.Raw
    units: list[tuple[Unit, list[int], msgspec.Raw]]
    entries: msgspec.Raw
    owned: Owned
    schemas: bytes
    findings: tuple[Finding, ...]
    settled: bool


class Cache:
    """The last run's knowledge; empty when there was none that fits."""

    def __init__(self, stored: _Stored | None = None, written_ns: int = 0) -> None:
        self._stored = stored or _Stored(b"", [], [], _EMPTY_GRAPH, [], msgspec.Raw(b"\x90"), Owned(), b"", (), False)
        self._written_ns = written_ns

    @property
    def settled(self) -> bool:
        """Whether that run left the tree as the spec wants it, with no error."""
        return self._stored.settled

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that it found."""
        return self._stored.findings

    @property
    def owned(self) -> Owned:
        """What it owned."""
        return self._stored.owned

    @property
    def schemas(self) -> bytes:
        """The digest of the user's own schemas that it judged by."""
        return self._stored.schemas

    @cached_property
    def documents(self) -> dict[str, Document]:
        """The files of the spec by path."""
        return {file: Document(file, stamp, raw=raw) for file, stamp, raw in self._stored.documents}

    @cached_property
    def index(self) -> Index:
        """The rendered files as it left them."""
        entries = msgspec.msgpack.decode(self._stored.entries, type=list[tuple[str, bytes, Stat]])
        return Index({path: Entry(digest, stat) for path, digest, stat in entries}, self._written_ns)

    @cached_property
    def _graph(self) -> _Graph:
        return msgspec.msgpack.decode(self._stored.graph, type=_Graph)

    @cached_property
    def records(self) -> dict[Key, Record]:
        """What it recorded of each query and input."""
        graph = self._graph
        keys, values = graph.keys, graph.values
        return {
            key: Record(graph.prints[number], tuple([keys[read] for read in graph.reads[number]]), values.get(number))
            for number, key in enumerate(keys)
        }

    @cached_property
    def reads(self) -> dict[Unit, tuple[Key, ...]]:
        """What each unit read."""
        keys = self._graph.keys
        return {unit: tuple([keys[number] for number in numbers]) for unit, numbers, _ in self._stored.units}

    @cached_property
    def _raw(self) -> dict[Unit, msgspec.Raw]:
        return {unit: raw for unit, _, raw in self._stored.units}

    @property
    def units(self) -> Collection[Unit]:
        """The units that it knew."""
        return self._raw.keys()

    def result(self, unit: Unit) -> Result:
        """The result of a unit that it knew."""
        result = msgspec.msgpack.decode(self._raw[unit], type=Result)
        return msgspec.structs.replace(result, reads=self.reads[unit])

    def raw_result(self, unit: Unit) -> msgspec.Raw:
        """The same, as it is stored (what it read aside)."""
        return self._raw[unit]


_EMPTY_GRAPH = msgspec.Raw(msgspec.msgpack.encode(_Graph([], [], [], {})))


class Learnt(msgspec.Struct):
    """What a run keeps for the next one. `kept` are units of the last run that still hold."""

    documents: Mapping[str, Document]
    records: Mapping[Key, Record]
    fresh: Mapping[Unit, Result]
    kept: Iterable[Unit]
    index: Index
    owned: Owned
    schemas: bytes
    findings: tuple[Finding, ...]
    settled: bool
    plugins: list[str]


def code_key(checks: bool, plugins: Iterable[str] = ()) -> bytes:
    """A fingerprint of the code that renders: this package, the folders of plug-ins, Python, and what is installed.

    A folder of installed packages changes its time when one comes, goes or changes its version. A run without checks
    has a key of its own: its results say nothing of what is wrong.
    """
    state = hashlib.blake2b(digest_size=16)
    state.update(repr((checks, sys.version_info, sys.prefix)).encode())
    for folder in sys.path:
        if os.path.isdir(folder):
            state.update(f"{folder}:{os.stat(folder).st_mtime_ns}\n".encode())
    for folder in (os.path.dirname(journey.__file__), *sorted(plugins)):
        for line in sorted(_stamps(folder)):
            state.update(line.encode())
    return state.digest()


def _stamps(folder: str) -> Iterator[str]:
    try:
        found = list(os.scandir(folder))
    except OSError:
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from _stamps(entry.path)
        else:
            state = entry.stat()
            yield f"{entry.path}:{state.st_size}:{state.st_mtime_ns}:{state.st_ctime_ns}\n"


def load(root: str, checks: bool) -> Cache:
    """The cache under a root; an empty one when it is missing, damaged or made by other code."""
    path = Path(root, FOLDER, FILE)
    try:
        written_ns = path.stat().st_mtime_ns
        stored = msgspec.msgpack.decode(path.read_bytes(), type=_Stored)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Cache()
    return Cache(stored, written_ns) if stored.code == code_key(checks, stored.plugins) else Cache()


def save(root: str, checks: bool, known: Cache, learnt: Learnt) -> None:
    """Replace the cache under a root. One that cannot be written is no error: the next run is slower."""
    numbers = {key: number for number, key in enumerate(learnt.records)}
    encode = msgspec.msgpack.encode
    values = {numbers[key]: record.value for key, record in learnt.records.items() if record.value is not None}
    reads = known.reads if learnt.kept else {}
    units = [(unit, [numbers[key] for key in reads[unit]], known.raw_result(unit)) for unit in learnt.kept]
    for unit, result in learnt.fresh.items():
        raw = msgspec.Raw(encode(msgspec.structs.replace(result, reads=())))
        units.append((unit, [numbers[key] for key in result.reads], raw))
    graph = _Graph(
        list(learnt.records),
        [record.print for record in learnt.records.values()],
        [[numbers[key] for key in record.reads] for record in learnt.records.values()],
        values,
    )
    stored = _Stored(
        code_key(checks, learnt.plugins),
        learnt.plugins,
        [(document.file, document.stamp, document.raw) for document in learnt.documents.values()],
        msgspec.Raw(encode(graph)),
        units,
        msgspec.Raw(encode([(path, entry.digest, entry.stat) for path, entry in learnt.index.entries.items()])),
        learnt.owned,
        learnt.schemas,
        learnt.findings,
        learnt.settled,
    )
    _write(Path(root, FOLDER), encode(stored))


def _write(folder: Path, data: bytes) -> None:
    temporary = folder / f"{FILE}.{os.getpid()}"
    try:
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        temporary.write_bytes(data)
        temporary.replace(folder / FILE)
    except OSError:
        temporary.unlink(missing_ok=True)
