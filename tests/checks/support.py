"""A clean service as its rendered objects, and what else its cluster has: the samples that tests break."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from journey.artifact import Artifact, Format, Unit
from journey.problem import Pointer

UNIT = Unit("kubernetes", "dev", "local", "auth")
SHARED = Unit("kubernetes", "dev", "local", "", "_shared")
ARGOCD = Unit("argocd", "dev", "local", "auth", "service/local/")
ORIGIN = Pointer("apps/auth/service.yaml", ("name",))
FOLDER = "environments/dev/local/kubernetes"

DELETE = object()
"""As a value in `changed`: take the key or the element away."""

Tree = dict[str, Any]
STABLE = {"app.kubernetes.io/name": "auth", "app.kubernetes.io/instance": "auth-dev"}
LABELS = {**STABLE, "app.kubernetes.io/managed-by": "journey"}


class Run:
    """A run of one version, with the conventions that are said to be off."""

    def __init__(self, version: str = "1.34", without: Iterable[str] = ()) -> None:
        self.version = version
        self.names = frozenset(without)

    def kubernetes(self, cluster: str) -> str:
        assert cluster == "local"
        return self.version

    def without(self, unit: Unit) -> frozenset[str]:
        assert unit == UNIT
        return self.names


def made(api_version: str, kind: str, name: str = "auth", namespace: str = "auth", **rest: Any) -> Tree:
    """An object with the usual labels."""
    metadata: Tree = {"name": name, "labels": dict(LABELS)}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def pod() -> Tree:
    """A pod's metadata and spec as the platform renders them."""
    probe = {"httpGet": {"path": "/healthz", "port": "http"}}
    return {
        "metadata": {"labels": {**LABELS, "request-journey.dev/deployment-id": "0123456789abcdef"}},
        "spec": {
            "serviceAccountName": "auth",
            "priorityClassName": "normal",
            "imagePullSecrets": [{"name": "pull"}],
            "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": "auth",
                    "image": "registry.example.com/auth:1.4.2",
                    "ports": [{"name": "http", "containerPort": 8080}],
                    "env": [
                        {"name": "TZ", "value": "UTC"},
                        {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "auth-1a2b", "key": "LEVEL"}}},
                        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "auth-secrets", "key": "TOKEN"}}},
                    ],
                    "envFrom": [{"configMapRef": {"name": "auth-1a2b"}}],
                    "resources": {
                        "requests": {"cpu": "50m", "memory": "64Mi"},
                        "limits": {"cpu": "250m", "memory": "128Mi"},
                    },
                    "livenessProbe": copy.deepcopy(probe),
                    "readinessProbe": copy.deepcopy(probe),
                    "lifecycle": {"preStop": {"httpGet": {"path": "/drain", "port": "http"}}},
                    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                    "volumeMounts": [
                        {"name": "tmp", "mountPath": "/tmp"},
                        {"name": "config", "mountPath": "/etc/auth"},
                        {"name": "data", "mountPath": "/data"},
                    ],
                }
            ],
            "volumes": [
                {"name": "tmp", "emptyDir": {}},
                {"name": "config", "configMap": {"name": "auth-1a2b", "items": [{"key": "app.yaml", "path": "a"}]}},
                {"name": "data", "persistentVolumeClaim": {"claimName": "auth-data"}},
            ],
        },
    }


