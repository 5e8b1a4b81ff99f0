"""What a unit names that others must bring."""

from __future__ import annotations

from typing import Any

import pytest

from journey.artifact import Unit
from journey.checks import references
from tests.checks.support import (
    FOLDER,
    UNIT,
    Tree,
    application,
    artifact,
    artifacts,
    made,
    service_objects,
)

FOLDERS = {"clusters", "clusters/local", FOLDER, f"{FOLDER}/auth", f"{FOLDER}/_shared"}
POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)


def defined(content: object, unit: Unit = UNIT, **rest: Any) -> tuple[str, ...]:
    return references.links(unit, [artifact(content, **rest)]).defines[0]


def referred(*contents: Tree, unit: Unit = UNIT, path: str = "x.yaml") -> list[str]:
    return [
        identity for _, identity in references.links(unit, [artifact(content, path) for content in contents]).refers
    ]


def test_a_unit_names_what_others_bring_and_not_its_own() -> None:
    files = artifacts(service_objects())
    found = [(files[index].path.rpartition("/")[2], name) for index, name in references.links(UNIT, files).refers]
    assert found == [
        ("externalsecret.yaml", "local|ClusterSecretStore.external-secrets.io||vault"),
        ("deployment.yaml", "local|PriorityClass.scheduling.k8s.io||normal"),
        ("deployment.yaml", "local|Secret.|auth|pull"),
        ("networkpolicy.yaml", "local|Namespace.||gateway"),
        ("networkpolicy.yaml", "local|Namespace.||monitoring"),
        ("route.yaml", "local|Gateway.gateway.networking.k8s.io|gateway|gateway:https"),
    ]


def pod_naming(**spec: Any) -> Tree:
    return made("v1", "Pod", spec=spec)


