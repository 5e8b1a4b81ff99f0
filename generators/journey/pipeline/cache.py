"""What the last run knew, kept in `.journey/`: documents, recorded queries, results and the state of every file.

Everything in it is checked before it is used: documents by their stamp, queries and units by the fingerprints of what
they read, files by their Stat. The whole is dropped when the code that made it is not this code: the generators' own
modules, plug-ins, Python and the libraries are in its key.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

import journey
from journey.artifact import Unit
from journey.pipeline.results import Result
from journey.spec.sources import Document
from journey.spec.view import Key, Record
from journey.tree import Entry, Index, Stat

FOLDER = ".journey"
FILE = "cache.msgpack"
LIBRARIES = ("msgspec", "PyYAML", "jsonschema-rs", "kubernetes-validate", "Jinja2")


class _Stored(msgspec.Struct, array_like=True):
    code: bytes
    documents: list[tuple[str, tuple[int, ...], Any]]
    keys: list[Key]
    prints: list[bytes]
    reads: list[list[int]]
    units: list[tuple[list[int], Result]]
    entries: list[tuple[str, bytes, Stat]]
    schemas: bytes


class Cache(msgspec.Struct):
    """The last run's knowledge; empty when there was none that fits. `schemas` is the digest of the user's own."""

    documents: dict[str, Document] = {}
    records: dict[Key, Record] = {}
    results: dict[Unit, Result] = {}
    index: Index = Index({})
    schemas: bytes = b""


def code_key(checks: bool, modules: Iterable[str] = ()) -> bytes:
    """A fingerprint of the code that renders: this package, the plug-ins' `modules`, Python and the libraries.

    A run without checks has a key of its own: its results say nothing of what is wrong.
    """
    state = hashlib.blake2b(digest_size=16)
    state.update(repr((checks, sys.version_info, *map(_version, LIBRARIES), *sorted(modules))).encode())
    folders = {Path(journey.__file__).parent}
    for name in modules:
        file = getattr(sys.modules.get(name), "__file__", None)
        if file:
            folders.add(Path(file).parent)
    for folder in sorted(folders):
        for line in sorted(_stamps(str(folder))):
            state.update(line.encode())
    return state.digest()


def _version(name: str) -> str:
    return metadata.version(name)


def _stamps(folder: str) -> Iterable[str]:
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _stamps(entry.path)
            else:
                state = entry.stat()
                yield f"{entry.path}:{state.st_size}:{state.st_mtime_ns}:{state.st_ctime_ns}\n"


def load(root: str, code: bytes) -> Cache:
    """The cache under a root; an empty one when it is missing, damaged or made by other code."""
    path = Path(root, FOLDER, FILE)
    try:
        written_ns = path.stat().st_mtime_ns
        data = path.read_bytes()
        if not data.startswith(code):
            return Cache()
        stored = msgspec.msgpack.decode(data[len(code) :], type=_Stored)
    except (OSError, msgspec.DecodeError):
        return Cache()
    keys = stored.keys
    names = [tuple(keys[number] for number in numbers) for numbers in stored.reads]
    return Cache(
        documents={file: Document(file, stamp, value) for file, stamp, value in stored.documents},
        records=dict(zip(keys, map(Record, stored.prints, names), strict=True)),
        results={
            result.unit: msgspec.structs.replace(result, reads=tuple(keys[number] for number in numbers))
            for numbers, result in stored.units
        },
        index=Index({path: Entry(digest, stat) for path, digest, stat in stored.entries}, written_ns),
        schemas=stored.schemas,
    )


def save(root: str, code: bytes, cache: Cache) -> None:
    """Replace the cache under a root. One that cannot be written is no error: the next run is slower."""
    numbers = {key: number for number, key in enumerate(cache.records)}
    stored = _Stored(
        code,
        [(document.file, document.stamp, document.value) for document in cache.documents.values()],
        list(cache.records),
        [record.print for record in cache.records.values()],
        [[numbers[key] for key in record.reads] for record in cache.records.values()],
        [
            ([numbers[key] for key in result.reads], msgspec.structs.replace(result, reads=()))
            for result in cache.results.values()
        ],
        [(path, entry.digest, entry.stat) for path, entry in cache.index.entries.items()],
        cache.schemas,
    )
    folder = Path(root, FOLDER)
    temporary = folder / f"{FILE}.{os.getpid()}"
    try:
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        temporary.write_bytes(code + msgspec.msgpack.encode(stored))
        temporary.replace(folder / FILE)
    except OSError:
        temporary.unlink(missing_ok=True)