def service_objects() -> dict[str, Tree]:
    """The objects of the service `auth` in its own namespace, clean in every check, by a short name each."""
    chosen = {"matchLabels": dict(STABLE)}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "auth"}
    rbac = "rbac.authorization.k8s.io"
    return {
        "namespace": made("v1", "Namespace", namespace=""),
        "serviceaccount": made("v1", "ServiceAccount"),
        "configmap": made("v1", "ConfigMap", "auth-1a2b", data={"LEVEL": "info", "app.yaml": "mode: server\n"}),
        "externalsecret": made(
            "external-secrets.io/v1",
            "ExternalSecret",
            spec={
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
                "target": {"name": "auth-secrets"},
                "data": [{"secretKey": "TOKEN", "remoteRef": {"key": "auth", "property": "token"}}],
            },
        ),
        "claim": made("v1", "PersistentVolumeClaim", "auth-data", spec={}),
        "deployment": made("apps/v1", "Deployment", spec={"selector": copy.deepcopy(chosen), "template": pod()}),
        "service": made(
            "v1",
            "Service",
            spec={"selector": dict(STABLE), "ports": [{"name": "http", "port": 80, "targetPort": "http"}]},
        ),
        "hpa": made(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            spec={"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 4},
        ),
        "pdb": made(
            "policy/v1", "PodDisruptionBudget", spec={"selector": copy.deepcopy(chosen), "minAvailable": "50%"}
        ),
        "networkpolicy": made(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            spec={
                "podSelector": copy.deepcopy(chosen),
                "ingress": [
                    {
                        "from": [
                            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateway"}}},
                            {
                                "namespaceSelector": {
                                    "matchExpressions": [
                                        {
                                            "key": "kubernetes.io/metadata.name",
                                            "operator": "In",
                                            "values": ["monitoring"],
                                        }
                                    ]
                                }
                            },
                        ],
                        "ports": [{"port": "http"}],
                    }
                ],
                "egress": [
                    {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]}
                ],
            },
        ),
        "route": made(
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
            spec={
                "parentRefs": [{"name": "gateway", "namespace": "gateway", "sectionName": "https"}],
                "rules": [{"backendRefs": [{"name": "auth", "port": 80}]}],
            },
        ),
        "monitor": made(
            "monitoring.coreos.com/v1",
            "ServiceMonitor",
            spec={"selector": copy.deepcopy(chosen), "endpoints": [{"port": "http"}]},
        ),
        "role": made(f"{rbac}/v1", "Role", rules=[]),
        "binding": made(
            f"{rbac}/v1",
            "RoleBinding",
            roleRef={"apiGroup": rbac, "kind": "Role", "name": "auth"},
            subjects=[{"kind": "ServiceAccount", "name": "auth", "namespace": "auth"}],
        ),
    }


def shared_objects() -> dict[str, Tree]:
    """What the cluster has besides, which the service names."""
    return {
        "priority": made("scheduling.k8s.io/v1", "PriorityClass", "normal", "", value=1000),
        "store": made("external-secrets.io/v1", "ClusterSecretStore", "vault", "", spec={}),
        "gatewaynamespace": made("v1", "Namespace", "gateway", ""),
        "monitoring": made("v1", "Namespace", "monitoring", ""),
        "gateway": made(
            "gateway.networking.k8s.io/v1",
            "Gateway",
            "gateway",
            "gateway",
            spec={"listeners": [{"name": "https", "port": 443}]},
        ),
        "pull": made("v1", "Secret", "pull"),
        "project": made("argoproj.io/v1alpha1", "AppProject", "team-dev", "argocd", spec={}),
    }


def application() -> Tree:
    """The Application of the service."""
    return made(
        "argoproj.io/v1alpha1",
        "Application",
        "auth-dev-local",
        "argocd",
        spec={
            "project": "team-dev",
            "source": {"repoURL": "https://git.example.com/platform.git", "path": f"{FOLDER}/auth"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "auth"},
        },
    )


def artifact(content: object, path: str = f"{FOLDER}/auth/object.yaml", format: Format = Format.YAML) -> Artifact:
    """A file of the service."""
    return Artifact(path, format, content, ORIGIN)


def artifacts(objects: Mapping[str, Tree], folder: str = f"{FOLDER}/auth") -> list[Artifact]:
    """A file an object."""
    return [artifact(content, f"{folder}/{name}.yaml") for name, content in objects.items()]


def changed(objects: Mapping[str, Tree], name: str, *steps: str | int, to: object) -> dict[str, Tree]:
    """A copy in which what the steps lead to, in one object, is another value or (`DELETE`) is not there."""
    found = copy.deepcopy(dict(objects))
    *way, last = steps
    node: Any = found[name]
    for step in way:
        node = node[step]
    if to is DELETE:
        del node[last]
    else:
        node[last] = to
    return found
