"""Flux: what one small platform's sources, Kustomizations and releases say on the cluster that Flux syncs."""

from __future__ import annotations

from typing import Any

import pytest

from journey.problem import Pointer
from journey.targets import flux
from tests.targets.delivered import DIGEST, PLATFORM, SHOP, artifacts, contents, faults, view

FOLDER = "clusters/three/flux"
ADDONS = "clusters/three/addons"


def kustomization(name: str, shop: str = SHOP, platform: str = PLATFORM) -> dict[str, Any]:
    found: dict[str, Any] = contents(flux, view(shop, platform))[f"{FOLDER}/kustomization-{name}.yaml"]
    return found


def dependencies(content: dict[str, Any]) -> list[str]:
    return [item["name"] for item in content["spec"].get("dependsOn", [])]


def test_only_clusters_that_flux_syncs_have_it() -> None:
    assert {path.split("/")[1] for path in contents(flux, view())} == {"three"}
    assert contents(flux, view(platform=PLATFORM.replace("gitops: flux", "gitops: argocd"))) == {}


def test_the_kustomization_of_a_service() -> None:
    found = kustomization("shop-dev-three", "{team: shop}")
    assert found["metadata"]["namespace"] == "flux-system"
    assert found["spec"] == {
        "interval": "10m",
        "retryInterval": "1m",
        "timeout": "10m",
        "sourceRef": {"kind": "GitRepository", "name": "platform"},
        "path": "./environments/dev/three/kubernetes/shop",
        "prune": True,
        "wait": True,
        "dependsOn": [{"name": "addons"}, {"name": "shared-three"}],
    }


def test_a_service_waits_for_what_it_needs_before() -> None:
    assert dependencies(kustomization("shop-dev-three"))[-2:] == ["main-dev-three", "auth-dev-three"]


def test_a_need_of_any_order_is_not_waited_for() -> None:
    assert "main-dev-three" not in dependencies(kustomization("auth-dev-three"))


def test_all_that_is_waited_for_exists() -> None:
    found = contents(flux, view())
    known = {content["metadata"]["name"] for content in found.values() if content["kind"] == "Kustomization"}
    for content in found.values():
        if content["kind"] == "Kustomization":
            assert set(dependencies(content)) <= known


def test_a_datastore_is_never_deleted() -> None:
    spec = kustomization("main-dev-three")["spec"]
    assert (spec["prune"], spec["deletionPolicy"]) == (False, "Orphan")


@pytest.mark.parametrize(
    ("shop", "platform", "prune"),
    [
        ("{team: shop}", PLATFORM, True),
        ("{team: shop, volumes: {a: {path: /a, kind: persistent}}}", PLATFORM, False),
        ("{team: shop}", PLATFORM.replace("dev: {clusters:", "dev: {prune: false, clusters:"), False),
    ],
)
def test_pruning_is_the_environments_word_and_spares_data(shop: str, platform: str, prune: bool) -> None:
    assert kustomization("shop-dev-three", shop, platform)["spec"]["prune"] is prune


def test_approval_is_a_persons_resume() -> None:
    platform = PLATFORM.replace("dev: {clusters:", "dev: {sync: approval, clusters:")
    assert kustomization("shop-dev-three", platform=platform)["spec"]["suspend"] is True
    assert kustomization("main-dev-three", platform=platform)["spec"]["suspend"] is True
    assert "suspend" not in kustomization("shop-dev-three")["spec"]


def test_delivery_by_helm_is_a_release_from_the_repository() -> None:
    platform = PLATFORM.replace("gitops: flux,", "gitops: flux, delivery: helm,")
    spec = contents(flux, view(platform=platform))[f"{FOLDER}/helmrelease-shop-dev-three.yaml"]["spec"]
    assert spec["chart"]["spec"]["chart"] == "./charts/shop"
    assert spec["chart"]["spec"]["valuesFiles"] == ["./environments/dev/three/helm/shop.yaml"]
    assert spec["targetNamespace"] == "shop"
    assert spec["dependsOn"] == [{"name": "auth-dev-three"}]
    approval = platform.replace("dev: {clusters:", "dev: {sync: approval, selfHeal: false, clusters:")
    held = contents(flux, view(platform=approval))[f"{FOLDER}/helmrelease-shop-dev-three.yaml"]["spec"]
    assert (held["suspend"], held["driftDetection"]) == (True, {"mode": "warn"})


def test_an_environments_shared_objects_follow_its_routes() -> None:
    platform = PLATFORM.replace("gitops: flux,", "gitops: flux, gateway: gateway-api,")
    spec = kustomization("shared-dev-three", platform=platform)["spec"]
    assert spec["path"] == "./environments/dev/three/kubernetes/_shared"
    assert "shared-dev-three" in dependencies(kustomization("shop-dev-three", platform=platform))


def test_an_addon_from_a_chart_repository() -> None:
    found = contents(flux, view())
    assert found[f"{ADDONS}/helmrepository-certs.yaml"]["spec"]["url"] == "https://charts.example.com"
    release = found[f"{ADDONS}/helmrelease-certs.yaml"]
    assert release["spec"]["chart"]["spec"] == {
        "chart": "cert-manager",
        "version": "v1.20.1",
        "sourceRef": {"kind": "HelmRepository", "name": "certs"},
    }
    assert release["metadata"]["annotations"] == {"request-journey.dev/chart-digest": DIGEST}
    assert release["spec"]["values"] == {"replicas": 2, "webhook": {"port": 1, "host": "a"}}
    assert dependencies(release) == []


def test_an_addon_from_a_registry_comes_by_digest_after_the_definitions() -> None:
    found = contents(flux, view())
    assert found[f"{ADDONS}/ocirepository-logs.yaml"]["spec"]["ref"] == {"digest": DIGEST}
    release = found[f"{ADDONS}/helmrelease-logs.yaml"]
    assert release["spec"]["chartRef"] == {"kind": "OCIRepository", "name": "logs"}
    assert dependencies(release) == ["certs"]
    tagged = view(platform=PLATFORM.replace(f', digest: "{DIGEST}"', ""))
    assert contents(flux, tagged)[f"{ADDONS}/ocirepository-logs.yaml"]["spec"]["ref"] == {"tag": "1.2.3"}


def test_a_namespace_that_addons_share_is_rendered_once_with_the_widest_security() -> None:
    labels = contents(flux, view())[f"{ADDONS}/namespace-cert-manager.yaml"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"


def test_without_addons_nothing_waits_for_them() -> None:
    platform = PLATFORM.replace("gitops: flux, addons: [certs, logs]", "gitops: flux")
    found = contents(flux, view(platform=platform))
    assert f"{FOLDER}/kustomization-addons.yaml" not in found
    assert dependencies(found[f"{FOLDER}/kustomization-shared-three.yaml"]) == []


def test_a_cluster_would_take_every_object() -> None:
    assert faults(artifacts(flux, view()), "1.33") == []


def test_files_say_from_which_block_they_follow() -> None:
    origins = {path: artifact.origin for path, artifact in artifacts(flux, view()).items()}
    assert origins[f"{FOLDER}/kustomization-shop-dev-three.yaml"] == Pointer("apps/shop/service.yaml")
    assert origins[f"{FOLDER}/kustomization-root.yaml"] == Pointer("platform.yaml", ("clusters", "three"))
    assert origins[f"{ADDONS}/helmrelease-logs.yaml"] == Pointer("platform.yaml", ("addons", "logs"))
