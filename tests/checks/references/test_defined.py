"""What a file brings into a cluster: its object, and what controllers make from it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from journey.artifact import Format, Unit
from journey.checks import references
from tests.checks.support import (
    FOLDER,
    UNIT,
    Tree,
    application,
    artifact,
    made,
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


@pytest.mark.parametrize(
    ("content", "identities"),
    [
        (made("v1", "ConfigMap"), ("local|ConfigMap.|auth|auth",)),
        (MappingProxyType(made("v1", "ConfigMap")), ("local|ConfigMap.|auth|auth",)),
        (made("apps/v1", "Deployment", spec={}), ("local|Deployment.apps|auth|auth",)),
        (made("v1", "Namespace", namespace=""), ("local|Namespace.||auth",)),
        (made("v1", "Namespace", namespace="wrong"), ("local|Namespace.||auth",)),
        (
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": "auth", "annotations": {"request-journey.dev/made-by-hand": "a b"}},
            },
            ("local|Namespace.||auth", "~local|Secret.|auth|a", "~local|Secret.|auth|b"),
        ),
        (
            made("v1", "Service", spec={"ports": [{"name": "http", "port": 80}]}),
            ("local|Service.|auth|auth", "~local|Service.|auth|auth:80", "~local|Service.|auth|auth:http"),
        ),
        (
            made("external-secrets.io/v1", "ExternalSecret", spec={"target": {"name": "s"}}),
            ("local|ExternalSecret.external-secrets.io|auth|auth", "local|Secret.|auth|s"),
        ),
        (
            made("external-secrets.io/v1", "ExternalSecret", spec={}),
            ("local|ExternalSecret.external-secrets.io|auth|auth", "local|Secret.|auth|auth"),
        ),
        (
            made("external-secrets.io/v1", "ExternalSecret", spec={"target": {"creationPolicy": "Merge"}}),
            ("local|ExternalSecret.external-secrets.io|auth|auth",),
        ),
        (
            made("cert-manager.io/v1", "Certificate", spec={"secretName": "tls"}),
            ("local|Certificate.cert-manager.io|auth|auth", "local|Secret.|auth|tls"),
        ),
        (
            made("cert-manager.io/v1", "Certificate", spec={}),
            ("local|Certificate.cert-manager.io|auth|auth",),
        ),
        (
            made("keda.sh/v1alpha1", "ScaledObject", spec={}),
            ("local|ScaledObject.keda.sh|auth|auth", "local|HorizontalPodAutoscaler.autoscaling|auth|keda-hpa-auth"),
        ),
        (
            made(
                "keda.sh/v1alpha1",
                "ScaledObject",
                spec={"advanced": {"horizontalPodAutoscalerConfig": {"name": "auth"}}},
            ),
            ("local|ScaledObject.keda.sh|auth|auth", "local|HorizontalPodAutoscaler.autoscaling|auth|auth"),
        ),
        (
            made("postgresql.cnpg.io/v1", "Pooler", "main-pool"),
            (
                "local|Pooler.postgresql.cnpg.io|auth|main-pool",
                "local|Service.|auth|main-pool",
                "~local|Service.|auth|main-pool:5432",
                "~local|Service.|auth|main-pool:pgbouncer",
            ),
        ),
        (made("cluster.x-k8s.io/v1", "Cluster"), ("local|Cluster.cluster.x-k8s.io|auth|auth",)),
        (
            made("apps/v1", "StatefulSet", spec={"replicas": 2, "volumeClaimTemplates": [{"metadata": {"name": "d"}}]}),
            (
                "local|StatefulSet.apps|auth|auth",
                "~local|PersistentVolumeClaim.|auth|d-auth-0",
                "~local|PersistentVolumeClaim.|auth|d-auth-1",
            ),
        ),
    ],
)
def test_a_file_brings_its_object_and_what_controllers_make_of_it(content: Tree, identities: tuple[str, ...]) -> None:
    assert defined(content) == identities


def test_cloudnativepg_brings_services_and_secrets() -> None:
    found = defined(made("postgresql.cnpg.io/v1", "Cluster", "main"))
    for name in ("main-rw", "main-ro", "main-r"):
        assert f"local|Service.|auth|{name}" in found
        assert f"~local|Service.|auth|{name}:5432" in found
    assert "~local|Secret.|auth|main-app" in found


def test_a_certified_ingress_or_gateway_brings_its_secrets() -> None:
    tls = made("networking.k8s.io/v1", "Ingress", spec={"tls": [{"secretName": "tls"}]})
    assert "~local|Secret.|auth|tls" not in defined(tls)
    tls["metadata"]["annotations"] = {"cert-manager.io/cluster-issuer": "acme"}
    assert "~local|Secret.|auth|tls" in defined(tls)
    listener = {"name": "https", "tls": {"certificateRefs": [{"name": "tls"}]}}
    gateway = made("gateway.networking.k8s.io/v1", "Gateway", spec={"listeners": [listener]})
    whole = "local|Gateway.gateway.networking.k8s.io|auth|auth"
    assert defined(gateway) == (whole, f"~{whole}:https")
    assert referred(gateway) == ["local|Secret.|auth|tls"]
    gateway["metadata"]["annotations"] = {"cert-manager.io/issuer": "acme"}
    assert defined(gateway) == (whole, f"~{whole}:https", "~local|Secret.|auth|tls")
    assert referred(gateway) == []


def test_an_application_brings_the_namespace_that_it_is_to_make_where_it_is_sent() -> None:
    app = application()
    app["spec"]["syncPolicy"] = {"syncOptions": ["CreateNamespace=true"]}
    own = "local|Application.argoproj.io|argocd|auth-dev-local"
    assert defined(app) == (own, "~local|Namespace.||auth")
    app["spec"]["destination"] = {"name": "in-cluster", "namespace": "auth"}
    assert defined(app) == (own, "~local|Namespace.||auth")
    app["spec"]["destination"] = {"name": "spoke", "namespace": "auth"}
    assert defined(app) == (own, "~spoke|Namespace.||auth")
    app["spec"]["syncPolicy"]["syncOptions"] = ["CreateNamespace=false"]
    assert defined(app) == (own,)


def test_what_stands_below_clusters_is_that_clusters() -> None:
    path = "clusters/hub/applications/auth.yaml"
    assert defined(application(), path=path) == ("hub|Application.argoproj.io|argocd|auth-dev-local",)
    assert references.links(UNIT, [artifact(application(), path)]).refers[0] == (
        0,
        "hub|AppProject.argoproj.io|argocd|team-dev",
    )


@pytest.mark.parametrize(
    ("content", "unit", "format"),
    [
        (made("v1", "ConfigMap"), UNIT._replace(cluster=""), Format.YAML),
        (made("v1", "ConfigMap"), UNIT, Format.JSON),
        ([made("v1", "ConfigMap")], UNIT, Format.YAML),
        ({"apiVersion": "v2", "name": "chart"}, UNIT, Format.YAML),
        ({"apiVersion": "v1", "kind": ["ConfigMap"], "metadata": {"name": "a"}}, UNIT, Format.YAML),
        ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": []}, UNIT, Format.YAML),
    ],
)
def test_what_is_no_object_of_a_cluster_brings_and_names_nothing(content: object, unit: Unit, format: Format) -> None:
    assert defined(content, unit, format=format) == ()
    assert references.links(unit, [artifact(content, format=format)]).refers == ()


def test_a_helm_release_fills_its_namespace_and_may_make_it() -> None:
    release = made("helm.toolkit.fluxcd.io/v2", "HelmRelease", spec={"targetNamespace": "n"})
    own = "local|HelmRelease.helm.toolkit.fluxcd.io|auth|auth"
    assert defined(release) == (own, "~local|*|n|*")
    release["spec"]["install"] = {"createNamespace": True}
    assert defined(release) == (own, "~local|*|n|*", "~local|Namespace.||n")
    release["spec"] = {"chart": {"spec": {"sourceRef": {"kind": "GitRepository", "name": "platform"}}}}
    assert defined(release) == (own,)
