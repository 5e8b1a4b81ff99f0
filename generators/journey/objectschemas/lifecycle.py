"""Which of Kubernetes' own APIs are deprecated or gone, from when, and what to use.

The table is the Deprecated API Migration Guide (https://kubernetes.io/docs/reference/using-api/deprecation-guide/) from
1.16 on, and the deprecations without a removal that the API's own documentation tells. What left the API since is found
by comparing one version's kinds with another's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from journey.objectschemas.kubernetes import is_served, kubernetes_versions, next_version


class Lifecycle(NamedTuple):
    """What is to come of a kind in one version of Kubernetes; minor versions such as `1.29`, or empty.

    `deprecated` is told only where a version that a cluster may have still serves the kind.
    """

    deprecated: str = ""
    removed: str = ""
    replacement: str = ""


_HOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_REVIEWS = ("LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview")
_ROLES = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
_FLOWS = ("FlowSchema", "PriorityLevelConfiguration")
_WORKLOADS = ("DaemonSet", "Deployment", "ReplicaSet")
_STORAGE = ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")

_GUIDE: tuple[tuple[str, tuple[str, ...], Lifecycle], ...] = (
    ("flowcontrol.apiserver.k8s.io/v1beta3", _FLOWS, Lifecycle("1.29", "1.32", "flowcontrol.apiserver.k8s.io/v1")),
    ("flowcontrol.apiserver.k8s.io/v1beta2", _FLOWS, Lifecycle("1.26", "1.29", "flowcontrol.apiserver.k8s.io/v1")),
    ("storage.k8s.io/v1beta1", ("CSIStorageCapacity",), Lifecycle("", "1.27", "storage.k8s.io/v1")),
    ("flowcontrol.apiserver.k8s.io/v1beta1", _FLOWS, Lifecycle("", "1.26", "flowcontrol.apiserver.k8s.io/v1")),
    ("autoscaling/v2beta2", ("HorizontalPodAutoscaler",), Lifecycle("", "1.26", "autoscaling/v2")),
    ("autoscaling/v2beta1", ("HorizontalPodAutoscaler",), Lifecycle("", "1.25", "autoscaling/v2")),
    ("batch/v1beta1", ("CronJob",), Lifecycle("", "1.25", "batch/v1")),
    ("discovery.k8s.io/v1beta1", ("EndpointSlice",), Lifecycle("", "1.25", "discovery.k8s.io/v1")),
    ("events.k8s.io/v1beta1", ("Event",), Lifecycle("", "1.25", "events.k8s.io/v1")),
    ("policy/v1beta1", ("PodDisruptionBudget",), Lifecycle("", "1.25", "policy/v1")),
    ("policy/v1beta1", ("PodSecurityPolicy",), Lifecycle("", "1.25", "Pod Security admission")),
    ("node.k8s.io/v1beta1", ("RuntimeClass",), Lifecycle("", "1.25", "node.k8s.io/v1")),
    ("admissionregistration.k8s.io/v1beta1", _HOOKS, Lifecycle("", "1.22", "admissionregistration.k8s.io/v1")),
    ("apiextensions.k8s.io/v1beta1", ("CustomResourceDefinition",), Lifecycle("", "1.22", "apiextensions.k8s.io/v1")),
    ("apiregistration.k8s.io/v1beta1", ("APIService",), Lifecycle("", "1.22", "apiregistration.k8s.io/v1")),
    ("authentication.k8s.io/v1beta1", ("TokenReview",), Lifecycle("", "1.22", "authentication.k8s.io/v1")),
    ("authorization.k8s.io/v1beta1", _REVIEWS, Lifecycle("", "1.22", "authorization.k8s.io/v1")),
    ("certificates.k8s.io/v1beta1", ("CertificateSigningRequest",), Lifecycle("", "1.22", "certificates.k8s.io/v1")),
    ("coordination.k8s.io/v1beta1", ("Lease",), Lifecycle("", "1.22", "coordination.k8s.io/v1")),
    ("extensions/v1beta1", ("Ingress",), Lifecycle("", "1.22", "networking.k8s.io/v1")),
    ("networking.k8s.io/v1beta1", ("Ingress", "IngressClass"), Lifecycle("", "1.22", "networking.k8s.io/v1")),
    ("rbac.authorization.k8s.io/v1beta1", _ROLES, Lifecycle("", "1.22", "rbac.authorization.k8s.io/v1")),
    ("scheduling.k8s.io/v1beta1", ("PriorityClass",), Lifecycle("", "1.22", "scheduling.k8s.io/v1")),
    ("storage.k8s.io/v1beta1", _STORAGE, Lifecycle("", "1.22", "storage.k8s.io/v1")),
    ("extensions/v1beta1", _WORKLOADS, Lifecycle("", "1.16", "apps/v1")),
    ("extensions/v1beta1", ("NetworkPolicy",), Lifecycle("", "1.16", "networking.k8s.io/v1")),
    ("extensions/v1beta1", ("PodSecurityPolicy",), Lifecycle("", "1.16", "Pod Security admission")),
    ("apps/v1beta2", (*_WORKLOADS, "StatefulSet"), Lifecycle("", "1.16", "apps/v1")),
    ("apps/v1beta1", ("Deployment", "StatefulSet"), Lifecycle("", "1.16", "apps/v1")),
    ("v1", ("Endpoints",), Lifecycle("1.33", "", "EndpointSlice of discovery.k8s.io/v1")),
    ("v1", ("ComponentStatus",), Lifecycle("1.19", "", "the health endpoints of the components")),
)
_TABLE = {(api_version, kind): lifecycle for api_version, kinds, lifecycle in _GUIDE for kind in kinds}


@cache
def lifecycle(api_version: str, kind: str) -> Lifecycle:
    """A kind's lifecycle, whatever version a cluster has; all empty for one that stays or is not Kubernetes' own."""
    if listed := _TABLE.get((api_version, kind)):
        return listed
    removed = _removed(api_version, kind) if _is_own(api_version) else ""
    return Lifecycle("", removed, _successor(removed, api_version, kind)) if removed else Lifecycle()


def is_removed(kubernetes: str, api_version: str, kind: str) -> bool:
    """Whether a version no longer serves a kind that an earlier one served."""
    removed = lifecycle(api_version, kind).removed
    return bool(removed) and not _before(kubernetes, removed)


def is_deprecated(kubernetes: str, api_version: str, kind: str) -> bool:
    """Whether a version serves a kind that is deprecated, or that the version after it no longer serves."""
    found = lifecycle(api_version, kind)
    if is_removed(kubernetes, api_version, kind):
        return False
    if found.deprecated and not _before(kubernetes, found.deprecated):
        return True
    return bool(found.removed) and found.removed == next_version(kubernetes)


def _before(version: str, other: str) -> bool:
    return _number(version) < _number(other)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _is_own(api_version: str) -> bool:
    """Whether the group is one of Kubernetes' own: a vendor's may begin with the same label."""
    group = api_version.rpartition("/")[0]
    return "." not in group or group.endswith(".k8s.io")


def _removed(api_version: str, kind: str) -> str:
    """The first version without the kind after the last one that has it; empty while the newest has it."""
    served = [version for version in kubernetes_versions() if is_served(version, api_version, kind)]
    return next_version(served[-1]) if served else ""


def _successor(removed: str, api_version: str, kind: str) -> str:
    """The kind's most stable other version in the same group, where it is gone."""
    group = api_version.rpartition("/")[0]
    return next((other for other in _versions(group) if is_served(removed, other, kind)), "")


def _versions(group: str) -> Iterator[str]:
    for name in ("v2", "v1", "v1beta2", "v1beta1", "v1alpha3", "v1alpha2", "v1alpha1"):
        yield f"{group}/{name}" if group else name
