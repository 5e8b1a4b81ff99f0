"""The files of a spec: which there are, what they say, and where a node stands in them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from journey.problem import Place, Pointer, Problem
from journey.spec.files import Files, OnDisk, read

ROOT_FILE = "platform.yaml"
SERVICES = "services"
"""A document made while loading: service name -> file."""
DEFAULT_INCLUDES = ("apps/*/service.yaml",)
RACY_NS = 50_000_000
"""A file that was touched this long before it was read may be touched again without its stamp changing: times are only
as fine as the clock's tick (git calls such files racily clean). Its bytes are compared next time."""


class Document:
    """A file of the spec as it was read. `stamp` tells an unchanged file without reading it, and `digest` one that was
    touched but has the same bytes. Both are empty where it was not in order.

    Its content is given as a value, or as MessagePack that is decoded when the value is asked for.
    """

    __slots__ = ("_raw", "_value", "digest", "file", "stamp")

    def __init__(
        self,
        file: str,
        stamp: tuple[int, ...],
        value: Any = None,
        raw: msgspec.Raw | None = None,
        digest: bytes = b"",
    ) -> None:
        self.file = file
        self.stamp = stamp
        self.digest = digest
        self._value = value
        self._raw = raw

    @property
    def value(self) -> Any:
        """The content: JSON-like data."""
        if self._value is None and self._raw is not None:
            self._value = msgspec.msgpack.decode(self._raw)
        return self._value

    @property
    def raw(self) -> msgspec.Raw:
        """The content as MessagePack."""
        if self._raw is None:
            self._raw = msgspec.Raw(msgspec.msgpack.encode(self._value))
        return self._raw


class Values(Mapping[str, Any]):
    """File -> content, decoded when it is asked for; `more` are documents made while loading."""

    def __init__(self, documents: Mapping[str, Document], more: Mapping[str, Any] | None = None) -> None:
        self._documents = documents
        self._more = more or {}

    def __getitem__(self, file: str) -> Any:
        if file in self._more:
            return self._more[file]
        return self._documents[file].value

    def __iter__(self) -> Iterator[str]:
        yield from self._documents
        yield from self._more

    def __len__(self) -> int:
        return len(self._documents) + len(self._more)


class Sources:
    """All documents of a spec, with the problems found while reading them."""

    def __init__(
        self,
        root: str,
        documents: Mapping[str, Document],
        problems: list[Problem],
        schemas: Mapping[str, bytes] | None = None,
        instead: Mapping[str, bytes | None] | None = None,
    ) -> None:
        self.root = root
        self.documents = documents
        self.problems = problems
        self.schemas = schemas or {}
        """The files that `schemas:` names, by path."""
        self._texts: dict[str, bytes] = {path: data or b"" for path, data in (instead or {}).items()}

    @property
    def schemas_digest(self) -> bytes:
        """A digest of the user's own schemas."""
        return hashlib.blake2b(repr(sorted(self.schemas.items())).encode(), digest_size=16).digest()

    @cached_property
    def values(self) -> Values:
        """File -> content, and under SERVICES the file of each service by name."""
        services = {service_name(file): file for file in self.documents if file.endswith("/service.yaml")}
        return Values(self.documents, {SERVICES: services})

    def place(self, where: Pointer | Place) -> Place:
        """Line and column of a pointer; the file as a whole where it cannot be read."""
        if isinstance(where, Place):
            return where
        from journey.spec import yaml

        text = self._text(where.file)
        return Place(where.file, *yaml.locate(text, where.path, where.key)) if text else Place(where.file)

    @property
    def refused(self) -> list[Problem]:
        """The problems, those of YAML at the nodes that they spoil: what rules find elsewhere in the file counts."""
        if not self.problems:
            return []
        from journey.spec.refusals import at_nodes

        return [found for problem in self.problems for found in at_nodes(self._text(problem.where.file), problem)]

    def _text(self, file: str) -> bytes:
        if file not in self._texts:
            self._texts[file] = read(os.path.join(self.root, file)) or b""
        return self._texts[file]


Each = Callable[[Callable[[str], "Reading"], Sequence[str]], Iterable["Reading"]]
"""Reads files, in this process or in several; gives what came of each, in order."""


