"""Names as Kubernetes takes them: their alphabet and length, each once where it must be, and selectors that last.

Rules are those of Kubernetes' docs, "Object Names and IDs" and "Labels and Selectors", and of its validation code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from journey import names
from journey.artifact import Artifact, Unit
from journey.objects import Files, Object, Tree, Workload, descend, files, mapping, mappings, selects, text
from journey.problem import Problem

NAME = "naming/name"
NAMESPACE = "naming/namespace"
LABEL = "naming/label"
PORT = "naming/port"
UNIQUE = "naming/unique"
SELECTOR = "naming/selector"

RULES: dict[str, str] = {
    NAME: "An object's name has the alphabet and the length that its kind takes.",
    NAMESPACE: "A namespace is a DNS-1123 label.",
    LABEL: "Labels and annotations have keys, and labels values, that Kubernetes takes.",
    PORT: "A port's name has the alphabet and the length of a service's name (RFC 6335), or of a DNS-1123 label.",
    UNIQUE: "Containers, volumes, ports and mount paths are each named once.",
    SELECTOR: "A selector stands on labels that a workload never changes: those of its own selector.",
}

_ALPHABET = "lower-case letters, digits and -"
_CHANGING = frozenset((names.VERSION, names.DEPLOYMENT_ID, names.COMMIT, "helm.sh/chart", "pod-template-hash"))

_LABEL = re.compile(names.DNS_LABEL)
_SUBDOMAIN = re.compile(names.DNS_SUBDOMAIN)
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?")

_LIMITS: Mapping[str, tuple[int, str]] = {
    "CronJob": (52, "its Jobs' names end in 11 characters of its own"),
    "Job": (63, "its pods carry it in a label"),
    "StatefulSet": (52, "its pods carry it, with a hash of 11 characters, in a label"),
}
"""Kinds whose names are shorter than 253, and why (Kubernetes docs, "CronJob"; kubernetes/kubernetes#64023)."""

_PATH_SEGMENTS = frozenset(("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"))
"""Kinds whose names may have any character that fits a path (docs, "Object Names and IDs", "Path Segment Names")."""

_LONG_HINT = "shorten the name of the service or environment that it follows from"


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: object) -> Iterator[Problem]:
    """Problems of the names in the unit's objects; a unit without a cluster has none."""
    if not unit.cluster:
        return
    found = files(artifacts)
    seen: set[int] = set()  # a mapping that objects share is judged once
    for item in found.objects:
        if name_fault(item.kind, item.name) or (item.namespace and _label_fault(item.namespace)):
            yield from _own_names(item)
        metadata = mapping(item.content, "metadata")
        if id(metadata.get("labels")) not in seen or "annotations" in metadata:
            yield from _labels(item, metadata, seen)
        if isinstance(item, Workload):
            yield from _pod(item, seen)
        elif item.kind == "Service":
            yield from _service_ports(item)
    yield from _selectors(found)


def _own_names(found: Object) -> Iterator[Problem]:
    fault = name_fault(found.kind, found.name)
    if fault:
        yield _problem(found, NAME, f"name {fault}", _LONG_HINT if "at most" in fault else "")
    namespace_fault = _label_fault(found.namespace) if found.namespace else ""
    if namespace_fault:
        yield _problem(found, NAMESPACE, f"namespace {found.namespace} {namespace_fault}")


def _labels(found: Object, metadata: Tree, seen: set[int]) -> Iterator[Problem]:
    labels, annotations = mapping(metadata, "labels"), mapping(metadata, "annotations")
    if labels and id(labels) not in seen:
        seen.add(id(labels))
        for key, value in labels.items():
            fault = key_fault(key) or (value_fault(value) if isinstance(value, str) else "")
            if fault:
                yield _problem(found, LABEL, f"label {key}: {fault}")
    for key in annotations:
        fault = key_fault(key.lower())  # Kubernetes looks away from case here, and not in labels
        if fault:
            yield _problem(found, LABEL, f"annotation {key}: {fault}")


@lru_cache(maxsize=4096)
def name_fault(kind: str, name: str) -> str:
    """What is wrong with an object's name; empty where nothing is."""
    if kind in _PATH_SEGMENTS:
        return f"{name} has / or %, or is a dot" if name in (".", "..") or "/" in name or "%" in name else ""
    if kind == "Service":
        if len(name) > names.LABEL_LIMIT:
            return f"has {len(name)} characters, at most 63 fit a DNS-1035 label"
        return (
            "" if _LABEL_1035.fullmatch(name) else f"{name} is no DNS-1035 label: {_ALPHABET}, beginning with a letter"
        )
    if kind == "Namespace":
        fault = _label_fault(name)
        return f"{name} {fault}" if fault else ""
    limit, why = _LIMITS.get(kind, (253, "a DNS-1123 subdomain ends there"))
    if len(name) > limit:
        return f"has {len(name)} characters, at most {limit} fit: {why}"
    return "" if _SUBDOMAIN.fullmatch(name) else f"{name} is no DNS-1123 subdomain: {_ALPHABET}, parts joined by ."


@lru_cache(maxsize=4096)
def _label_fault(name: str) -> str:
    if len(name) > names.LABEL_LIMIT:
        return f"has {len(name)} characters, at most 63 fit a DNS-1123 label"
    return "" if _LABEL.fullmatch(name) else f"is no DNS-1123 label: {_ALPHABET}"