@pytest.mark.parametrize(
    ("content", "identities"),
    [
        (pod_naming(serviceAccountName="a"), ["ServiceAccount.|auth|a"]),
        (pod_naming(serviceAccountName="default"), []),
        (pod_naming(priorityClassName="system-node-critical"), []),
        (
            pod_naming(
                initContainers=[{"envFrom": [{"secretRef": {"name": "s"}}, {"configMapRef": {"name": "c"}}]}],
                containers=[
                    {"env": [{"valueFrom": {"secretKeyRef": {"name": "t"}}}, {"valueFrom": {"fieldRef": {}}}]},
                    {"envFrom": [{"secretRef": {"name": "o", "optional": True}}]},
                    {"env": [{"valueFrom": {"configMapKeyRef": {"name": "o", "optional": True}}}]},
                ],
            ),
            ["Secret.|auth|t", "Secret.|auth|s", "ConfigMap.|auth|c"],
        ),
        (
            pod_naming(
                volumes=[
                    {"secret": {"secretName": "s"}},
                    {"configMap": {"name": "kube-root-ca.crt"}},
                    {"projected": {"sources": [{"secret": {"name": "p"}}, {"configMap": {"name": "c"}}]}},
                ]
            ),
            ["Secret.|auth|s", "Secret.|auth|p", "ConfigMap.|auth|c"],
        ),
        (made("apps/v1", "StatefulSet", spec={"serviceName": "head"}), ["Service.|auth|head"]),
        (
            made(
                "batch/v1",
                "CronJob",
                spec={"jobTemplate": {"spec": {"template": {"spec": {"serviceAccountName": "a"}}}}},
            ),
            ["ServiceAccount.|auth|a"],
        ),
        (
            made(
                "gateway.networking.k8s.io/v1",
                "HTTPRoute",
                spec={
                    "parentRefs": [{"group": "", "kind": "Service", "name": "b", "port": 80}, {"name": "g"}],
                    "rules": [
                        {
                            "backendRefs": [{"name": "s"}],
                            "filters": [
                                {"requestMirror": {"backendRef": {"name": "m", "namespace": "n", "port": 1}}},
                                {"extensionRef": {"group": "example.com", "kind": "Filter", "name": "f"}},
                            ],
                        }
                    ],
                },
            ),
            [
                "Service.|auth|b",
                "Gateway.gateway.networking.k8s.io|auth|g",
                "Service.|auth|s",
                "Service.|n|m:1",
                "Filter.example.com|auth|f",
            ],
        ),
        (
            made(
                "networking.k8s.io/v1",
                "Ingress",
                spec={
                    "defaultBackend": {"service": {"name": "d"}},
                    "tls": [{"secretName": "tls"}],
                    "rules": [
                        {
                            "http": {
                                "paths": [
                                    {"backend": {"service": {"name": "a", "port": {"number": 80}}}},
                                    {"backend": {"service": {"name": "b", "port": {"name": "http"}}}},
                                ]
                            }
                        }
                    ],
                },
            ),
            ["Service.|auth|d", "Service.|auth|a:80", "Service.|auth|b:http", "Secret.|auth|tls"],
        ),
        (
            made(
                "keda.sh/v1alpha1",
                "ScaledObject",
                spec={
                    "scaleTargetRef": {"name": "d"},
                    "triggers": [
                        {"authenticationRef": {"name": "t"}},
                        {"authenticationRef": {"name": "c", "kind": "ClusterTriggerAuthentication"}},
                    ],
                },
            ),
            [
                "Deployment.apps|auth|d",
                "TriggerAuthentication.keda.sh|auth|t",
                "ClusterTriggerAuthentication.keda.sh||c",
            ],
        ),
        (
            made(
                "autoscaling.k8s.io/v1",
                "VerticalPodAutoscaler",
                spec={"targetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "s"}},
            ),
            ["StatefulSet.apps|auth|s"],
        ),
        (
            made(
                "rbac.authorization.k8s.io/v1",
                "ClusterRoleBinding",
                namespace="",
                roleRef={"kind": "ClusterRole", "name": "reader"},
                subjects=[{"kind": "User", "name": "u"}, {"kind": "ServiceAccount", "name": "a", "namespace": "n"}],
            ),
            ["ClusterRole.rbac.authorization.k8s.io||reader", "ServiceAccount.|n|a"],
        ),
        (
            made("rbac.authorization.k8s.io/v1", "RoleBinding", roleRef={"kind": "ClusterRole", "name": "view"}),
            [],
        ),
        (
            made("rbac.authorization.k8s.io/v1", "RoleBinding", roleRef={"kind": "ClusterRole", "name": "system:x"}),
            [],
        ),
        (
            made(
                "external-secrets.io/v1",
                "ExternalSecret",
                spec={
                    "secretStoreRef": {"name": "own"},
                    "dataFrom": [{"sourceRef": {"storeRef": {"kind": "ClusterSecretStore", "name": "c"}}}],
                },
            ),
            ["SecretStore.external-secrets.io|auth|own", "ClusterSecretStore.external-secrets.io||c"],
        ),
        (
            made("cert-manager.io/v1", "Certificate", spec={"issuerRef": {"name": "i"}}),
            ["Issuer.cert-manager.io|auth|i"],
        ),
        (
            made("cert-manager.io/v1", "Certificate", spec={"issuerRef": {"kind": "ClusterIssuer", "name": "i"}}),
            ["ClusterIssuer.cert-manager.io||i"],
        ),
        (
            made(
                "postgresql.cnpg.io/v1",
                "Cluster",
                "main",
                spec={"bootstrap": {"initdb": {"secret": {"name": "s"}}}, "superuserSecret": {"name": "r"}},
            ),
            ["Secret.|auth|s", "Secret.|auth|r"],
        ),
        (
            made("postgresql.cnpg.io/v1", "ScheduledBackup", spec={"cluster": {"name": "main"}}),
            ["Cluster.postgresql.cnpg.io|auth|main"],
        ),
        (made("example.com/v1", "Database", spec={"cluster": {"name": "main"}}), []),
        (
            made(
                "helm.toolkit.fluxcd.io/v2",
                "HelmRelease",
                spec={
                    "chart": {
                        "spec": {"sourceRef": {"kind": "HelmRepository", "name": "r", "namespace": "flux-system"}}
                    },
                    "chartRef": {"kind": "OCIRepository", "name": "o"},
                },
            ),
            ["HelmRepository.source.toolkit.fluxcd.io|flux-system|r", "OCIRepository.source.toolkit.fluxcd.io|auth|o"],
        ),
    ],
)
def test_what_an_object_names(content: Tree, identities: list[str]) -> None:
    assert referred(content) == [f"local|{identity}" for identity in identities]


def test_a_flux_kustomization_names_its_source_its_folder_and_those_before_it() -> None:
    flux = made(
        "kustomize.toolkit.fluxcd.io/v1",
        "Kustomization",
        namespace="flux-system",
        spec={
            "sourceRef": {"kind": "GitRepository", "name": "platform"},
            "path": f"./{FOLDER}/auth/",
            "dependsOn": [{"name": "main"}],
        },
    )
    assert referred(flux) == [
        "local|GitRepository.source.toolkit.fluxcd.io|flux-system|platform",
        f"path|{FOLDER}/auth",
        "local|Kustomization.kustomize.toolkit.fluxcd.io|flux-system|main",
    ]
    assert referred({**flux, "apiVersion": "kustomize.config.k8s.io/v1beta1"}) == []


def test_an_application_names_its_project_cluster_and_folders() -> None:
    app = application()
    app["spec"]["destination"] = {"name": "spoke"}
    app["spec"]["sources"] = [{"path": "a/b/"}, {"chart": "c"}, {"path": "./d"}]
    assert referred(app) == [
        "local|AppProject.argoproj.io|argocd|team-dev",
        "cluster|spoke",
        f"path|{FOLDER}/auth",
        "path|a/b",
        "path|d",
    ]
    app["spec"] = {"project": "default", "source": {"chart": "c"}, "destination": {"name": "in-cluster"}}
    assert referred(app) == []
    assert referred({**application(), "apiVersion": "app.k8s.io/v1"}) == []


def test_a_namespace_that_somebody_else_makes_is_there_with_its_service() -> None:
    account = made("v1", "ServiceAccount")
    brought = "~local|Namespace.||auth"
    assert brought in defined(account)
    assert brought not in defined(made("v1", "ServiceAccount", "other"))
    assert brought not in defined(made("v1", "ConfigMap"))
    files = [artifact(made("v1", "Namespace", namespace=""), "n.yaml"), artifact(account, "a.yaml")]
    assert references.links(UNIT, files).defines == [("local|Namespace.||auth",), ("local|ServiceAccount.|auth|auth",)]