class Reading(NamedTuple):
    """What came of a file: its document, and what is wrong in it."""

    document: Document
    problems: list[Problem]


def load(
    root: str,
    known: Mapping[str, Document] | None = None,
    each: Each = map,
    instead: Mapping[str, bytes | None] | None = None,
) -> Sources:
    """Read and validate every file of the spec under `root`; `known` documents whose file is unchanged are kept.

    instead: bytes that count in place of what a file holds, or would hold: a file may be new, or gone (None).
    A file with problems is present in its clean part (see `journey.spec.validate`).
    """
    return load_from(OnDisk(root, instead or {}), root, known, each)


def load_from(files: Files, root: str, known: Mapping[str, Document] | None = None, each: Each = map) -> Sources:
    """The same of files that need not be on the disk; `root` is where those of which no bytes are at hand are."""
    if not files.found(ROOT_FILE):
        hint = "run this in a platform's folder, name it with --root, or make one: journey init"
        return Sources(
            root, {}, [Problem(Place(ROOT_FILE), "spec/no-platform", "there is no platform.yaml here", hint)]
        )
    reader = _Reader(files, known or {})
    reader.take([ROOT_FILE], map)
    platform = reader.documents[ROOT_FILE].value
    spoilt = [problem.where for problem in Sources(root, reader.documents, reader.problems, {}, files.given).refused]
    names = promoted_files(files, "")
    found: list[Problem] = []
    for file in service_files(files, platform, found):
        names += [file, *promoted_files(files, os.path.dirname(file))]
    reader.take(names, each)
    for file in names:
        environment = Pointer(ROOT_FILE, ("environments", os.path.basename(file).removesuffix(".yaml")))
        if is_promoted(file) and not _spoilt(environment, spoilt):
            found += _misplaced(file, platform["environments"])
    found += _headless(files, reader.documents)
    schemas = dict(_schema_files(files, platform, found))
    told = (problem for problem in found if not _spoilt(problem.where, spoilt))
    return Sources(root, reader.documents, [*reader.problems, *told], schemas, files.given)


def _spoilt(where: Pointer | Place, spoilt: Sequence[Pointer | Place]) -> bool:
    """Whether what stands at a node is refused already."""
    if not spoilt:
        return False
    from journey.spec.refusals import touches

    return any(isinstance(other, Pointer) and touches(where, other) for other in spoilt)


def is_promoted(file: str) -> bool:
    """Whether a file of the spec is a promoted one."""
    return os.path.basename(os.path.dirname(file)) == "promoted"


class _Reader:
    """Takes documents that are known and unchanged, and reads the others."""

    def __init__(self, files: Files, known: Mapping[str, Document]) -> None:
        self.files = files
        self.known = known
        self.documents: dict[str, Document] = {}
        self.problems: list[Problem] = []

    def take(self, files: Sequence[str], each: Each) -> None:
        unchanged = {file for file in files if self._is_known(file)}
        read = iter(each(self._read, [file for file in files if file not in unchanged]))
        for file in files:
            if file in unchanged:
                self.documents[file] = self.known[file]
                continue
            reading = next(read)
            self.documents[file] = reading.document
            self.problems += reading.problems

    def _is_known(self, file: str) -> bool:
        document = self.known.get(file)
        if document is None or not document.digest:
            return False
        if document.stamp and document.stamp == self.files.stamp(file):
            return True
        return document.digest == _digest(self.files.read(file) or b"")

    def _read(self, file: str) -> Reading:
        return _reading(file, self.files.stamp(file), self.files.read(file))


