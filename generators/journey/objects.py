"""Reading finished Kubernetes objects: what they are, where their pods stand, how they are named across a platform.

An object may be anything that a user wrote (`extra`, `patches`), so every reader here takes a node of the wrong type
for an absent one: that it is wrong is for the schemas to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias

from journey.artifact import Artifact, Format

Tree: TypeAlias = Mapping[str, Any]

EMPTY: Tree = MappingProxyType({})

_YAML = Format.YAML

CLUSTER_SCOPED = frozenset(
    "APIService CSIDriver CSINode CertificateSigningRequest ClusterExternalSecret ClusterIssuer ClusterPolicy"
    " ClusterRole ClusterRoleBinding ClusterSecretStore ClusterTriggerAuthentication CustomResourceDefinition"
    " GatewayClass IngressClass MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass RuntimeClass"
    " StorageClass ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration"
    " VolumeSnapshotClass".split()
)
"""Kinds that stand in no namespace (Kubernetes, cert-manager, External Secrets, KEDA, Gateway API)."""

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "Job": ("spec", "template"),
    "Pod": (),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
}
"""Kinds that make pods, with the steps to the pod's metadata and spec."""


class Object:
    """A Kubernetes object of a rendered file. `group` is empty for the core, `namespace` where there is none."""

    # Attributes, not properties: every check asks for them, of every object.
    __slots__ = ("artifact", "content", "group", "kind", "name", "namespace", "spec")

    def __init__(self, artifact: Artifact, content: Tree, kind: str, group: str, namespace: str, name: str) -> None:
        self.artifact = artifact
        self.content = content
        self.kind = kind
        self.group = group
        self.namespace = namespace
        self.name = name
        self.spec = mapping(content, "spec")

    def __str__(self) -> str:
        return f"{self.artifact.path}: {self.kind} {self.name}"


class Workload(Object):
    """An object that makes pods: the template of one, and of that its labels, spec, and containers of both kinds."""

    __slots__ = ("containers", "labels", "pod", "template")

    def __init__(self, artifact: Artifact, content: Tree, kind: str, group: str, namespace: str, name: str) -> None:
        super().__init__(artifact, content, kind, group, namespace, name)
        self.template = descend(content, TEMPLATES[kind])
        self.labels = mapping(mapping(self.template, "metadata"), "labels")
        self.pod = mapping(self.template, "spec")
        self.containers = containers(self.pod)


def mapping(node: Tree, key: str) -> Tree:
    """The mapping at a key; empty where there is none."""
    found = node.get(key)
    if type(found) is dict:
        return found
    return found if found is not None and isinstance(found, Mapping) else EMPTY  # the test of a class costs most


def mappings(node: Tree, key: str) -> Sequence[Tree]:
    """The mappings in the list at a key, in order; none where there is no list."""
    found = node.get(key)
    if not found or not isinstance(found, (list, tuple)):
        return ()
    for item in found:
        if type(item) is not dict:
            return [item for item in found if isinstance(item, Mapping)]
    return found  # as it nearly always is


def text(node: Tree, key: str) -> str:
    """The string at a key; empty where there is none."""
    found = node.get(key)
    return found if isinstance(found, str) else ""


def texts(node: Tree, key: str) -> Sequence[str]:
    """The strings in the list at a key, in order; none where there is no list."""
    found = node.get(key)
    if not found:
        return ()
    return [item for item in found if isinstance(item, str)] if isinstance(found, (list, tuple)) else ()


def descend(node: Tree, steps: Sequence[str]) -> Tree:
    """The mapping at the end of several keys; empty where there is none."""
    for step in steps:
        node = mapping(node, step)
    return node


def group_of(api_version: str) -> str:
    """`apps/v1` -> `apps`; the core's `v1` -> ``."""
    return api_version.rpartition("/")[0]


def read(artifact: Artifact) -> Object | None:
    """The Kubernetes object in a file; None where it holds something else, or one without a name."""
    content = artifact.content
    if artifact.format is not _YAML or not (type(content) is dict or isinstance(content, Mapping)):
        return None
    kind, api_version = content.get("kind"), content.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(api_version, str):
        return None
    metadata = mapping(content, "metadata")
    name = text(metadata, "name")
    if not name:
        return None
    namespace = "" if kind in CLUSTER_SCOPED else text(metadata, "namespace")
    make = Workload if kind in TEMPLATES else Object
    return make(artifact, content, kind, group_of(api_version), namespace, name)


class Files(list[Artifact]):
    """A unit's files as a list that is not changed any more: their objects are read once, however many checks ask."""

    @cached_property
    def read(self) -> list[Object | None]:
        """What each file holds, as `read` has it."""
        return [read(artifact) for artifact in self]

    @cached_property
    def objects(self) -> list[Object]:
        """The Kubernetes objects among the files, in their order."""
        return [found for found in self.read if found is not None]

    @cached_property
    def workloads(self) -> list[Workload]:
        """Those of the objects that make pods."""
        return [found for found in self.objects if isinstance(found, Workload)]


def files(artifacts: Sequence[Artifact]) -> Files:
    """A unit's files with their objects."""
    return artifacts if isinstance(artifacts, Files) else Files(artifacts)


def objects(artifacts: Sequence[Artifact]) -> list[Object]:
    """The Kubernetes objects among the files, in their order."""
    return files(artifacts).objects


def workloads(artifacts: Sequence[Artifact]) -> list[Workload]:
    """The objects that make pods among the files, in their order."""
    return files(artifacts).workloads


def containers(pod: Tree) -> Sequence[Tree]:
    """The containers of a pod's spec: those that run side by side, then those that run first."""
    return [*mappings(pod, "containers"), *mappings(pod, "initContainers")]


def sidecars(pod: Tree) -> Sequence[Tree]:
    """The containers that run as long as the pod does: restartable init containers are among them."""
    restarted = [item for item in mappings(pod, "initContainers") if item.get("restartPolicy") == "Always"]
    return [*mappings(pod, "containers"), *restarted]


def actions(container: Tree) -> list[tuple[str, Tree]]:
    """The probes and hooks of a container, with their names."""
    found = [(name, mapping(container, name)) for name in _PROBES if name in container]
    if "lifecycle" in container:
        hooks = mapping(container, "lifecycle")
        found += [(name, mapping(hooks, name)) for name in ("postStart", "preStop")]
    return found


_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def selects(selector: Tree, labels: Tree) -> bool:
    """Whether a label selector (`matchLabels`, `matchExpressions`; an empty one selects all) fits the labels."""
    for key, value in mapping(selector, "matchLabels").items():
        if labels.get(key) != value:
            return False
    if "matchExpressions" not in selector:
        return True
    return all(_fits(expression, labels) for expression in mappings(selector, "matchExpressions"))


def _fits(expression: Tree, labels: Tree) -> bool:
    """One requirement (Kubernetes, "Labels and Selectors"): NotIn holds for an absent label too."""
    key, values = text(expression, "key"), texts(expression, "values")
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels
