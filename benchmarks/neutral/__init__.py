"""The neutral workload's objects as a target of another package: what peers write as charts or templates.

It joins through the entry-point group `journey.targets`, reads the spec through the view as any target does, and its
artifacts pass the same checks. `compare.py` holds what it renders against the reference objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from journey.artifact import Artifact, Format, Unit
from journey.facts import traffic
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.service import ConfigValue, Service
from journey.spec.view import View

NAME = "neutral"
DESCRIPTION = "The benchmark's neutral workload."
CONSUMER = "benchmarks/compare.py"
FOLDERS = ("dev", "staging", "prod", "shared")
PATTERNS = ()

USER = 10001


def units(view: View) -> Iterator[Unit]:
    """A unit a service and environment, and what they stand on a cluster."""
    for env, cluster in resolve.places(view):
        yield Unit(NAME, env, cluster)
        for service in resolve.services_at(view, env, cluster):
            yield Unit(NAME, env, cluster, service)


def render(unit: Unit, view: View) -> Iterator[Artifact]:
    """Nine Kubernetes objects and an Application."""
    if not unit.service:
        yield from _standing(unit, view)
        return
    found = resolve.service(view, unit.service, unit.environment, unit.cluster)
    assert found is not None
    origin = Pointer(resolve.service_file(view, unit.service))
    for kind, content in _objects(unit, found, view).items():
        yield Artifact(f"{unit.environment}/{unit.service}/{kind}.yaml", Format.YAML, content, origin)


def _standing(unit: Unit, view: View) -> Iterator[Artifact]:
    """What the neutral workload takes for granted: projects and the monitoring namespace."""
    folder, origin = f"shared/{unit.environment}", Pointer(resolve.ROOT_FILE)
    for team in resolve.teams(view):
        content = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": team, "namespace": "argocd"},
            "spec": {"sourceRepos": [resolve.settings(view).repository.url]},
        }
        yield Artifact(f"{folder}/{team}.yaml", Format.YAML, content, origin)
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "monitoring"}}
    yield Artifact(f"{folder}/monitoring.yaml", Format.YAML, namespace, origin)


def _objects(unit: Unit, found: Service, view: View) -> dict[str, dict[str, Any]]:
    name, env, team = unit.service, unit.environment, found.team
    image = found.image or ""
    labels = {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": f"{name}-{env}",
        "app.kubernetes.io/version": image.rpartition(":")[2],
        "app.kubernetes.io/part-of": team,
        "app.kubernetes.io/managed-by": "platform",
        "environment": env,
    }
    selector = {"app.kubernetes.io/name": name, "environment": env}
    namespace = f"{team}-{env}"
    meta = {"name": name, "namespace": namespace, "labels": labels}
    scaling, port, route = found.scaling, found.ports["http"], found.routes["api"]
    replicas = scaling.min
    host = f"{name}.{resolve.domain(view, env)}"
    budget: dict[str, Any] = {"minAvailable": "50%"} if replicas > 1 else {"maxUnavailable": 1}
    return {
        "serviceaccount": {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": meta,
            "automountServiceAccountToken": False,
        },
        "deployment": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": meta,
            "spec": {
                "replicas": replicas,
                "revisionHistoryLimit": 5,
                "selector": {"matchLabels": selector},
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
                "template": {
                    "metadata": {
                        "labels": labels,
                        "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": str(port.port)},
                    },
                    "spec": _pod(name, image, port.port, found, selector, view),
                },
            },
        },
        "service": {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": meta,
            "spec": {
                "type": "ClusterIP",
                "selector": selector,
                "ports": [{"name": "http", "port": port.expose, "targetPort": "http", "protocol": port.protocol}],
            },
        },
        "configmap": {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": meta,
            "data": {path.rpartition("/")[2]: text for path, text in sorted(found.config.files.items())},
        },
        "hpa": {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": meta,
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
                "minReplicas": replicas,
                "maxReplicas": scaling.max,
                "metrics": [_metric("cpu", scaling.cpu), _metric("memory", scaling.memory)],
            },
        },
        "pdb": {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": meta,
            "spec": {"selector": {"matchLabels": selector}, **budget},
        },
        "networkpolicy": {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": meta,
            "spec": {
                "podSelector": {"matchLabels": selector},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [{"from": _callers(unit, view), "ports": [{"port": "http", "protocol": "TCP"}]}],
                "egress": [
                    {
                        "to": [{"namespaceSelector": {}}],
                        "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
                    },
                    {"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]},
                ],
            },
        },
        "ingress": {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {**meta, "annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"}},
            "spec": {
                "ingressClassName": "nginx",
                "tls": [{"hosts": [host], "secretName": f"{name}-tls"}],
                "rules": [
                    {
                        "host": host,
                        "http": {
                            "paths": [
                                {
                                    "path": route.path,
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": name, "port": {"name": "http"}}},
                                }
                            ]
                        },
                    }
                ],
            },
        },
        "servicemonitor": {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "ServiceMonitor",
            "metadata": meta,
            "spec": {
                "selector": {"matchLabels": selector},
                "endpoints": [{"port": "http", "path": "/metrics", "interval": "30s", "scrapeTimeout": "10s"}],
            },
        },
        "application": _application(unit, team, namespace, labels, view),
    }


def _pod(name: str, image: str, port: int, found: Service, selector: dict[str, str], view: View) -> dict[str, Any]:
    resources = resolve.sizes(view)[found.size or ""]
    requests, limits = resources.requests, resources.limits
    env: list[dict[str, Any]] = [
        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        *({"name": key, "value": _text(value)} for key, value in sorted(found.config.values.items())),
    ]
    return {
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "app",
                "image": image,
                "imagePullPolicy": "IfNotPresent",
                "ports": [{"name": "http", "containerPort": port, "protocol": "TCP"}],
                "env": env,
                "envFrom": [{"configMapRef": {"name": name}}],
                "resources": {
                    "requests": {"cpu": requests.cpu, "memory": requests.memory},
                    "limits": {"cpu": limits.cpu, "memory": limits.memory},
                },
                "livenessProbe": _probe("/healthz", 15),
                "readinessProbe": _probe("/readyz", 5),
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
            }
        ],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}],
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selector},
            }
        ],
    }


def _text(value: object) -> str:
    return str(value.value if isinstance(value, ConfigValue) else value)


def _probe(path: str, delay: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": "http"},
        "initialDelaySeconds": delay,
        "periodSeconds": 10,
        "timeoutSeconds": 2,
        "failureThreshold": 3,
    }


def _metric(name: str, target: int | None) -> dict[str, Any]:
    return {
        "type": "Resource",
        "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": target}},
    }


def _callers(unit: Unit, view: View) -> list[dict[str, Any]]:
    """The callers in the reference's order (those after the service first), then monitoring."""
    names = [connection.peer.name for connection in traffic.callers(view, unit.service, unit.environment, unit.cluster)]
    names.sort(key=lambda name: (name < unit.service, name))
    peers: list[dict[str, Any]] = [
        {
            "namespaceSelector": {},
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": name, "environment": unit.environment}},
        }
        for name in names
    ]
    return [*peers, {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]


def _application(unit: Unit, team: str, namespace: str, labels: dict[str, str], view: View) -> dict[str, Any]:
    repository, env = resolve.settings(view).repository, unit.environment
    sync: dict[str, Any] = {"syncOptions": ["CreateNamespace=true"]}
    if resolve.environment(view, env).sync == "auto":
        sync["automated"] = {"prune": True, "selfHeal": True}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": f"{unit.service}-{env}",
            "namespace": "argocd",
            "labels": labels,
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "project": team,
            "source": {
                "repoURL": repository.url,
                "targetRevision": repository.branch,
                "path": f"{env}/{unit.service}",
            },
            "destination": {"server": resolve.cluster(view, unit.cluster).server, "namespace": namespace},
            "syncPolicy": sync,
        },
    }
