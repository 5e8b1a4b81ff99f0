"""The neutral workload: a platform of N services in 3 environments, and the objects that every program must make of it.

    python -m benchmarks.workload spec N     print the spec as JSON
    python -m benchmarks.workload stats N    print how many objects it makes, and their bytes as compact JSON

Nothing here is timed: it is the definition that all programs are held to (`compare.py`). Values come in three layers,
as in real platform repositories: common and environment, service, service in environment.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

Tree = dict[str, Any]

ENVS = ("dev", "staging", "prod")
TEAMS = [f"team-{i:02d}" for i in range(20)]
SIZES = {
    "small": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "250m", "memory": "128Mi"}},
    "medium": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}},
    "large": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}},
}
COMMON: Tree = {
    "registry": "registry.example.com",
    "repoURL": "https://git.example.com/platform/deploy.git",
    "revision": "main",
    "runAsUser": 10001,
    "argocdNamespace": "argocd",
    "ingressClass": "nginx",
    "monitoringNamespace": "monitoring",
    "sizes": SIZES,
}
ENV_DEFAULTS: dict[str, Tree] = {
    "dev": {
        "domain": "dev.example.com",
        "logLevel": "debug",
        "minReplicas": 1,
        "maxReplicas": 2,
        "server": "https://dev.k8s.example.com",
        "autoSync": True,
    },
    "staging": {
        "domain": "staging.example.com",
        "logLevel": "info",
        "minReplicas": 2,
        "maxReplicas": 4,
        "server": "https://staging.k8s.example.com",
        "autoSync": True,
    },
    "prod": {
        "domain": "example.com",
        "logLevel": "warn",
        "minReplicas": 3,
        "maxReplicas": 10,
        "server": "https://prod.k8s.example.com",
        "autoSync": False,
    },
}


def service(i: int, n: int) -> Tree:
    """What one service of n says of itself."""
    size, upstream = ("small", "medium", "large")[i % 3], (i * 7 + 1) % n
    return {
        "name": f"svc-{i:04d}",
        "team": TEAMS[i % len(TEAMS)],
        "port": 8000 + i % 100,
        "size": size,
        "path": f"/api/v1/svc-{i:04d}",
        "config": {
            "LOG_FORMAT": "json",
            "HTTP_TIMEOUT": f"{5 + i % 25}s",
            "POOL_SIZE": str(4 + i % 60),
            "CACHE_ENABLED": "true" if i % 2 else "false",
            "FEATURE_BETA": "false",
            "DB_NAME": f"svc_{i:04d}",
            "UPSTREAM_URL": f"http://svc-{upstream:04d}.{TEAMS[upstream % len(TEAMS)]}.svc.cluster.local:8080",
            "app.properties": f"service=svc-{i:04d}\nmode=server\nretries={i % 5}\n",
        },
        "envVars": {
            "TZ": "UTC",
            "SERVICE_NAME": f"svc-{i:04d}",
            "JAVA_OPTS": f"-Xmx{64 * (1 + i % 8)}m",
            "GOMAXPROCS": str(1 + i % 4),
        },
        "allowFrom": [f"svc-{(i + 1) % n:04d}", f"svc-{(i + 3) % n:04d}"],
    }


def override(i: int, env: str) -> Tree:
    """What one service sets for one environment."""
    o: Tree = {"tag": f"1.{i % 40}.{ENVS.index(env)}"}
    if i % 5 == 0 and env == "prod":
        o["minReplicas"], o["maxReplicas"] = 6, 20
    if i % 7 == 0:
        o["config"] = {"FEATURE_BETA": "true"}
    return o


def spec(n: int) -> Tree:
    """The whole platform, by layers."""
    return {
        "common": COMMON,
        "environments": ENV_DEFAULTS,
        "services": [dict(service(i, n), environments={e: override(i, e) for e in ENVS}) for i in range(n)],
    }


def resolve(sp: Tree, svc: Tree, env: str) -> Tree:
    """The three layers merged, and the names derived from them, of one service in one environment."""
    c, e, o = sp["common"], sp["environments"][env], svc["environments"][env]
    cfg = dict(svc["config"], LOG_LEVEL=e["logLevel"])
    cfg.update(o.get("config", {}))
    return {
        "name": svc["name"],
        "env": env,
        "team": svc["team"],
        "namespace": f"{svc['team']}-{env}",
        "image": f"{c['registry']}/{svc['team']}/{svc['name']}:{o['tag']}",
        "tag": o["tag"],
        "port": svc["port"],
        "path": svc["path"],
        "resources": c["sizes"][svc["size"]],
        "minReplicas": o.get("minReplicas", e["minReplicas"]),
        "maxReplicas": o.get("maxReplicas", e["maxReplicas"]),
        "config": cfg,
        "envVars": svc["envVars"],
        "allowFrom": svc["allowFrom"],
        "host": f"{svc['name']}.{e['domain']}",
        "server": e["server"],
        "autoSync": e["autoSync"],
        "runAsUser": c["runAsUser"],
        "ingressClass": c["ingressClass"],
        "repoURL": c["repoURL"],
        "revision": c["revision"],
        "argocdNamespace": c["argocdNamespace"],
        "monitoringNamespace": c["monitoringNamespace"],
    }


def labels(a: Tree) -> Tree:
    """The labels of each object."""
    return {
        "app.kubernetes.io/name": a["name"],
        "app.kubernetes.io/instance": f"{a['name']}-{a['env']}",
        "app.kubernetes.io/version": a["tag"],
        "app.kubernetes.io/part-of": a["team"],
        "app.kubernetes.io/managed-by": "platform",
        "environment": a["env"],
    }


def selector(a: Tree) -> Tree:
    """The labels that select the pods."""
    return {"app.kubernetes.io/name": a["name"], "environment": a["env"]}


def meta(a: Tree, **annotations: str) -> Tree:
    """An object's metadata."""
    m = {"name": a["name"], "namespace": a["namespace"], "labels": labels(a)}
    if annotations:
        m["annotations"] = annotations
    return m