@lru_cache(maxsize=4096)
def key_fault(key: str) -> str:
    """What is wrong with the key of a label or annotation (`[prefix/]name`); empty where nothing is."""
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not _SUBDOMAIN.fullmatch(prefix)):
        return f"prefix {prefix} is no DNS-1123 subdomain"
    return _qualified_fault(name, "name")


@lru_cache(maxsize=4096)
def value_fault(value: str) -> str:
    """What is wrong with a label's value; empty where nothing is."""
    return _qualified_fault(value, "value") if value else ""


def _qualified_fault(text_: str, what: str) -> str:
    if len(text_) > names.LABEL_LIMIT:
        return f"its {what} has {len(text_)} characters, at most 63 fit"
    if not _QUALIFIED.fullmatch(text_):
        return f"its {what} must be letters, digits, -, _ and ., beginning and ending with a letter or digit"
    return ""


def _pod(found: Workload, seen: set[int]) -> Iterator[Problem]:
    if found.template is not found.content:
        yield from _labels(found, mapping(found.template, "metadata"), seen)
    for what, items in (("container", found.containers), ("volume", mappings(found.pod, "volumes"))):
        given = [text(item, "name") for item in items]
        if len(given) > 1:
            yield from _once(found, what, given)
        for name in given:
            fault = _label_fault(name)
            if fault:
                yield _problem(found, NAME, f"{what} {name} {fault}")
    for container in found.containers:
        yield from _container(found, container)


def _container(found: Object, container: Tree) -> Iterator[Problem]:
    ports = [name for port in mappings(container, "ports") if (name := text(port, "name"))]
    for name in ports:
        if not _is_port_name(name):
            rule = f"at most 15 of {_ALPHABET}, with a letter and no --"
            where = _where(container)
            yield _problem(found, PORT, f"port {name}{where} is no service name (RFC 6335): {rule}")
    if len(ports) > 1:
        yield from _once(found, "port", ports, _where(container))
    paths = [text(item, "mountPath") for item in mappings(container, "volumeMounts")]
    if len(paths) > 1:
        yield from _once(found, "mount path", paths, _where(container))


@lru_cache(maxsize=1024)
def _is_port_name(name: str) -> bool:
    return len(name) <= 15 and bool(_PORT_NAME.fullmatch(name))


def _where(container: Tree) -> str:
    return f" of container {text(container, 'name')}"


def _service_ports(found: Object) -> Iterator[Problem]:
    """Several ports each need a name; number and protocol together are used once."""
    ports = mappings(found.spec, "ports")
    given = [text(port, "name") for port in ports]
    if len(given) > 1 and "" in given:
        yield _problem(found, PORT, "one of several ports has no name")
    for name in filter(None, given):
        fault = _label_fault(name)
        if fault:
            yield _problem(found, PORT, f"port {name} {fault}")
    if len(given) > 1:
        yield from _once(found, "port", [name for name in given if name])
        yield from _once(found, "port", [f"{port.get('port')}/{port.get('protocol', 'TCP')}" for port in ports])


def _once(found: Object, what: str, given: Sequence[str], where: str = "") -> Iterator[Problem]:
    if len(set(given)) < len(given):
        for name, count in Counter(given).items():
            if count > 1:
                yield _problem(found, UNIQUE, f"{what} {name}{where} stands there {count} times")


def _selectors(found: Files) -> Iterator[Problem]:
    """What selects a workload's pods may not ask for more than the workload's own selector, which cannot change."""
    workloads = [
        (item, descend(item.spec, ("selector", "matchLabels"))) for item in found.workloads if item.kind in _LASTING
    ]
    for workload, own in workloads:
        if not _CHANGING.isdisjoint(own):
            yield from _lasting(workload, own)
    for item in found.objects:
        field = _SELECTORS.get(item.kind)
        if field is not None:
            labels = descend(item.spec, field)
            if not _CHANGING.isdisjoint(labels):
                yield from _lasting(item, labels)
            for workload, own in workloads:
                if labels != own and workload.namespace == item.namespace:
                    yield from _beyond(item, labels, workload, own)


_LASTING = frozenset(("DaemonSet", "Deployment", "StatefulSet"))
_SELECTORS: Mapping[str, tuple[str, ...]] = {
    "NetworkPolicy": ("podSelector", "matchLabels"),
    "PodDisruptionBudget": ("selector", "matchLabels"),
    "PodMonitor": ("selector", "matchLabels"),
    "Service": ("selector",),
}


def _lasting(found: Object, labels: Tree) -> Iterator[Problem]:
    for key in labels:
        if key in _CHANGING:
            yield _problem(found, SELECTOR, f"its selector asks for {key}, which changes with each release")


def _beyond(found: Object, labels: Tree, workload: Workload, own: Tree) -> Iterator[Problem]:
    more = [key for key in labels if key not in own and key not in _CHANGING]
    if more and own and selects({"matchLabels": labels}, workload.labels):
        what = f"{workload.kind} {workload.name}"
        message = f"its selector asks for {', '.join(more)}, which is not in the selector of {what}"
        yield _problem(found, SELECTOR, message, "select by " + ", ".join(f"{key}={own[key]}" for key in own))


def _problem(found: Object, rule: str, what: str, hint: str = "") -> Problem:
    return Problem(found.artifact.origin, rule, f"{found}: {what}", hint)
