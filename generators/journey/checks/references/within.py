"""References that stay within a unit: selectors and the pods they mean, ports, keys, volumes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from journey.artifact import Artifact, Unit
from journey.checks.references.pods import CONFIG_MAP, Key, keys_read
from journey.objects import (
    TEMPLATES,
    Files,
    Object,
    Tree,
    Workload,
    actions,
    descend,
    files,
    mapping,
    mappings,
    selects,
    sidecars,
    text,
)
from journey.problem import Level, Problem

SELECTOR = "references/selector"
PORT = "references/port"
KEY = "references/key"
VOLUME = "references/volume"

_POD_NAME = "statefulset.kubernetes.io/pod-name"
"""A label that Kubernetes gives each pod of a StatefulSet: the set's name and the pod's number."""

_OPERATED = frozenset(("Cluster", "HelmRelease", "Pooler"))
"""Kinds from which a controller makes pods that nobody renders: a selector may mean those."""


class Group:
    """What a unit renders, by what can be asked of it."""

    __slots__ = ("expecting", "objects", "pods")

    def __init__(self, files: Files) -> None:
        self.objects: Sequence[Object] = files.objects
        self.pods: Sequence[Workload] = files.workloads
        operated = any(item.kind in _OPERATED for item in self.objects)
        self.expecting = frozenset(() if operated else (pod.namespace for pod in self.pods))

    def selected(self, namespace: str, selector: Tree) -> list[Workload]:
        """Those whose pods a label selector selects in a namespace."""
        return [pod for pod in self.pods if pod.namespace == namespace and selects(selector, _labels(pod, selector))]

    def expects(self, namespace: str) -> bool:
        """Whether a selector in a namespace must mean pods of this unit: it has some, and no operator makes more."""
        return namespace in self.expecting


def _labels(pod: Workload, selector: Tree) -> Tree:
    """The labels of a workload's pods, with the name that Kubernetes gives the one of a StatefulSet that is meant."""
    name = text(mapping(selector, "matchLabels"), _POD_NAME)
    if not name or pod.kind != "StatefulSet" or name.rpartition("-")[0] != pod.name:
        return pod.labels
    return {**pod.labels, _POD_NAME: name}


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: object) -> Iterator[Problem]:
    """What the unit's objects say of one another that is not so."""
    if not unit.cluster:
        return
    group = Group(files(artifacts))
    for item in group.objects:
        judge = _JUDGES.get(item.kind)
        if judge is not None:
            yield from judge(item, group)


def _service(found: Object, group: Group) -> Iterator[Problem]:
    labels = mapping(found.spec, "selector")
    if not labels or not group.expects(found.namespace):
        return
    pods = group.selected(found.namespace, {"matchLabels": labels})
    if not pods:
        yield _selects_nothing(found, "selector", labels, group.pods)
        return
    for port in mappings(found.spec, "ports"):
        yield from _target_port(found, port, pods)


def _target_port(found: Object, port: Tree, pods: Iterable[Workload]) -> Iterator[Problem]:
    """A name must be declared; a number need not be (Kubernetes takes it all the same), so it is a warning."""
    target = port.get("targetPort", port.get("port"))
    declared = [item for pod in pods for container in sidecars(pod.pod) for item in mappings(container, "ports")]
    if isinstance(target, str):
        names = {text(item, "name") for item in declared} - {""}
        if target not in names:
            message = f"{found}: targetPort {target} is no port of the containers behind it"
            yield Problem(found.artifact.origin, PORT, message, _known("port", target, names))
    elif declared and str(target) not in (known := {str(item.get("containerPort")) for item in declared}):
        message = f"{found}: targetPort {target} is not declared by the containers behind it"
        numbers = ", ".join(sorted(known))
        yield Problem(found.artifact.origin, PORT, message, f"they declare {numbers}", Level.WARNING)


def _budget(found: Object, group: Group) -> Iterator[Problem]:
    yield from _selects_pods(found, group, "selector")


