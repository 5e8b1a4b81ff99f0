"""The files of a spec: which there are, what they say, and where a node stands in them."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from journey.problem import Place, Pointer, Problem
from journey.spec import yaml
from journey.spec.documents import platform_shape, promoted_platform_shape, promoted_service_shape, service_shape
from journey.spec.shape import Shape
from journey.spec.validate import Validator, did_you_mean, empty

ROOT_FILE = "platform.yaml"
SERVICES = "services"
"""A document made while loading: service name -> file."""
DEFAULT_INCLUDES = ("apps/*/service.yaml",)
MAX_BYTES = 4 * 1024 * 1024


class Document:
    """A file of the spec as it was read. `stamp` tells an unchanged file without reading it.

    Its content is given as a value, or as MessagePack that is decoded when the value is asked for.
    """

    __slots__ = ("_raw", "_value", "file", "stamp")

    def __init__(self, file: str, stamp: tuple[int, ...], value: Any = None, raw: msgspec.Raw | None = None) -> None:
        self.file = file
        self.stamp = stamp
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
    ) -> None:
        self.root = root
        self.documents = documents
        self.problems = problems
        self.schemas = schemas or {}
        """The files that `schemas:` names, by path."""
        self._texts: dict[str, bytes] = {}

    @property
    def schemas_digest(self) -> bytes:
        """A digest of the user's own schemas."""
        return hashlib.blake2b(repr(sorted(self.schemas.items())).encode(), digest_size=16).digest()

    @property
    def values(self) -> Values:
        """File -> content, and under SERVICES the file of each service by name."""
        services = {service_name(file): file for file in self.documents if file.endswith("/service.yaml")}
        return Values(self.documents, {SERVICES: services})

    def place(self, where: Pointer | Place) -> Place:
        """Line and column of a pointer; the file as a whole where it cannot be read."""
        if isinstance(where, Place):
            return where
        if where.file not in self._texts:
            self._texts[where.file] = _read(os.path.join(self.root, where.file)) or b""
        text = self._texts[where.file]
        return Place(where.file, *yaml.locate(text, where.path, where.key)) if text else Place(where.file)


def load(root: str, known: Mapping[str, Document] | None = None) -> Sources:
    """Read and validate every file of the spec under `root`; `known` documents whose file is unchanged are kept.

    A file with problems is present in its clean part (see `journey.spec.validate`).
    """
    known = known or {}
    documents: dict[str, Document] = {}
    problems: list[Problem] = []

    def take(file: str, shape: Callable[[], Shape]) -> None:
        documents[file] = _document(root, file, shape, known.get(file), problems)

    if not os.path.isfile(os.path.join(root, ROOT_FILE)):
        hint = "run this in a platform's folder, name it with --root, or make one: journey init"
        return Sources(
            root, {}, [Problem(Place(ROOT_FILE), "spec/no-platform", "there is no platform.yaml here", hint)]
        )
    take(ROOT_FILE, platform_shape)
    environments = documents[ROOT_FILE].value["environments"]
    for file in promoted_files(root, ""):
        take(file, promoted_platform_shape)
        problems += _misplaced(file, environments)
    for file in service_files(root, documents[ROOT_FILE].value, problems):
        take(file, service_shape)
        for promoted in promoted_files(root, os.path.dirname(file)):
            take(promoted, promoted_service_shape)
            problems += _misplaced(promoted, environments)
    problems += _headless(root, documents)
    schemas = dict(_schema_files(root, documents[ROOT_FILE].value, problems))
    return Sources(root, documents, problems, schemas)


def _document(
    root: str, file: str, shape_of: Callable[[], Shape], known: Document | None, problems: list[Problem]
) -> Document:
    path = os.path.join(root, file)
    stamp = _stamp(path)
    if known is not None and stamp and known.stamp == stamp:
        return known
    shape = shape_of()
    data = _read(path)
    if data is None:
        hint = "check that it is a readable file of at most 4 MiB"
        problems.append(Problem(Place(file), "spec/unreadable", "the file cannot be read", hint))
        return Document(file, (), empty(shape))
    parsed = yaml.parse(data, file)
    validator = Validator(file)
    value = validator.clean(shape, parsed.value)
    if not parsed.problems:
        problems += validator.problems
        return Document(file, () if validator.problems else stamp, value)
    problems += parsed.problems
    if parsed.value is not None:
        problems += _others(data, validator.problems, parsed.problems)
    return Document(file, (), value)


def _others(data: bytes, found: list[Problem], told: list[Problem]) -> list[Problem]:
    """Findings about lines of which nothing was told yet: one mistake is one Problem."""
    lines = {problem.where.line for problem in told if isinstance(problem.where, Place)}
    if any(problem.rule == "yaml/syntax" for problem in told):
        return []
    return [
        problem
        for problem in found
        if isinstance(problem.where, Pointer)
        and yaml.locate(data, problem.where.path, problem.where.key)[0] not in lines
    ]


def _stamp(path: str) -> tuple[int, ...]:
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _read(path: str) -> bytes | None:
    try:
        if os.path.getsize(path) > MAX_BYTES:
            return None
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def service_files(root: str, platform: Mapping[str, Any], problems: list[Problem]) -> Iterator[str]:
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
        for found in sorted(glob.glob(pattern, root_dir=root)):
            file = found.replace(os.sep, "/")
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


def _schema_files(root: str, platform: Mapping[str, Any], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    for index, pattern in enumerate(platform.get("schemas", ())):
        where = Pointer(ROOT_FILE, ("schemas", index))
        if _leaves(pattern):
            hint = "example: schemas/*.yaml"
            problems.append(Problem(where, "spec/include", f"`{pattern}` must stay below this folder", hint))
            continue
        found = sorted(glob.glob(pattern, root_dir=root))
        if not found:
            problems.append(Problem(where, "spec/include", f"`{pattern}` names no file", "remove it, or add the file"))
        for file in found:
            data = _read(os.path.join(root, file))
            if data is not None:
                yield file.replace(os.sep, "/"), data


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
        yield Problem(Pointer(file), "spec/promoted-file", message, did_you_mean(name, environments))
    elif found.get("base") == "head" or not found.get("promotesFrom"):
        message = f"`{name}` renders from head: nothing is promoted to it"
        yield Problem(Pointer(file), "spec/promoted-file", message, "remove this file")


def _headless(root: str, documents: Mapping[str, Document]) -> Iterator[Problem]:
    """Folders in which a service was promoted and whose service.yaml is gone."""
    for pattern in documents[ROOT_FILE].value.get("includes", DEFAULT_INCLUDES):
        if _leaves(pattern) or not pattern.endswith("/service.yaml"):
            continue
        for found in sorted(glob.glob(f"{os.path.dirname(pattern)}/promoted", root_dir=root)):
            folder = os.path.dirname(found).replace(os.sep, "/")
            files = promoted_files(root, folder)
            if files and f"{folder}/service.yaml" not in documents:
                message = f"`{os.path.basename(folder)}` is promoted and its service.yaml is gone"
                hint = "put it back; to retire the service remove the whole folder, to rename it move the folder"
                yield Problem(Place(files[0], 1, 1), "spec/promoted-file", message, hint)


def promoted_files(root: str, folder: str) -> list[str]:
    """Promoted snapshots beside a spec file, sorted."""
    promoted = os.path.join(folder, "promoted")
    try:
        names = sorted(os.listdir(os.path.join(root, promoted)))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [f"{promoted}/{name}".replace(os.sep, "/") for name in names if name.endswith(".yaml")]


def service_name(file: str) -> str:
    """A service's name is its folder's."""
    return os.path.basename(os.path.dirname(file))
