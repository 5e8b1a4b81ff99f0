"""What a pod's spec names in its namespace: configuration, identity, volumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from journey.objects import Tree, containers, mapping, mappings, text

CONFIG_MAP = "ConfigMap."
SECRET = "Secret."


class Key(NamedTuple):
    """A key of a ConfigMap or Secret (`kind` with its empty group) that a pod reads."""

    kind: str
    name: str
    key: str


def needed_by_pod(pod: Tree) -> Iterator[tuple[str, str]]:
    """(`<Kind>.<group>`, name) of what must exist for the pod to start; what it calls optional is left out."""
    yield "ServiceAccount.", text(pod, "serviceAccountName")
    yield "PriorityClass.scheduling.k8s.io", text(pod, "priorityClassName")
    for secret in mappings(pod, "imagePullSecrets"):
        yield SECRET, text(secret, "name")
    for container in containers(pod):
        for source in mappings(container, "envFrom"):
            yield from _required(CONFIG_MAP, mapping(source, "configMapRef"), "name")
            yield from _required(SECRET, mapping(source, "secretRef"), "name")
        for variable in mappings(container, "env"):
            if origin := mapping(variable, "valueFrom"):
                yield from _required(CONFIG_MAP, mapping(origin, "configMapKeyRef"), "name")
                yield from _required(SECRET, mapping(origin, "secretKeyRef"), "name")
    for volume in mappings(pod, "volumes"):
        yield "PersistentVolumeClaim.", text(mapping(volume, "persistentVolumeClaim"), "claimName")
        yield from _required(CONFIG_MAP, mapping(volume, "configMap"), "name")
        yield from _required(SECRET, mapping(volume, "secret"), "secretName")
        for source in mappings(mapping(volume, "projected"), "sources"):
            yield from _required(CONFIG_MAP, mapping(source, "configMap"), "name")
            yield from _required(SECRET, mapping(source, "secret"), "name")


def _required(kind: str, reference: Tree, field: str) -> Iterator[tuple[str, str]]:
    if reference and reference.get("optional") is not True:
        yield kind, text(reference, field)


def keys_read(pod: Tree) -> Iterator[Key]:
    """The keys of ConfigMaps and Secrets that the pod's variables and volumes name, without the optional ones."""
    for container in containers(pod):
        for variable in mappings(container, "env"):
            if origin := mapping(variable, "valueFrom"):
                yield from _one_key(CONFIG_MAP, mapping(origin, "configMapKeyRef"))
                yield from _one_key(SECRET, mapping(origin, "secretKeyRef"))
    for volume in mappings(pod, "volumes"):
        yield from _items(CONFIG_MAP, mapping(volume, "configMap"), "name")
        yield from _items(SECRET, mapping(volume, "secret"), "secretName")
        for source in mappings(mapping(volume, "projected"), "sources"):
            yield from _items(CONFIG_MAP, mapping(source, "configMap"), "name")
            yield from _items(SECRET, mapping(source, "secret"), "name")


def _one_key(kind: str, reference: Tree) -> Iterator[Key]:
    if reference and reference.get("optional") is not True:
        yield Key(kind, text(reference, "name"), text(reference, "key"))


def _items(kind: str, reference: Tree, field: str) -> Iterator[Key]:
    if reference and reference.get("optional") is not True:
        for item in mappings(reference, "items"):
            yield Key(kind, text(reference, field), text(item, "key"))