def _network_policy(found: Object, group: Group) -> Iterator[Problem]:
    yield from _selects_pods(found, group, "podSelector")
    pods = group.selected(found.namespace, mapping(found.spec, "podSelector"))
    names = _port_names(container for pod in pods for container in sidecars(pod.pod))
    for rule in mappings(found.spec, "ingress"):
        for port in mappings(rule, "ports"):
            name = port.get("port")
            if pods and isinstance(name, str) and name not in names:
                message = f"{found}: ingress port {name} is no port of the pods that it selects"
                yield Problem(found.artifact.origin, PORT, message, _known("port", name, names))


def _selects_pods(found: Object, group: Group, field: str) -> Iterator[Problem]:
    selector = mapping(found.spec, field)
    if selector and group.expects(found.namespace) and not group.selected(found.namespace, selector):
        yield _selects_nothing(found, field, mapping(selector, "matchLabels"), group.pods)


def _selects_nothing(found: Object, field: str, labels: Tree, pods: Iterable[Workload]) -> Problem:
    """Names the labels that the nearest pods carry otherwise."""
    wanted = ", ".join(f"{key}={value}" for key, value in labels.items()) or "its expressions"
    message = f"{found}: {field} {wanted} selects no pod of this unit"
    here = [pod for pod in pods if pod.namespace == found.namespace]
    nearest = min(here, key=lambda pod: sum(pod.labels.get(key) != value for key, value in labels.items()))
    others = ", ".join(
        f"{key}={nearest.labels.get(key)}" if key in nearest.labels else f"no {key}"
        for key, value in labels.items()
        if nearest.labels.get(key) != value
    )
    hint = f"the pods of {nearest.kind} {nearest.name} have {others}" if others else ""
    return Problem(found.artifact.origin, SELECTOR, message, hint)


def _service_monitor(found: Object, group: Group) -> Iterator[Problem]:
    services = [item for item in group.objects if item.kind == "Service" and item.namespace == found.namespace]
    if mapping(found.spec, "namespaceSelector") or not (services or group.expects(found.namespace)):
        return
    selector = mapping(found.spec, "selector")
    chosen = [item for item in services if selects(selector, descend(item.content, ("metadata", "labels")))]
    if not chosen:
        labels = mapping(selector, "matchLabels")
        wanted = ", ".join(f"{key}={value}" for key, value in labels.items()) or "its expressions"
        message = f"{found}: selector {wanted} selects no Service of this unit"
        yield Problem(found.artifact.origin, SELECTOR, message, "it selects by the labels of Services, not of pods")
        return
    names = {text(port, "name") for item in chosen for port in mappings(item.spec, "ports")} - {""}
    for endpoint in mappings(found.spec, "endpoints"):
        port = text(endpoint, "port")
        if port and port not in names:
            message = f"{found}: endpoint port {port} is no port of the Services that it selects"
            yield Problem(found.artifact.origin, PORT, message, _known("port", port, names))


def _pod_monitor(found: Object, group: Group) -> Iterator[Problem]:
    if mapping(found.spec, "namespaceSelector"):
        return
    yield from _selects_pods(found, group, "selector")
    pods = group.selected(found.namespace, mapping(found.spec, "selector"))
    names = _port_names(container for pod in pods for container in sidecars(pod.pod))
    for endpoint in mappings(found.spec, "podMetricsEndpoints"):
        port = text(endpoint, "port")
        if pods and port and port not in names:
            message = f"{found}: endpoint port {port} is no port of the pods that it selects"
            yield Problem(found.artifact.origin, PORT, message, _known("port", port, names))


def _workload(found: Object, group: Group) -> Iterator[Problem]:
    assert isinstance(found, Workload)
    selector = mapping(found.spec, "selector")
    if selector and found.kind in _SELECTING and not selects(selector, found.labels):
        yield _selects_nothing(found, "selector", mapping(selector, "matchLabels"), [found])
    yield from _mounts(found)
    for container in found.containers:
        yield from _asked_ports(found, container)
    keys = keys_read(found)
    if keys:
        yield from _keys(found, keys, group)


