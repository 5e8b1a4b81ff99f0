# ruff: noqa: E501 - tables
"""The changes that `tests.e2e.impact` makes on a real API server: each an object before and after."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

Tree = dict[str, Any]


class Change(NamedTuple):
    """An object, and the values that a change gives some of its fields (None takes one away)."""

    name: str
    before: Tree
    fields: dict[str, Any]

    @property
    def after(self) -> Tree:
        """The object after the change."""
        found = copy.deepcopy(self.before)
        for path, value in self.fields.items():
            *way, last = path.split("/")
            node: Any = found
            for step in way:
                node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
            if value is None:
                del node[last]
            elif isinstance(node, list):
                node[int(last)] = value
            else:
                node[last] = value
        return found


def tree(text: str) -> Tree:
    found: Tree = yaml.safe_load(text)
    return found


POD = """
metadata: {labels: {app: NAME}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: web
    image: example.com/web:1
    ports: [{name: http, containerPort: 80}]
    env: [{name: A, value: a}]
    resources: {requests: {cpu: 100m, memory: 64Mi}}
"""


def workload(kind: str, name: str, more: str = "{}") -> Tree:
    pod = tree(POD.replace("NAME", name))
    api = "batch/v1" if kind == "Job" else "apps/v1"
    spec: Tree = {"selector": {"matchLabels": {"app": name}}, "template": pod}
    if kind != "DaemonSet":
        spec["replicas"] = 3
    if kind == "StatefulSet":
        spec |= {"serviceName": name, "podManagementPolicy": "OrderedReady"}
    if kind == "Job":
        spec = {
            "template": {**pod, "spec": {**pod["spec"], "restartPolicy": "Never"}},
            "backoffLimit": 2,
            "completions": 2,
            "suspend": True,
        }
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": name, "namespace": "proof"},
        "spec": {**spec, **tree(more)},
    }


def plain(api: str, kind: str, name: str, text: str) -> Tree:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "proof"}, **tree(text)}


def shared(api: str, kind: str, name: str, text: str) -> Tree:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **tree(text)}


CONTAINER = "spec/template/spec/containers/0"
TEMPLATES: dict[str, dict[str, Any]] = {
    "image": {f"{CONTAINER}/image": "example.com/web:2"},
    "variable": {f"{CONTAINER}/env/0/value": "b"},
    "requests": {f"{CONTAINER}/resources/requests/cpu": "200m"},
    "label": {"spec/template/metadata/labels/more": "x"},
    "annotation": {"spec/template/metadata/annotations": {"more": "x"}},
    "grace period": {"spec/template/spec/terminationGracePeriodSeconds": 1},
    "probe": {f"{CONTAINER}/livenessProbe": {"tcpSocket": {"port": 80}}},
    "same quantity": {f"{CONTAINER}/resources/requests/cpu": "0.1"},
}
OUTSIDE: dict[str, dict[str, Any]] = {
    "label of the object": {"metadata/labels": {"more": "x"}},
    "minReadySeconds": {"spec/minReadySeconds": 1},
    "revisionHistoryLimit": {"spec/revisionHistoryLimit": 3},
}
CRD = {"group": "proof.example.com", "scope": "Namespaced", "names": {"kind": "Thing", "plural": "things"}}
SCHEMA = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
NAMES = {"name": "things.proof.example.com"}
THING = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": NAMES,
    "spec": {
        **CRD,
        "versions": [
            {"name": "v1", "served": True, "storage": True, "schema": SCHEMA},
            {"name": "v1beta1", "served": True, "storage": False, "schema": SCHEMA},
        ],
    },
}
CLAIM = "{spec: {accessModes: [ReadWriteOnce], storageClassName: slow, resources: {requests: {storage: 2Gi}}}}"
ROLE = "{rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}"
BINDING = "{roleRef: {apiGroup: rbac.authorization.k8s.io, kind: KIND, name: one}, subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: somebody}]}"
POLICY = "{spec: {podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}}"
INGRESS = "{spec: {ingressClassName: one, defaultBackend: {service: {name: web, port: {number: 80}}}}}"


def workloads() -> Iterator[Change]:
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        short = kind.lower()
        for name, fields in {**TEMPLATES, **OUTSIDE}.items():
            yield Change(f"{kind}: {name}", workload(kind, short), fields)
        other = {"spec/selector/matchLabels/more": "x", "spec/template/metadata/labels/more": "x"}
        yield Change(f"{kind}: selector", workload(kind, short), other)
    for kind in ("Deployment", "StatefulSet"):
        for replicas in (1, 5, 0):
            yield Change(f"{kind}: {replicas} replicas", workload(kind, kind.lower()), {"spec/replicas": replicas})
        yield Change(f"{kind}: replicas unsaid", workload(kind, kind.lower()), {"spec/replicas": None})
    recreate = workload("Deployment", "recreate", "{strategy: {type: Recreate}}")
    yield Change("Deployment: image under Recreate", recreate, TEMPLATES["image"])
    yield Change("Deployment: strategy", recreate, {"spec/strategy/type": "RollingUpdate"})
    yield Change("Deployment: deadline", workload("Deployment", "deadline"), {"spec/progressDeadlineSeconds": 300})
    by_hand = workload("StatefulSet", "by-hand", "{updateStrategy: {type: OnDelete}}")
    yield Change("StatefulSet: image under OnDelete", by_hand, TEMPLATES["image"])
    for field, value in (("serviceName", "other"), ("podManagementPolicy", "Parallel")):
        yield Change(f"StatefulSet: {field}", workload("StatefulSet", "fixed"), {f"spec/{field}": value})
    template = [
        {
            "metadata": {"name": "data"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        }
    ]
    yield Change(
        "StatefulSet: claim templates",
        workload("StatefulSet", "claims", "{replicas: 0}"),
        {"spec/volumeClaimTemplates": template},
    )
    partition = {"spec/updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}}
    yield Change("StatefulSet: partition", workload("StatefulSet", "partition"), partition)
    retention = {"spec/persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete", "whenDeleted": "Retain"}}
    yield Change("StatefulSet: retention", workload("StatefulSet", "retention"), retention)


def others() -> Iterator[Change]:
    job = workload("Job", "job")
    for field, value in (
        ("template/spec/containers/0/image", "example.com/web:2"),
        ("completions", 3),
        ("backoffLimit", 4),
        ("parallelism", 2),
        ("activeDeadlineSeconds", 60),
        ("ttlSecondsAfterFinished", 60),
        ("completionMode", "Indexed"),
    ):
        yield Change(f"Job: {field}", job, {f"spec/{field}": value})
    cron = plain("batch/v1", "CronJob", "cron", "{spec: {schedule: '0 0 1 1 *', jobTemplate: {spec: {}}}}")
    cron["spec"]["jobTemplate"]["spec"] = {"template": job["spec"]["template"]}
    yield Change("CronJob: schedule", cron, {"spec/schedule": "0 1 1 1 *"})
    yield Change(
        "CronJob: image", cron, {"spec/jobTemplate/spec/template/spec/containers/0/image": "example.com/web:2"}
    )
    service = plain(
        "v1",
        "Service",
        "web",
        "{spec: {selector: {app: a}, ports: [{name: http, port: 80, protocol: TCP}], clusterIP: 10.255.7.7}}",
    )
    yield Change("Service: address", service, {"spec/clusterIP": "10.255.7.8"})
    yield Change("Service: port", service, {"spec/ports/0/port": 81})
    yield Change("Service: selector", service, {"spec/selector/app": "b"})
    yield Change("Service: type", service, {"spec/type": "NodePort"})
    named = plain(
        "v1",
        "Service",
        "named",
        "{spec: {type: LoadBalancer, loadBalancerClass: example.com/one, ports: [{port: 80}]}}",
    )
    yield Change("Service: class of load balancer", named, {"spec/loadBalancerClass": "example.com/two"})
    for kind, data in (("ConfigMap", "data"), ("Secret", "stringData")):
        yield Change(f"{kind}: data", plain("v1", kind, "open", f"{{{data}: {{A: a}}}}"), {f"{data}/A": "b"})
        yield Change(
            f"{kind}: sealed", plain("v1", kind, "sealed", f"{{immutable: true, {data}: {{A: a}}}}"), {f"{data}/A": "b"}
        )
        yield Change(
            f"{kind}: unsealed",
            plain("v1", kind, "unsealed", f"{{immutable: true, {data}: {{A: a}}}}"),
            {"immutable": False},
        )
        yield Change(f"{kind}: to be sealed", plain("v1", kind, "seal", f"{{{data}: {{A: a}}}}"), {"immutable": True})
    yield Change(
        "Secret: type",
        plain("v1", "Secret", "typed", "{type: Opaque, stringData: {A: a}}"),
        {"type": "example.com/other"},
    )
    claim = plain("v1", "PersistentVolumeClaim", "claim", CLAIM)
    yield Change("claim: class", claim, {"spec/storageClassName": "fast"})
    yield Change("claim: access", claim, {"spec/accessModes": ["ReadWriteMany"]})
    for kind, of in (("RoleBinding", "Role"), ("ClusterRoleBinding", "ClusterRole")):
        make = plain if kind == "RoleBinding" else shared
        binding = make("rbac.authorization.k8s.io/v1", kind, "binding", BINDING.replace("KIND", of))
        yield Change(f"{kind}: role", binding, {"roleRef/name": "two"})
        yield Change(f"{kind}: subject", binding, {"subjects/0/name": "somebody-else"})
    yield Change(
        "Role: verbs", plain("rbac.authorization.k8s.io/v1", "Role", "role", ROLE), {"rules/0/verbs": ["get", "list"]}
    )
    yield Change(
        "NetworkPolicy: pods",
        plain("networking.k8s.io/v1", "NetworkPolicy", "policy", POLICY),
        {"spec/podSelector/matchLabels/app": "b"},
    )
    yield Change(
        "NetworkPolicy: port",
        plain("networking.k8s.io/v1", "NetworkPolicy", "policy", POLICY),
        {"spec/ingress/0/ports/0/port": 81},
    )
    yield Change(
        "Ingress: class", plain("networking.k8s.io/v1", "Ingress", "ingress", INGRESS), {"spec/ingressClassName": "two"}
    )
    budget = plain(
        "policy/v1", "PodDisruptionBudget", "budget", "{spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}}"
    )
    yield Change("PodDisruptionBudget: least", budget, {"spec/minAvailable": 2})
    yield Change("PodDisruptionBudget: selector", budget, {"spec/selector/matchLabels/app": "b"})
    scaler = plain(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "scaler",
        "{spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: nobody}, minReplicas: 1, maxReplicas: 3}}",
    )
    yield Change("HorizontalPodAutoscaler: most", scaler, {"spec/maxReplicas": 4})
    yield Change("HorizontalPodAutoscaler: target", scaler, {"spec/scaleTargetRef/name": "somebody"})
    yield Change(
        "ServiceAccount: token",
        plain("v1", "ServiceAccount", "account", "{automountServiceAccountToken: true}"),
        {"automountServiceAccountToken": False},
    )
    yield Change(
        "ResourceQuota: hard",
        plain("v1", "ResourceQuota", "quota", "{spec: {hard: {pods: '500'}}}"),
        {"spec/hard/pods": "600"},
    )


def of_clusters() -> Iterator[Change]:
    storage = shared(
        "storage.k8s.io/v1",
        "StorageClass",
        "storage",
        "{provisioner: example.com/one, parameters: {a: b}, reclaimPolicy: Delete, volumeBindingMode: Immediate}",
    )
    for field, value in (
        ("provisioner", "example.com/two"),
        ("parameters/a", "c"),
        ("reclaimPolicy", "Retain"),
        ("volumeBindingMode", "WaitForFirstConsumer"),
    ):
        yield Change(f"StorageClass: {field}", storage, {field: value})
    yield Change("StorageClass: allowVolumeExpansion", storage, {"allowVolumeExpansion": True})
    priority = shared(
        "scheduling.k8s.io/v1", "PriorityClass", "priority", "{value: 10, preemptionPolicy: Never, description: a}"
    )
    for name, level in (("preemptionPolicy", "PreemptLowerPriority"), ("description", "b")):
        yield Change(f"PriorityClass: {name}", priority, {name: level})
    yield Change("PriorityClass: value", priority, {"value": 11})
    yield Change(
        "RuntimeClass: handler",
        shared("node.k8s.io/v1", "RuntimeClass", "runtime", "{handler: one}"),
        {"handler": "two"},
    )
    yield Change(
        "IngressClass: controller",
        shared("networking.k8s.io/v1", "IngressClass", "ingress", "{spec: {controller: example.com/one}}"),
        {"spec/controller": "example.com/two"},
    )
    yield Change("definition: scope", THING, {"spec/scope": "Cluster"})
    yield Change("definition: group", THING, {"spec/group": "other.example.com"})
    yield Change("definition: kind", THING, {"spec/names/kind": "Other"})
    yield Change("definition: version no longer served", THING, {"spec/versions/1/served": False})
    yield Change(
        "Namespace: label",
        shared("v1", "Namespace", "proof", "{}"),
        {"metadata/labels": {"pod-security.kubernetes.io/enforce": "baseline"}},
    )


def changes() -> list[Change]:
    """The corpus."""
    return [*workloads(), *others(), *of_clusters()]
