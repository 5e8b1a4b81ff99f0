"""A container of a pod template as a process of this machine: what a kubelet would make of it, as far as programs see.

Environment variables and mounted files come from the ConfigMaps and Secrets of an API server, as the template says.
Mounts stand in a folder instead of at their paths, and words of the command that name such a path name the folder.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from journey.lab.programs import LabError
from journey.live.kubernetes import Object, Server

REFERENCE = re.compile(r"\$\(([A-Za-z0-9_]+)\)")
"""A variable in a word of a command (kubernetes.io/docs/reference, Container.args)."""


class Command(NamedTuple):
    """What a container runs: its words, its variables, and where each of its mounts stands."""

    words: tuple[str, ...]
    environment: dict[str, str]
    mounts: dict[str, Path]

    def place(self, path: str) -> str:
        """A path in the container as one on this machine; unchanged where it is in no mount."""
        for mount, folder in sorted(self.mounts.items(), key=lambda item: -len(item[0])):
            if path == mount or path.startswith(f"{mount}/"):
                return f"{folder}{path.removeprefix(mount)}"
        return path


def command(server: Server, workload: Object, folder: Path) -> Command:
    """The one container of a Deployment or StatefulSet; its mounts are written below `folder`. Raises LabError."""
    pod = workload["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    space = workload["metadata"]["namespace"]
    volumes = {volume["name"]: volume for volume in pod.get("volumes", ())}
    mounts: dict[str, Path] = {}
    for mount in container.get("volumeMounts", ()):
        mounts[mount["mountPath"]] = folder / mount["name"]
        write_volume(server, space, volumes[mount["name"]], folder / mount["name"])
    environment = dict(variables(server, space, container))
    made = Command((), environment, mounts)
    words = [made.place(expand(word, environment)) for word in container.get("args", ())]
    placed = {name: made.place(value) for name, value in environment.items()}
    return Command(tuple(words), placed, mounts)


def expand(word: str, environment: Mapping[str, str]) -> str:
    """Put in the values of variables; a name that is none stays as it is written."""
    return REFERENCE.sub(lambda found: environment.get(found[1], found[0]), word)


def variables(server: Server, space: str, container: Object) -> Iterator[tuple[str, str]]:
    """The variables of a container. Raises LabError where what one refers to is missing and not optional."""
    for item in container.get("env", ()):
        source = item.get("valueFrom")
        if source is None:
            yield item["name"], item.get("value", "")
            continue
        ((kind, reference),) = source.items()
        found = content(server, {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}[kind], space, reference)
        if reference["key"] in found:
            yield item["name"], found[reference["key"]].decode()
        elif not reference.get("optional"):
            raise LabError(f"{item['name']} asks for {reference['key']} of {reference['name']}, which has none")


def content(server: Server, kind: str, space: str, reference: Object) -> dict[str, bytes]:
    """What a ConfigMap or Secret holds; nothing where it is missing and may be."""
    name = reference.get("secretName") or reference["name"]
    found = server.get({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": space}})
    if found is None:
        if reference.get("optional"):
            return {}
        raise LabError(f"the cluster has no {kind} {name} in namespace {space}")
    data: dict[str, str] = found.get("data") or {}
    if kind == "Secret":
        return {key: base64.b64decode(value) for key, value in data.items()}
    return {key: value.encode() for key, value in data.items()}


def write_volume(server: Server, space: str, volume: Object, folder: Path) -> None:
    """Write the files of a volume; an emptyDir is an empty folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for kind, field in (("Secret", "secret"), ("ConfigMap", "configMap")):
        if field in volume:
            write_files(folder, content(server, kind, space, volume[field]), volume[field].get("items"))


def write_files(folder: Path, found: Mapping[str, bytes], items: list[dict[str, Any]] | None) -> None:
    """Write all keys, or those that `items` names, at the paths that it gives them."""
    paths = {item["key"]: item["path"] for item in items} if items else {key: key for key in found}
    for key, path in paths.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(found[key])
