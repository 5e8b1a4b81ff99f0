"""Folders and files of a pod: volumes, claims, configuration and secrets as files."""

from __future__ import annotations

from posixpath import dirname
from typing import NamedTuple

from journey import names
from journey.spec.service import Volume
from journey.workload.config import Configuration, file_key
from journey.workload.place import KEEP, LAST, Object, Place

_TOKEN_PARENTS = ("/run/secrets", "/var/run/secrets", "/run", "/var/run", "/")
"""Where the kubelet mounts the service account's token below: a read-only volume there would leave it no room."""


class Mounts(NamedTuple):
    """A pod's volumes, and where each container finds them."""

    volumes: list[Object]
    mounts: list[Object]


def mounts(place: Place, config: Configuration, secret: str) -> Mounts:
    """All volumes of a service's pods; `secret` is the Secret that its own secrets are in."""
    found = Mounts([], [])
    for name, volume in place.spec.volumes.items():
        if volume.kind != "persistent":
            found.volumes.append({"name": name, "emptyDir": _empty_dir(volume)})
        elif place.spec.kind != "stateful":
            found.volumes.append({"name": name, "persistentVolumeClaim": {"claimName": claim_name(place, name)}})
        found.mounts.append({"name": name, "mountPath": volume.path})
    _config_files(config, found)
    _secret_files(place, config, secret, found)
    return found


def _empty_dir(volume: Volume) -> Object:
    return {"medium": "Memory", "sizeLimit": volume.size} if volume.kind == "memory" else {"sizeLimit": volume.size}


def _config_files(config: Configuration, found: Mounts) -> None:
    """Each file by itself, so that its folder keeps what the image has there.

    Such a file is not updated in a running pod (kubernetes.io/docs/concepts/configuration/configmap); it need not be,
    as other content means another ConfigMap, and so new pods.
    """
    if not config.files_name:
        return
    found.volumes.append({"name": "config-files", "configMap": {"name": config.files_name}})
    found.mounts.extend(
        {"name": "config-files", "mountPath": path, "subPath": file_key(path), "readOnly": True}
        for path in sorted(config.files)
    )


def _secret_files(place: Place, config: Configuration, secret: str, found: Mounts) -> None:
    """A folder's secrets as one volume, which follows when they rotate; single files where it would hide others."""
    folders: dict[str, list[tuple[str, str]]] = {}
    for key, item in place.spec.secrets.items():
        if item.file is not None:
            folders.setdefault(dirname(item.file), []).append((key, item.file))
    for number, (folder, files) in enumerate(sorted(folders.items())):
        volume = "secret-files" if number == 0 else f"secret-files-{number + 1}"
        items = [{"key": key, "path": path[len(folder) :].lstrip("/")} for key, path in sorted(files)]
        found.volumes.append({"name": volume, "secret": {"secretName": secret, "items": items}})
        if folder in _TOKEN_PARENTS or _holds_more(place, config, folder):
            found.mounts.extend(
                {"name": volume, "mountPath": path, "subPath": path[len(folder) :].lstrip("/"), "readOnly": True}
                for _, path in sorted(files)
            )
        else:
            found.mounts.append({"name": volume, "mountPath": folder, "readOnly": True})


def _holds_more(place: Place, config: Configuration, folder: str) -> bool:
    """Whether something else is mounted in the folder or below: a read-only volume would leave it no room."""
    others = [*config.files, *(volume.path for volume in place.spec.volumes.values())]
    others.extend(item.file for item in place.spec.secrets.values() if item.file and dirname(item.file) != folder)
    return any(path == folder or path.startswith(f"{folder}/") for path in others)


def claim_name(place: Place, volume: str) -> str:
    """The name of a volume's claim; it survives a renaming of the service, as its data must."""
    return names.join(place.identity, volume)


def claims(place: Place) -> list[Object]:
    """The claims of a service that is not stateful: they stay when the service goes.

    They come with the workload: a class may bind a claim only for a pod, and an earlier wave would wait for that.
    """
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": place.meta(claim_name(place, name), LAST, KEEP),
            "spec": claim_spec(volume.access_mode, volume.storage_class or place.here.storage_class, volume.size),
        }
        for name, volume in place.spec.volumes.items()
        if volume.kind == "persistent"
    ]


def claim_templates(place: Place) -> list[Object]:
    """The claims of each pod of a stateful service. They can never change, so they carry only labels that never do."""
    return [
        {
            "metadata": {"name": name, "labels": place.selector},
            "spec": claim_spec(volume.access_mode, volume.storage_class or place.here.storage_class, volume.size),
        }
        for name, volume in place.spec.volumes.items()
        if volume.kind == "persistent"
    ]


def claim_spec(access_mode: str, storage_class: str | None, size: str) -> Object:
    """The spec of a volume claim; without a class the cluster's default serves it."""
    spec: Object = {"accessModes": [access_mode]}
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    spec["resources"] = {"requests": {"storage": size}}
    return spec
