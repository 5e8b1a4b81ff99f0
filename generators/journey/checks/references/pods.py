"""What a pod's spec names in its namespace: configuration, identity, volumes."""

from __future__ import annotations

from typing import NamedTuple

from journey.objects import Tree, Workload, mapping, mappings, text

CONFIG_MAP = "ConfigMap."
SECRET = "Secret."


class Key(NamedTuple):
    """A key of a ConfigMap or Secret (`kind` with its empty group) that a pod reads."""

    kind: str
    name: str
    key: str


def needed_by_pod(workload: Workload) -> list[tuple[str, str]]:
    """(`<Kind>.<group>`, name) of what must exist for a pod to start; what it calls optional is left out."""
    pod = workload.pod
    needed = [
        ("ServiceAccount.", text(pod, "serviceAccountName")),
        ("PriorityClass.scheduling.k8s.io", text(pod, "priorityClassName")),
    ]
    needed += [(SECRET, text(secret, "name")) for secret in mappings(pod, "imagePullSecrets")]
    for container in workload.containers:
        for source in mappings(container, "envFrom"):
            _require(needed, CONFIG_MAP, source, "configMapRef", "name")
            _require(needed, SECRET, source, "secretRef", "name")
        for variable in mappings(container, "env"):
            if "valueFrom" in variable:
                origin = mapping(variable, "valueFrom")
                _require(needed, CONFIG_MAP, origin, "configMapKeyRef", "name")
                _require(needed, SECRET, origin, "secretKeyRef", "name")
    for volume in mappings(pod, "volumes"):
        if "persistentVolumeClaim" in volume:
            needed.append(("PersistentVolumeClaim.", text(mapping(volume, "persistentVolumeClaim"), "claimName")))
        _require(needed, CONFIG_MAP, volume, "configMap", "name")
        _require(needed, SECRET, volume, "secret", "secretName")
        if "projected" in volume:
            for source in mappings(mapping(volume, "projected"), "sources"):
                _require(needed, CONFIG_MAP, source, "configMap", "name")
                _require(needed, SECRET, source, "secret", "name")
    return needed


def _require(needed: list[tuple[str, str]], kind: str, node: Tree, key: str, field: str) -> None:
    """Add what the reference at a key names."""
    if key in node:
        reference = mapping(node, key)
        if reference and reference.get("optional") is not True:
            needed.append((kind, text(reference, field)))


def keys_read(workload: Workload) -> list[Key]:
    """The keys of ConfigMaps and Secrets that the pods' variables and volumes name, without the optional ones."""
    keys: list[Key] = []
    for container in workload.containers:
        for variable in mappings(container, "env"):
            if "valueFrom" in variable:
                origin = mapping(variable, "valueFrom")
                _add_key(keys, CONFIG_MAP, origin, "configMapKeyRef")
                _add_key(keys, SECRET, origin, "secretKeyRef")
    for volume in mappings(workload.pod, "volumes"):
        _add_items(keys, CONFIG_MAP, volume, "configMap", "name")
        _add_items(keys, SECRET, volume, "secret", "secretName")
        if "projected" in volume:
            for source in mappings(mapping(volume, "projected"), "sources"):
                _add_items(keys, CONFIG_MAP, source, "configMap", "name")
                _add_items(keys, SECRET, source, "secret", "name")
    return keys


def _add_key(keys: list[Key], kind: str, node: Tree, key: str) -> None:
    if key in node:
        reference = mapping(node, key)
        if reference and reference.get("optional") is not True:
            keys.append(Key(kind, text(reference, "name"), text(reference, "key")))


def _add_items(keys: list[Key], kind: str, node: Tree, key: str, field: str) -> None:
    if key in node:
        reference = mapping(node, key)
        if reference and reference.get("optional") is not True:
            name = text(reference, field)
            keys += [Key(kind, name, text(item, "key")) for item in mappings(reference, "items")]
