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
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import msgspec

import journey
from journey.artifact import Unit
from journey.pipeline.results import Finding, Outcome, Result
from journey.spec.graph import Graph
from journey.spec.sources import Document
from journey.tree import Entry, Index, Owned

FOLDER = ".journey"
FILE = "cache.msgpack"


class _Stored(msgspec.Struct, array_like=True):
    code: bytes
    plugins: list[str]
    documents: list[tuple[str, tuple[int, ...], bytes, msgspec.Raw]]
    graph: msgspec.Raw
    units: list[Outcome]
    entries: msgspec.Raw
    size: int
    owned: Owned
    schemas: bytes
    findings: tuple[Finding, ...]
    settled: bool


class Cache:
    """The last run's knowledge; empty when there was none that fits."""

    def __init__(self, stored: _Stored | None = None, written_ns: int = 0) -> None:
        self._stored = stored or _Stored(
            b"", [], [], _EMPTY_GRAPH, [], msgspec.Raw(b"\x80"), 0, Owned(), b"", (), False
        )
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
    def size(self) -> int:
        """How many rendered files it left."""
        return self._stored.size

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
        return {file: Document(file, stamp, None, raw, digest) for file, stamp, digest, raw in self._stored.documents}

    @cached_property
    def index(self) -> Index:
        """The rendered files as it left them."""
        return Index(msgspec.msgpack.decode(self._stored.entries, type=dict[str, Entry]), self._written_ns)

    @cached_property
    def graph(self) -> Graph:
        """What it recorded of queries and inputs."""
        return msgspec.msgpack.decode(self._stored.graph, type=Graph)

    @cached_property
    def outcomes(self) -> dict[Unit, Outcome]:
        """What came of each unit that it knew."""
        return {made.unit: made for made in self._stored.units}

    def result(self, unit: Unit) -> Result:
        """The result of a unit that it knew."""
        return self.outcomes[unit].result


_EMPTY_GRAPH = msgspec.Raw(msgspec.msgpack.encode(Graph()))


class Learnt(msgspec.Struct):
    """What a run keeps for the next one."""

    documents: Mapping[str, Document]
    graph: msgspec.Raw
    outcomes: list[Outcome]
    owned: Owned
    schemas: bytes
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


def save(root: str, checks: bool, learnt: Learnt, index: Index, findings: tuple[Finding, ...], settled: bool) -> None:
    """Replace the cache under a root. One that cannot be written is no error: the next run is slower."""
    stored = _Stored(
        code_key(checks, learnt.plugins),
        learnt.plugins,
        [(one.file, one.stamp, one.digest, one.raw) for one in learnt.documents.values()],
        learnt.graph,
        learnt.outcomes,
        msgspec.Raw(msgspec.msgpack.encode(index.entries)),
        len(index.entries),
        learnt.owned,
        learnt.schemas,
        findings,
        settled,
    )
    _write(Path(root, FOLDER), msgspec.msgpack.encode(stored))


def _write(folder: Path, data: bytes) -> None:
    temporary = folder / f"{FILE}.{os.getpid()}"
    try:
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        temporary.write_bytes(data)
        temporary.replace(folder / FILE)
    except OSError:
        temporary.unlink(missing_ok=True)