_SELECTING = frozenset(("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"))


def _mounts(found: Workload) -> Iterator[Problem]:
    claims = [mapping(claim, "metadata") for claim in mappings(found.spec, "volumeClaimTemplates")]
    volumes = {text(item, "name") for item in (*mappings(found.pod, "volumes"), *claims)}
    for container in found.containers:
        for field in ("volumeMounts", "volumeDevices"):
            for mount in mappings(container, field):
                name = text(mount, "name")
                if name not in volumes:
                    message = (
                        f"{found}: container {text(container, 'name')} mounts {name}, which is no volume of the pod"
                    )
                    yield Problem(found.artifact.origin, VOLUME, message, _known("volume", name, volumes))


def _asked_ports(found: Object, container: Tree) -> Iterator[Problem]:
    """Probes and hooks may ask a port by a name of their own container alone (Kubernetes API, `HTTPGetAction`)."""
    names: set[str] | None = None
    for what, action in actions(container):
        port = mapping(action, "httpGet").get("port") or mapping(action, "tcpSocket").get("port")
        if isinstance(port, str):
            names = _port_names([container]) if names is None else names
            if port not in names:
                message = (
                    f"{found}: {what} asks port {port}, which container {text(container, 'name')} does not declare"
                )
                yield Problem(found.artifact.origin, PORT, message, _known("port", port, names))


def _port_names(every: Iterable[Tree]) -> set[str]:
    return {text(port, "name") for container in every for port in mappings(container, "ports")} - {""}


def _keys(found: Object, read: Sequence[Key], group: Group) -> Iterator[Problem]:
    """Keys of a ConfigMap or Secret that another unit renders are not known here."""
    for kind, name, key in dict.fromkeys(read):
        for source in group.objects:
            keys = _HOLDS[source.kind](source) if source.kind in _HOLDS else None
            if keys is None or source.namespace != found.namespace or not _is_source(source, kind, name):
                continue
            if key not in keys:
                what = f"{source.kind} {source.name}"
                message = f"{found}: reads key {key} of {what}, which does not have it"
                yield Problem(found.artifact.origin, KEY, message, _known("key", key, keys))


def _is_source(source: Object, kind: str, name: str) -> bool:
    if kind == CONFIG_MAP:
        return source.kind == "ConfigMap" and source.name == name
    if source.kind == "ExternalSecret":
        return (text(mapping(source.spec, "target"), "name") or source.name) == name
    return source.kind == "Secret" and source.name == name


def _held(source: Object) -> Collection[str]:
    return [*mapping(source.content, "data"), *mapping(source.content, "binaryData")]


def _secret_held(source: Object) -> Collection[str]:
    return [*mapping(source.content, "data"), *mapping(source.content, "stringData")]


def _fetched(source: Object) -> Collection[str] | None:
    """The keys of the Secret that an ExternalSecret makes; None where only the store knows them.

    A template's data replaces the fetched keys unless it says `mergePolicy: Merge` (external-secrets.io, "Templating").
    """
    template = descend(source.spec, ("target", "template"))
    own = list(mapping(template, "data"))
    if template.get("templateFrom") or source.spec.get("dataFrom"):
        return None
    if own and template.get("mergePolicy") != "Merge":
        return own
    return own + [text(item, "secretKey") for item in mappings(source.spec, "data")]


_HOLDS: Mapping[str, Callable[[Object], Collection[str] | None]] = {
    "ConfigMap": _held,
    "ExternalSecret": _fetched,
    "Secret": _secret_held,
}


def _known(what: str, word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(sorted(known))}" if known else f"there is no {what} with a name"


_JUDGES: Mapping[str, Callable[[Object, Group], Iterator[Problem]]] = {
    "NetworkPolicy": _network_policy,
    "PodDisruptionBudget": _budget,
    "PodMonitor": _pod_monitor,
    "Service": _service,
    "ServiceMonitor": _service_monitor,
    **dict.fromkeys(TEMPLATES, _workload),
}