def objects(a: Tree) -> dict[str, Tree]:
    """The 9 Kubernetes objects and the Argo CD Application of one service in one environment."""
    pdb: Tree = {"selector": {"matchLabels": selector(a)}}
    if a["minReplicas"] > 1:
        pdb["minAvailable"] = "50%"
    else:
        pdb["maxUnavailable"] = 1
    sync: Tree = {"syncOptions": ["CreateNamespace=true"]}
    if a["autoSync"]:
        sync["automated"] = {"prune": True, "selfHeal": True}

    def probe(path: str, delay: int) -> Tree:
        return {
            "httpGet": {"path": path, "port": "http"},
            "initialDelaySeconds": delay,
            "periodSeconds": 10,
            "timeoutSeconds": 2,
            "failureThreshold": 3,
        }

    return {
        "serviceaccount": {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": meta(a),
            "automountServiceAccountToken": False,
        },
        "deployment": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": meta(a),
            "spec": {
                "replicas": a["minReplicas"],
                "revisionHistoryLimit": 5,
                "selector": {"matchLabels": selector(a)},
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
                "template": {
                    "metadata": {
                        "labels": labels(a),
                        "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": str(a["port"])},
                    },
                    "spec": {
                        "serviceAccountName": a["name"],
                        "automountServiceAccountToken": False,
                        "terminationGracePeriodSeconds": 30,
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": a["runAsUser"],
                            "fsGroup": a["runAsUser"],
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "containers": [
                            {
                                "name": "app",
                                "image": a["image"],
                                "imagePullPolicy": "IfNotPresent",
                                "ports": [{"name": "http", "containerPort": a["port"], "protocol": "TCP"}],
                                "env": [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]
                                + [{"name": k, "value": v} for k, v in sorted(a["envVars"].items())],
                                "envFrom": [{"configMapRef": {"name": a["name"]}}],
                                "resources": a["resources"],
                                "livenessProbe": probe("/healthz", 15),
                                "readinessProbe": probe("/readyz", 5),
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
                                "labelSelector": {"matchLabels": selector(a)},
                            }
                        ],
                    },
                },
            },
        },
        "service": {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": meta(a),
            "spec": {
                "type": "ClusterIP",
                "selector": selector(a),
                "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
            },
        },
        "configmap": {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": meta(a),
            "data": dict(sorted(a["config"].items())),
        },
        "hpa": {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": meta(a),
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": a["name"]},
                "minReplicas": a["minReplicas"],
                "maxReplicas": a["maxReplicas"],
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
                    },
                    {
                        "type": "Resource",
                        "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 80}},
                    },
                ],
            },
        },
        "pdb": {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta(a), "spec": pdb},
        "networkpolicy": {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": meta(a),
            "spec": {
                "podSelector": {"matchLabels": selector(a)},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [
                    {
                        "from": [
                            {
                                "namespaceSelector": {},
                                "podSelector": {"matchLabels": {"app.kubernetes.io/name": f, "environment": a["env"]}},
                            }
                            for f in a["allowFrom"]
                        ]
                        + [
                            {
                                "namespaceSelector": {
                                    "matchLabels": {"kubernetes.io/metadata.name": a["monitoringNamespace"]}
                                }
                            }
                        ],
                        "ports": [{"port": "http", "protocol": "TCP"}],
                    }
                ],
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
            "metadata": meta(a, **{"cert-manager.io/cluster-issuer": "letsencrypt"}),
            "spec": {
                "ingressClassName": a["ingressClass"],
                "tls": [{"hosts": [a["host"]], "secretName": f"{a['name']}-tls"}],
                "rules": [
                    {
                        "host": a["host"],
                        "http": {
                            "paths": [
                                {
                                    "path": a["path"],
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": a["name"], "port": {"name": "http"}}},
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
            "metadata": meta(a),
            "spec": {
                "selector": {"matchLabels": selector(a)},
                "endpoints": [{"port": "http", "path": "/metrics", "interval": "30s", "scrapeTimeout": "10s"}],
            },
        },
        "application": {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {
                "name": f"{a['name']}-{a['env']}",
                "namespace": a["argocdNamespace"],
                "labels": labels(a),
                "finalizers": ["resources-finalizer.argocd.argoproj.io"],
            },
            "spec": {
                "project": a["team"],
                "source": {"repoURL": a["repoURL"], "targetRevision": a["revision"], "path": f"{a['env']}/{a['name']}"},
                "destination": {"server": a["server"], "namespace": a["namespace"]},
                "syncPolicy": sync,
            },
        },
    }


def all_objects(n: int) -> Iterator[tuple[Tree, str, dict[str, Tree]]]:
    """Each service and environment with its objects by file name."""
    sp = spec(n)
    for svc in sp["services"]:
        for env in ENVS:
            yield svc, env, objects(resolve(sp, svc, env))


def main(command: str, n: int) -> None:
    """Print what is asked for."""
    if command == "spec":
        json.dump(spec(n), sys.stdout, indent=1)
        return
    sizes = [len(json.dumps(o, separators=(",", ":"))) for _, _, found in all_objects(n) for o in found.values()]
    print(json.dumps({"services": n, "objects": len(sizes), "compact_json_bytes": sum(sizes)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