def _reading(file: str, stamp: tuple[int, ...], data: bytes | None) -> Reading:
    from journey.spec import documents, refusals, yaml
    from journey.spec.validate import Validator, empty

    shape = documents.shape_of_file(file)
    if data is None:
        hint = "check that it is a readable file of at most 4 MiB"
        found = Problem(Place(file), "spec/unreadable", "the file cannot be read", hint)
        return Reading(Document(file, (), empty(shape)), [found])
    parsed = yaml.parse(data, file)
    validator = Validator(file)
    value = validator.clean(shape, parsed.value)
    if not parsed.problems:
        sure = time.time_ns() - max(stamp[1:3], default=0) > RACY_NS
        digest = b"" if validator.problems else _digest(data)
        return Reading(Document(file, stamp if sure else (), value, digest=digest), validator.problems)
    others = refusals.others(data, validator.problems, parsed.problems) if parsed.value is not None else []
    return Reading(Document(file, (), value), [*parsed.problems, *others])


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def service_files(files: Files, platform: Mapping[str, Any], problems: list[Problem]) -> Iterator[str]:
    """Files that `includes` name, sorted; two services of one name, and a name that is no label, are Problems."""
    includes = platform.get("includes", DEFAULT_INCLUDES)
    seen: dict[str, str] = {}
    for index, pattern in enumerate(includes):
        where = Pointer(ROOT_FILE, ("includes", index))
        if _leaves(pattern) or not pattern.endswith("/service.yaml"):
            problems.append(
                Problem(
                    where,
                    "spec/include",
                    f"`{pattern}` must lead to service.yaml files below this folder",
                    "example: apps/*/service.yaml",
                )
            )
            continue
        for file in files.found(pattern):
            if not _is_text(file):
                said = os.fsencode(file).decode(errors="backslashreplace")
                message = f"`{pattern}` leads to `{said}`, whose name is no UTF-8"
                problems.append(Problem(where, "spec/include", message, "rename it"))
                continue
            name = service_name(file)
            if seen.setdefault(name, file) == file:
                yield file
            else:
                problems.append(
                    Problem(
                        Place(file, 1, 1),
                        "spec/duplicate-service",
                        f"service `{name}` stands also in {seen[name]}",
                        "a service's folder is its name: rename one",
                    )
                )


def _is_text(name: str) -> bool:
    """Whether a file's name can be written down: on Linux it may hold any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _schema_files(files: Files, platform: Mapping[str, Any], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    for index, pattern in enumerate(platform.get("schemas", ())):
        where = Pointer(ROOT_FILE, ("schemas", index))
        if _leaves(pattern):
            hint = "example: schemas/*.yaml"
            problems.append(Problem(where, "spec/include", f"`{pattern}` must stay below this folder", hint))
            continue
        found = files.found(pattern)
        if not found:
            problems.append(Problem(where, "spec/include", f"`{pattern}` names no file", "remove it, or add the file"))
        for file in found:
            data = files.read(file)
            if data is not None:
                yield file, data


def _leaves(pattern: str) -> bool:
    return os.path.isabs(pattern) or ".." in pattern.split("/")


def _misplaced(file: str, environments: Mapping[str, Any]) -> Iterator[Problem]:
    """A promoted file that no environment reads."""
    name = os.path.basename(file).removesuffix(".yaml")
    if not environments:
        return
    found = environments.get(name)
    if found is None:
        message = f"there is no environment `{name}` that this could be promoted to"
        from journey.spec.validate import did_you_mean

        yield Problem(Pointer(file), "spec/promoted-file", message, did_you_mean(name, environments))
    elif found.get("base") == "head" or not found.get("promotesFrom"):
        message = f"`{name}` renders from head: nothing is promoted to it"
        yield Problem(Pointer(file), "spec/promoted-file", message, "remove this file")


def _headless(files: Files, documents: Mapping[str, Document]) -> Iterator[Problem]:
    """Folders in which a service was promoted and whose service.yaml is gone."""
    for pattern in documents[ROOT_FILE].value.get("includes", DEFAULT_INCLUDES):
        if _leaves(pattern) or not pattern.endswith("/service.yaml"):
            continue
        for found in files.found(f"{os.path.dirname(pattern)}/promoted"):
            folder = os.path.dirname(found)
            promoted = promoted_files(files, folder)
            if promoted and f"{folder}/service.yaml" not in documents:
                message = f"`{os.path.basename(folder)}` is promoted and its service.yaml is gone"
                hint = "put it back; to retire the service remove the whole folder, to rename it move the folder"
                yield Problem(Place(promoted[0], 1, 1), "spec/promoted-file", message, hint)


def promoted_files(files: Files, folder: str) -> list[str]:
    """Promoted snapshots beside a spec file, sorted."""
    promoted = f"{folder}/promoted" if folder else "promoted"
    return sorted({f"{promoted}/{name}" for name in files.names(promoted) if name.endswith(".yaml")})


def service_name(file: str) -> str:
    """A service's name is its folder's."""
    return os.path.basename(os.path.dirname(file))
