"""What a container is given: no two things at one path or under one name, and volumes that its replicas can share."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache

from journey.problem import Pointer, Problem
from journey.spec.rules.place import Place

TWICE = "spec/mounted-twice"
VARIABLE = "spec/variable-twice"
VOLUME = "spec/volume-shared"

RULES = {
    TWICE: "Two things are not mounted at one path.",
    VARIABLE: "A variable is configuration or a secret, not both.",
    VOLUME: "Replicas do not share a volume that one node alone can mount.",
}

_ONE_NODE = ("ReadWriteOnce", "ReadWriteOncePod")


def paths(here: Place) -> Iterator[Problem]:
    """Volumes, files and secrets at one path."""
    service = here.service
    if not service.volumes and not service.config.files and not service.secrets:
        return
    mounted = [volume.path for volume in service.volumes.values()]
    mounted += service.config.files
    mounted += [secret.file for secret in service.secrets.values() if secret.file is not None]
    if len(set(map(_normal, mounted))) == len(mounted):
        return
    seen: dict[str, str] = {}
    for what, path, *where in _mounted(here):
        other = seen.setdefault(_normal(path), what)
        if other != what:
            place = here.where(*where)
            if where[:2] == ["config", "files"]:
                place = place._replace(key=True)
            yield Problem(place, TWICE, f"{other} and {what} are both mounted at {path}", "move one of them")


_normal = lru_cache(maxsize=4096)(posixpath.normpath)
"""Services of a platform mount at much the same paths, and each in every environment."""


def _mounted(here: Place) -> Iterator[tuple[str, ...]]:
    """(what, its path, the way to the field that says so...)."""
    service = here.service
    for name, volume in service.volumes.items():
        yield f"volume `{name}`", volume.path, "volumes", name, "path"
    for path in service.config.files:
        yield f"the file `{path}`", path, "config", "files", path
    for name, secret in service.secrets.items():
        if secret.file is not None:
            yield f"secret `{name}`", secret.file, "secrets", name, "file"


def variables(here: Place) -> Iterator[Problem]:
    """Variables of the configuration that are secrets, too."""
    values = here.service.config.values
    for name in here.service.secrets:
        if name in values:
            where: Pointer = here.where("secrets", name)._replace(key=True)
            yield Problem(where, VARIABLE, f"`{name}` is also in `config.values`", "keep the secret, or rename one")


def volumes(here: Place) -> Iterator[Problem]:
    """Claims that replicas on different nodes would wait for. A stateful set has a claim per replica."""
    service = here.service
    if service.kind not in ("web", "worker"):
        return
    most = max(service.scaling.min, service.scaling.max or 0)
    if most < 2:
        return
    for name, volume in service.volumes.items():
        if volume.kind == "persistent" and volume.access_mode in _ONE_NODE:
            message = f"volume `{name}` is {volume.access_mode} and {most} pods would share it"
            hint = "kind: stateful, accessMode: ReadWriteMany, or scaling: {min: 1}"
            yield Problem(here.where("volumes", name), VOLUME, message, hint)


JUDGEMENTS = (paths, variables, volumes)
"""Every judgement of what a container is given."""
