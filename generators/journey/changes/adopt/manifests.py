"""Manifests as they come: files of YAML or JSON, lists of objects, and what an API server added to them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from journey.ci.refused import Refused
from journey.objectschemas.documents import Loader
from journey.workload.extra import is_cluster_scoped
from journey.workload.place import Object

RULE = "change/adopt"
SUFFIXES = (".yaml", ".yml", ".json")

_SERVERS_OWN = frozenset(
    ("creationTimestamp", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
)
"""Metadata that an API server writes (kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta)."""
_TOOLS_OWN = ("kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision")


class Manifest(NamedTuple):
    """An object, and the file that it came from."""

    content: Object
    file: str

    @property
    def kind(self) -> str:
        """The object's kind."""
        return str(self.content["kind"])

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.content["metadata"]["name"])

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others of a namespace."""
        return self.kind, self.name

    def __str__(self) -> str:
        return f"{self.kind} `{self.name}`"


def read(paths: Iterable[str]) -> list[Manifest]:
    """The objects of files, and of the files in folders. Raises Refused with everything that is wrong."""
    wrong: list[str] = []
    found: list[Manifest] = []
    for file in _files(paths, wrong):
        try:
            data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
            documents = list(yaml.load_all(data, Loader=Loader))
        except (OSError, UnicodeError, yaml.YAMLError) as error:
            wrong.append(f"{file}: {' '.join(str(error).split())}")
            continue
        for document in documents:
            found += _objects(document, str(file), wrong)
    seen: dict[tuple[str, str, str], str] = {}
    for item in found:
        place = (*item.key, str(item.content["metadata"].get("namespace", "")))
        if place in seen:
            wrong.append(f"{item.file}: {item} stands also in {seen[place]}")
        seen[place] = item.file
    if wrong:
        raise Refused(RULE, "; ".join(wrong), "mend them, or name fewer files")
    if not found:
        raise Refused(RULE, "there is no object in what is named", "name files or folders of Kubernetes manifests")
    return found


def _files(paths: Iterable[str], wrong: list[str]) -> Iterator[Path]:
    for name in paths:
        path = Path(name)
        if path.is_dir():
            yield from (file for file in sorted(path.rglob("*")) if file.is_file() and file.suffix in SUFFIXES)
        elif path.exists() or name == "-":
            yield path
        else:
            wrong.append(f"{name}: there is no such file or folder")


def _objects(document: Any, file: str, wrong: list[str]) -> Iterator[Manifest]:
    if document is None:
        return
    if isinstance(document, Mapping) and str(document.get("kind", "")).endswith("List") and "items" in document:
        for item in document["items"] or ():
            yield from _objects(item, file, wrong)
        return
    metadata = document.get("metadata") if isinstance(document, Mapping) else None
    if not isinstance(metadata, Mapping) or not document.get("kind") or not isinstance(metadata.get("name"), str):
        wrong.append(f"{file}: a document is no Kubernetes object with kind and metadata.name")
        return
    yield Manifest(without_server_fields(document), file)


def without_server_fields(content: Mapping[str, Any]) -> Object:
    """An object as somebody would have applied it: without status, and without what API server and tools wrote."""
    metadata = {key: value for key, value in content["metadata"].items() if key not in _SERVERS_OWN}
    notes = {key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key not in _TOOLS_OWN}
    if notes:
        metadata["annotations"] = notes
    found = {key: value for key, value in content.items() if key != "status"}
    found["metadata"] = metadata
    template = (found.get("spec") or {}).get("template")
    if isinstance(template, Mapping) and isinstance(template.get("metadata"), Mapping):
        inner = {key: value for key, value in template["metadata"].items() if key != "creationTimestamp"}
        found["spec"] = {**found["spec"], "template": {**template, "metadata": inner}}
    return found


def is_taken(item: Manifest) -> bool:
    """Whether an object can stand in the spec: a Secret's content never may, and what no service owns is not its."""
    return item.kind != "Secret" and not is_cluster_scoped(item.kind)
