"""Argo CD: what one small platform's Applications, projects, add-ons and installation say."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from journey.artifact import Format
from journey.formats import encode
from journey.formats.text import Document
from journey.objects import CLUSTER_SCOPED, group_of
from journey.problem import Pointer
from journey.spec.view import View
from journey.targets import argocd, kubernetes
from journey.targets.argocd import access, configuration
from tests.targets.delivered import DIGEST, PLATFORM, SHOP, artifacts, contents, faults, view

APPLICATIONS = "clusters/one/applications"
PROJECTS = "clusters/one/projects"
INSTALLATION = "clusters/one/argocd"


def application(name: str, shop: str = SHOP, platform: str = PLATFORM) -> dict[str, Any]:
    found: dict[str, Any] = contents(argocd, view(shop, platform))[f"{APPLICATIONS}/{name}.yaml"]
    return found


def wave(content: dict[str, Any]) -> int:
    return int(content["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])


# Applications


def test_the_application_of_a_service() -> None:
    assert application("shop-dev-one", "{team: shop, ports: {http: {port: 80}}}") == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": "shop-dev-one",
            "namespace": "argocd",
            "labels": {
                "app.kubernetes.io/name": "shop",
                "app.kubernetes.io/instance": "shop-dev",
                "app.kubernetes.io/part-of": "acme",
                "app.kubernetes.io/managed-by": "journey",
                "request-journey.dev/team": "shop",
                "request-journey.dev/environment": "dev",
            },
            "annotations": {
                "argocd.argoproj.io/sync-wave": "2",
                "argocd.argoproj.io/manifest-generate-paths": ".",
            },
            "finalizers": ["resources-finalizer.argocd.argoproj.io/foreground"],
        },
        "spec": {
            "project": "shop-dev",
            "source": {
                "repoURL": "https://git.example.com/acme/platform.git",
                "targetRevision": "main",
                "path": "environments/dev/one/kubernetes/shop",
            },
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "shop-dev"},
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                "syncOptions": [
                    "CreateNamespace=false",
                    "ServerSideApply=true",
                    "PruneLast=true",
                    "ApplyOutOfSyncOnly=true",
                ],
                "retry": {
                    "limit": 5,
                    "refresh": True,
                    "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"},
                },
            },
            "revisionHistoryLimit": 10,
        },
    }


def test_waves_follow_the_needs_that_say_before() -> None:
    found = contents(argocd, view(last="{team: shop, needs: [{service: shop, start: before}]}"))
    waves = {name: wave(found[f"{APPLICATIONS}/{name}-dev-one.yaml"]) for name in ("main", "auth", "shop", "last")}
    assert waves == {"main": 1, "auth": 2, "shop": 3, "last": 4}


def test_projects_addons_and_shared_objects_come_before_services() -> None:
    found = contents(argocd, view())
    paths = (
        f"{PROJECTS}/shop-dev.yaml",
        "clusters/one/addons/certs.yaml",
        "clusters/one/addons/logs.yaml",
        f"{APPLICATIONS}/shared-one.yaml",
        f"{APPLICATIONS}/main-dev-one.yaml",
        f"{APPLICATIONS}/auth-dev-one.yaml",
    )
    waves = [wave(found[path]) for path in paths]
    assert waves == sorted(waves)
    assert len(set(waves)) == len(waves)


def test_projects_ask_for_signatures_where_the_spec_names_keys() -> None:
    signed = PLATFORM.replace('platform.git"', 'platform.git", signedBy: [4AEE18F83AFDEB23]', 1)
    for platform, keys in ((PLATFORM, None), (signed, [{"keyID": "4AEE18F83AFDEB23"}])):
        found = contents(argocd, view(SHOP, platform))
        projects = [content for path, content in found.items() if path.startswith(PROJECTS)]
        assert len(projects) > 1
        assert all(content["spec"].get("signatureKeys") == keys for content in projects)


def test_an_environment_that_wants_approval_syncs_nothing_by_itself() -> None:
    assert "automated" not in application("shop-prod-one")["spec"]["syncPolicy"]
    assert "automated" not in application("main-prod-one")["spec"]["syncPolicy"]
    assert "automated" not in application("shared-prod-one")["spec"]["syncPolicy"]


def test_pruning_and_healing_are_the_environments_word() -> None:
    platform = PLATFORM.replace("dev: {clusters:", "dev: {prune: false, selfHeal: false, clusters:")
    automated = application("shop-dev-one", platform=platform)["spec"]["syncPolicy"]["automated"]
    assert automated == {"prune": False, "selfHeal": False}


@pytest.mark.parametrize(
    ("shop", "kind", "name"),
    [
        ("{team: shop, kind: worker, scaling: {min: 1, max: 3}}", "Deployment", "shop"),
        ("{team: shop, kind: stateful, scaling: {min: 1, max: 3}}", "StatefulSet", "shop"),
        ("{team: shop, kind: stateful, renamedFrom: old, scaling: {min: 1, max: 3}}", "StatefulSet", "old"),
        ("{team: shop, renamedFrom: old, scaling: {min: 1, max: 3}}", "Deployment", "shop"),
    ],
)
def test_replicas_are_ignored_where_an_autoscaler_owns_them(shop: str, kind: str, name: str) -> None:
    spec = application("shop-dev-one", shop)["spec"]
    assert spec["ignoreDifferences"] == [
        {"group": "apps", "kind": kind, "name": name, "jsonPointers": ["/spec/replicas"]}
    ]
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]


@pytest.mark.parametrize(
    "shop",
    [
        "{team: shop}",
        "{team: shop, scaling: {min: 3}}",
        "{team: shop, scaling: {min: 3, max: 3}}",
        "{team: shop, kind: cron, scaling: {min: 1, max: 3}}",
        "{team: shop, scaling: {min: 1, max: 3}, without: {autoscaler: {reason: as it runs today}}}",
    ],
)
def test_nothing_is_ignored_elsewhere(shop: str) -> None:
    spec = application("shop-dev-one", shop)["spec"]
    assert "ignoreDifferences" not in spec
    assert "RespectIgnoreDifferences=true" not in spec["syncPolicy"]["syncOptions"]


def test_nothing_that_happens_to_its_application_deletes_a_datastore() -> None:
    found = application("main-dev-one")
    assert "finalizers" not in found["metadata"]
    assert {"Prune=false", "Delete=false"} <= set(found["spec"]["syncPolicy"]["syncOptions"])
    assert found["spec"]["source"]["path"] == "environments/dev/one/kubernetes/main"
    assert found["spec"]["project"] == "base-dev"


def test_delivery_by_helm_changes_the_source_alone() -> None:
    platform = PLATFORM.replace('kubernetes: "1.34",', 'kubernetes: "1.34", delivery: helm,')
    plain, helm = application("shop-dev-one"), application("shop-dev-one", platform=platform)
    assert helm["spec"].pop("source") == {
        "repoURL": "https://git.example.com/acme/platform.git",
        "targetRevision": "main",
        "path": "charts/shop",
        "helm": {"releaseName": "shop", "valueFiles": ["../../environments/dev/one/helm/shop.yaml"]},
    }
    paths = helm["metadata"]["annotations"].pop("argocd.argoproj.io/manifest-generate-paths")
    assert paths == ".;/environments/dev/one/helm/shop.yaml"
    del plain["spec"]["source"], plain["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"]
    assert helm == plain


def test_a_hub_has_the_applications_of_its_clusters() -> None:
    found = contents(argocd, view())
    assert found[f"{APPLICATIONS}/shop-dev-two.yaml"]["spec"]["destination"] == {"name": "two", "namespace": "shop"}
    assert not [path for path in found if path.startswith("clusters/two/")]
    destinations = found[f"{PROJECTS}/shop-dev.yaml"]["spec"]["destinations"]
    assert destinations == [
        {"server": "https://kubernetes.default.svc", "namespace": "shop-dev"},
        {"name": "two", "namespace": "shop"},
    ]


def test_a_cluster_that_flux_syncs_has_none() -> None:
    assert not [path for path in contents(argocd, view()) if path.startswith("clusters/three/") or "three" in path]


def test_units_say_on_which_cluster_and_files_from_which_block() -> None:
    spec = view()
    unit = next(unit for unit in argocd.units(spec) if unit.service == "shop" and unit.name == "service/two/")
    assert (unit.cluster, unit.environment) == ("one", "dev")
    [artifact] = argocd.render(unit, spec)
    assert artifact.origin == Pointer("apps/shop/service.yaml")
    origins = {path: found.origin for path, found in artifacts(argocd, spec).items()}
    assert origins[f"{PROJECTS}/shop-dev.yaml"] == Pointer("platform.yaml", ("teams", "shop"))
    assert origins["clusters/one/addons/logs.yaml"] == Pointer("platform.yaml", ("addons", "logs"))
    assert origins[f"{APPLICATIONS}/main-dev-one.yaml"] == Pointer("platform.yaml", ("datastores", "main"))


def test_each_application_names_a_project_that_lets_it() -> None:
    found = contents(argocd, view())
    projects = {
        content["metadata"]["name"]: content["spec"]
        for content in found.values()
        if content_kind(content) == "AppProject"
    }
    applications = [content for content in found.values() if content_kind(content) == "Application"]
    assert len(applications) > 10
    for content in applications:
        project = projects[content["spec"]["project"]]
        assert content["spec"]["destination"] in project["destinations"], content["metadata"]["name"]
        assert content["spec"]["source"]["repoURL"] in project["sourceRepos"], content["metadata"]["name"]


def content_kind(content: object) -> str:
    return str(content.get("kind", "")) if isinstance(content, dict) else ""


# Projects


def kinds(shop: str, platform: str = PLATFORM) -> set[str]:
    project = contents(argocd, view(shop, platform))[f"{PROJECTS}/shop-dev.yaml"]
    return {item["kind"] for item in project["spec"]["namespaceResourceWhitelist"]}


ALWAYS = {
    "ConfigMap",
    "LimitRange",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "ResourceQuota",
    "Service",
    "ServiceAccount",
}


@pytest.mark.parametrize(
    ("shop", "more"),
    [
        ("{team: shop}", {"Deployment"}),
        ("{team: shop, kind: stateful}", {"StatefulSet"}),
        ("{team: shop, kind: cron}", {"CronJob"}),
        ("{team: shop, kind: job}", {"Job"}),
        ("{team: shop, migrations: {command: [x]}}", {"Deployment", "Job"}),
        ("{team: shop, scaling: {min: 1, max: 2}}", {"Deployment", "HorizontalPodAutoscaler"}),
        ("{team: shop, scaling: {min: 1, max: 2, requestsPerSecond: 5}}", {"Deployment", "ScaledObject"}),
        ("{team: shop, secrets: {A: {path: a, key: b}}}", {"Deployment", "ExternalSecret", "SecretStore"}),
        ("{team: shop, needs: [{datastore: main}]}", {"Deployment", "ExternalSecret", "SecretStore"}),
        ("{team: shop, metrics: {}}", {"Deployment", "PodMonitor", "PrometheusRule", "ServiceMonitor"}),
        (
            "{team: shop, ports: {http: {port: 80}}, routes: {all: {}}}",
            {"Deployment", "HTTPRoute", "BackendTrafficPolicy", "HTTPRouteFilter", "SecurityPolicy"},
        ),
        ("{team: shop, volumes: {a: {path: /a, kind: persistent}}}", {"Deployment", "PersistentVolumeClaim"}),
        ("{team: shop, volumes: {a: {path: /a}}}", {"Deployment"}),
        (
            "{team: shop, identity: {kubernetes: [{resources: [pods], verbs: [get]}]}}",
            {"Deployment", "Role", "RoleBinding"},
        ),
        ("{team: shop, extra: [{apiVersion: example.com/v1, kind: Widget}]}", {"Deployment", "Widget"}),
    ],
)
def test_a_project_permits_the_kinds_that_its_services_bring(shop: str, more: set[str]) -> None:
    assert kinds(shop) == ALWAYS | more


def test_a_project_permits_what_its_datastores_bring() -> None:
    platform = PLATFORM.replace("engine: postgresql", "engine: postgresql, instances: 3").replace(
        "team: base, secret", "team: shop, secret"
    )
    assert {"Cluster", "ScheduledBackup", "StatefulSet"} <= kinds("{team: shop}", platform)
    managed = platform.replace("dev: {clusters:", "dev: {datastores: managed, clusters:")
    assert kinds("{team: shop}", managed) == ALWAYS | {"Deployment", "ExternalSecret", "SecretStore"}


def test_a_project_is_confined_to_its_namespaces_and_windows() -> None:
    found = contents(argocd, view())
    prod = found[f"{PROJECTS}/shop-prod.yaml"]["spec"]
    assert prod["destinations"] == [{"server": "https://kubernetes.default.svc", "namespace": "shop-prod"}]
    assert prod["clusterResourceWhitelist"] == [{"group": "", "kind": "Namespace", "name": "shop-prod"}]
    assert prod["sourceRepos"] == ["https://git.example.com/acme/platform.git"]
    assert prod["syncWindows"] == [
        {
            "kind": "deny",
            "schedule": "0 18 * * 5",
            "duration": "60h",
            "timeZone": "Europe/Berlin",
            "applications": ["*"],
            "manualSync": False,
        }
    ]
    assert "syncWindows" not in found[f"{PROJECTS}/shop-dev.yaml"]["spec"]
    windows = found[f"{PROJECTS}/platform.yaml"]["spec"]["syncWindows"]
    assert [window["applications"] for window in windows] == [["shared-prod-one"]]


def test_a_window_of_days_is_told_in_hours() -> None:
    platform = PLATFORM.replace("duration: 60h", "duration: 14d")
    [window] = contents(argocd, view(platform=platform))[f"{PROJECTS}/shop-prod.yaml"]["spec"]["syncWindows"]
    assert window["duration"] == "336h"


def test_a_project_keeps_the_rights_to_what_left_git_until_that_is_pruned() -> None:
    found = contents(argocd, view(last="{team: shop, needs: [{service: shop, start: before}]}"))
    own, leaving = found[f"{PROJECTS}/shop-dev.yaml"], found[f"{PROJECTS}/shop-dev-leaving.yaml"]
    rights = ("sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceWhitelist")
    assert {name: leaving["spec"][name] for name in rights} == {name: own["spec"][name] for name in rights}
    assert wave(own) < wave(found[f"{APPLICATIONS}/last-dev-one.yaml"]) < wave(leaving)
    assert "PruneLast=true" not in found["clusters/one/root.yaml"]["spec"]["syncPolicy"]["syncOptions"]
    shared = yaml.safe_load(found[f"{INSTALLATION}/configmap-argocd-cm.yaml"]["data"]["globalProjects"])
    chosen = [
        entry["projectName"]
        for entry in shared
        if entry["labelSelector"]["matchLabels"].items() <= own["metadata"]["labels"].items()
    ]
    assert chosen == ["shop-dev-leaving"]
    assert all(entry["labelSelector"]["matchLabels"].keys() - leaving["metadata"]["labels"].keys() for entry in shared)


def test_a_team_hears_of_its_projects_where_it_is_called() -> None:
    found = contents(argocd, view())
    prefix = "notifications.argoproj.io/subscribe.on-sync-failed"
    shop = found[f"{PROJECTS}/shop-dev.yaml"]["metadata"]["annotations"]
    assert (shop[f"{prefix}.slack"], shop[f"{prefix}.email"]) == ("shop", "oncall@example.com")
    base = found[f"{PROJECTS}/base-dev.yaml"]["metadata"]["annotations"]
    assert base[f"{prefix}.email"] == "base@example.com"
    assert f"{prefix}.slack" not in base


def test_the_platforms_project_takes_what_addons_list_or_anything() -> None:
    listed = PLATFORM.replace("team: base\n", "team: base\n    clusterResources: [example.com/Gadget]\n")
    open_kinds = contents(argocd, view())[f"{PROJECTS}/platform.yaml"]["spec"]["clusterResourceWhitelist"]
    assert open_kinds == [{"group": "*", "kind": "*"}]
    closed = contents(argocd, view(platform=listed))[f"{PROJECTS}/platform.yaml"]["spec"]["clusterResourceWhitelist"]
    assert {"group": "example.com", "kind": "Gadget"} in closed
    assert {"group": "scheduling.k8s.io", "kind": "PriorityClass"} in closed
    assert {"group": "*", "kind": "*"} not in closed


# Add-ons


def test_an_addon_from_a_chart_repository() -> None:
    found = contents(argocd, view())["clusters/one/addons/certs.yaml"]
    assert found["spec"]["source"] == {
        "repoURL": "https://charts.example.com",
        "chart": "cert-manager",
        "targetRevision": "v1.20.1",
        "helm": {"releaseName": "certs", "valuesObject": {"replicas": 2, "webhook": {"port": 2}}},
    }
    assert found["metadata"]["annotations"]["request-journey.dev/chart-digest"] == DIGEST
    assert found["spec"]["destination"]["namespace"] == "cert-manager"


def test_an_addon_from_a_registry_is_asked_for_its_digest() -> None:
    found = contents(argocd, view())
    source = found["clusters/one/addons/logs.yaml"]["spec"]["source"]
    assert (source["repoURL"], source["targetRevision"], source["path"]) == ("oci://ghcr.io/charts/logs", DIGEST, ".")
    assert found["clusters/one/addons/prometheus.yaml"]["spec"]["source"]["targetRevision"] == "1.2.3"


def test_addons_that_share_a_namespace_share_its_pod_security() -> None:
    found = contents(argocd, view())
    for name, level in (("certs", "privileged"), ("logs", "privileged"), ("prometheus", "restricted")):
        labels = found[f"clusters/one/addons/{name}.yaml"]["spec"]["syncPolicy"]["managedNamespaceMetadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == level


def test_addons_of_a_spoke_stand_with_its_hub() -> None:
    platform = PLATFORM.replace("hub: one,", "hub: one, addons: [certs],")
    found = contents(argocd, view(platform=platform))["clusters/one/addons/certs-two.yaml"]
    assert found["metadata"]["name"] == "certs-two"
    assert found["spec"]["destination"] == {"name": "two", "namespace": "cert-manager"}


# The root and the installation


def test_the_root_brings_projects_addons_and_applications() -> None:
    spec = contents(argocd, view())["clusters/one/root.yaml"]["spec"]
    assert spec["project"] == "root"
    assert spec["source"]["path"] == "clusters/one"
    assert spec["source"]["directory"] == {"recurse": True, "include": "{addons/*,applications/*,projects/*}"}


def test_a_cluster_would_take_every_object() -> None:
    found = artifacts(argocd, view())
    assert faults(found, "1.34") == []
    assert faults(found, "1.28") == []


def test_kubectl_is_given_all_that_needs_no_addon() -> None:
    found = contents(argocd, view())
    listed = found[f"{INSTALLATION}/kustomization.yaml"]["resources"]
    there = {path.removeprefix(f"{INSTALLATION}/") for path in found if path.startswith(f"{INSTALLATION}/")}
    assert there - set(listed) == {
        "kustomization.yaml",
        "issuer-argocd-ca.yaml",
        "certificate-argocd-redis-tls.yaml",
        "certificate-argocd-repo-server-tls.yaml",
        "secretstore-argocd-notifications-controller.yaml",
        "externalsecret-argocd-notifications-secret.yaml",
        "servicemonitor-argocd-application-controller.yaml",
        "servicemonitor-argocd-notifications-controller.yaml",
        "servicemonitor-argocd-repo-server.yaml",
        "servicemonitor-argocd-server.yaml",
    }
    assert set(listed) <= there
    without = contents(argocd, view(platform=PLATFORM.replace("provides: [certificates, secrets]", "provides: []")))
    assert f"{INSTALLATION}/issuer-argocd-ca.yaml" not in without
    assert f"{INSTALLATION}/externalsecret-argocd-notifications-secret.yaml" not in without


def test_no_secret_is_rendered() -> None:
    assert [path for path, content in contents(argocd, view()).items() if content_kind(content) == "Secret"] == []


def workloads() -> dict[str, Any]:
    found = contents(argocd, view()).values()
    return {
        content["metadata"]["name"]: content["spec"]["template"]["spec"]
        for content in found
        if content_kind(content) in ("Deployment", "StatefulSet")
    }


def test_images_are_pinned_and_pulled_where_the_cluster_can() -> None:
    platform = PLATFORM.replace('kubernetes: "1.34",', 'kubernetes: "1.34", images: {quay.io/: registry.example.com/},')
    found = contents(argocd, view(platform=platform))[f"{INSTALLATION}/deployment-argocd-server.yaml"]
    [container] = found["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example.com/argoproj/argocd:v3.5.7"


def test_redis_speaks_tls_alone_and_is_verified() -> None:
    pods = workloads()
    arguments = pods["argocd-redis"]["containers"][0]["args"]
    assert arguments[arguments.index("--port") + 1] == "0"
    assert arguments[arguments.index("--tls-port") + 1] == "6379"
    for name in ("argocd-application-controller", "argocd-repo-server", "argocd-server"):
        container = pods[name]["containers"][0]
        arguments = container["args"]
        assert "--redis-use-tls" in arguments
        assert "--redis-insecure-skip-tls-verify" not in arguments
        authority = arguments[arguments.index("--redis-ca-certificate") + 1]
        assert authority.rpartition("/")[0] in {mount["mountPath"] for mount in container["volumeMounts"]}


def test_every_pod_passes_restricted_and_has_requests_limits_and_probes() -> None:
    for name, pod in workloads().items():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in (*pod["containers"], *pod.get("initContainers", [])):
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert {"requests", "limits"} <= set(container["resources"])
        assert {"livenessProbe", "readinessProbe"} <= set(pod["containers"][0])


def test_what_a_pod_mounts_and_reads_exists() -> None:
    found = contents(argocd, view())
    maps = {c["metadata"]["name"]: c["data"] for c in found.values() if content_kind(c) == "ConfigMap"}
    for name, pod in workloads().items():
        declared = {volume["name"] for volume in pod["volumes"]}
        assert {volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume} <= set(maps)
        for container in pod["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} == declared, name
            for variable in container["env"]:
                reference = variable.get("valueFrom", {}).get("configMapKeyRef")
                assert reference is None or reference["key"] in maps[reference["name"]], variable


def rules(name: str, platform: str = PLATFORM) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = contents(argocd, view(platform=platform))[f"{INSTALLATION}/{name}.yaml"]["rules"]
    return found


NO_ADDONS = PLATFORM.replace(", addons: [certs, logs, prometheus]", "")


def test_nobody_may_do_everything() -> None:
    for platform in (PLATFORM, NO_ADDONS):
        for name, content in contents(argocd, view(platform=platform)).items():
            for rule in content.get("rules", []) if content_kind(content) in ("Role", "ClusterRole") else []:
                assert "*" not in rule["verbs"], name
                assert "impersonate" not in rule["verbs"], name
                assert "nonResourceURLs" not in rule, name


def test_the_controller_writes_the_rendered_kinds_alone_where_no_addon_brings_others() -> None:
    found = rules("clusterrole-argocd-application-controller", NO_ADDONS)
    assert {resource for rule in found for resource in rule["resources"]} >= {"deployments", "networkpolicies", "pods"}
    assert "*" not in {item for rule in found for item in (*rule["resources"], *rule["apiGroups"])}
    assert not [rule for rule in found if "secrets" in rule["resources"]]
    [pods] = [rule for rule in found if "pods" in rule["resources"]]
    assert pods["verbs"] == ["get", "list", "watch"]


def test_the_api_server_only_looks() -> None:
    found = rules("clusterrole-argocd-server")
    assert {verb for rule in found for verb in rule["verbs"]} == {"get", "list"}
    assert not [rule for rule in found if {"secrets", "*"} & set(rule["resources"])]


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("NetworkPolicy", "networkpolicies"),
        ("Ingress", "ingresses"),
        ("PriorityClass", "priorityclasses"),
        ("Gateway", "gateways"),
        ("HTTPRoute", "httproutes"),
    ],
)
def test_resources_are_named_as_kubernetes_names_them(kind: str, resource: str) -> None:
    assert access.plural(kind) == resource


def policies(platform: str = PLATFORM) -> dict[str, Any]:
    found = contents(argocd, view(platform=platform)).values()
    return {c["metadata"]["name"]: c["spec"] for c in found if content_kind(c) == "NetworkPolicy"}


def test_the_network_is_closed_but_for_what_is_called() -> None:
    found = policies()
    assert found["argocd-default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    [rule] = found["argocd-redis"]["ingress"]
    callers = [peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in rule["from"]]
    assert callers == ["argocd-application-controller", "argocd-repo-server", "argocd-server"]
    metrics = found["argocd-repo-server"]["ingress"][-1]
    assert metrics["ports"] == [{"protocol": "TCP", "port": 8084}]
    assert metrics["from"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "prometheus"}


@pytest.mark.parametrize(
    ("url", "ports"),
    [
        ("https://git.example.com/a.git", [443]),
        ("ssh://git@git.example.com/a.git", [22, 443]),
        ("ssh://git@git.example.com:2222/a.git", [443, 2222]),
        ("git://git.example.com/a.git", [443, 9418]),
    ],
)
def test_the_repository_server_reaches_the_repository(url: str, ports: list[int]) -> None:
    found = policies(PLATFORM.replace("https://git.example.com/acme/platform.git", url))
    assert [item["port"] for item in found["argocd-repo-server"]["egress"][-1]["ports"]] == ports


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("ssh://git@github.com/acme/platform.git", {"github.com"}),
        ("ssh://git@ssh.github.com:443/acme/platform.git", {"[ssh.github.com]:443"}),
        ("https://github.com/acme/platform.git", set()),
        ("ssh://git@git.example.com/acme/platform.git", set()),
    ],
)
def test_the_host_of_an_ssh_repository_is_known(url: str, hosts: set[str]) -> None:
    assert {line.split()[0] for line in configuration.known_hosts(url).splitlines()} == hosts


def test_an_application_is_progressing_until_its_first_successful_sync() -> None:
    """The script's first line holds while `history`, which only successful syncs fill, is empty."""
    script = configuration.settings()["resource.customizations.health.argoproj.io_Application"]
    first, condition, *_ = script.splitlines()
    assert first == 'hs = {status = "Progressing", message = "Waiting for the first successful sync"}'
    assert condition == "if obj.status ~= nil and obj.status.history ~= nil and #obj.status.history > 0 then"
    assert "hs.status = obj.status.health.status" in script


def test_texts_within_config_maps_are_what_argo_cd_reads() -> None:
    settings = configuration.settings()
    excluded = yaml.safe_load(settings["resource.exclusions"])
    assert {"apiGroups": ["coordination.k8s.io"], "kinds": ["Lease"]} in excluded
    ignored = yaml.safe_load(settings["resource.customizations.ignoreResourceUpdates.all"])
    assert ignored == {"jsonPointers": ["/status"]}
    told = configuration.notifications(view())
    assert yaml.safe_load(told["service.slack"]) == {"token": "$slack-token"}
    assert yaml.safe_load(told["service.email"])["port"] == 587
    assert yaml.safe_load(told["trigger.on-sync-failed"])[0]["send"] == ["app-sync-failed"]
    assert "template.app-sync-failed" in told
    nobody = PLATFORM.replace(', slack: "#shop"', "")
    assert "service.slack" not in configuration.notifications(view(platform=nobody))


def test_owners_sync_what_is_theirs_and_nobody_edits() -> None:
    policy = configuration.permissions(view(), "one")["policy.csv"].splitlines()
    assert "p, role:shop-prod, applications, sync, shop-prod/*, allow" in policy
    assert "g, acme:shop, role:shop-prod" in policy
    assert not [
        line for line in policy if any(word in line for word in (" create,", " delete,", " update,", " *, */*"))
    ]


def test_notifications_read_from_the_store_what_they_name() -> None:
    found = contents(argocd, view())[f"{INSTALLATION}/externalsecret-argocd-notifications-secret.yaml"]
    keys = {item["secretKey"] for item in found["spec"]["data"]}
    named = json.dumps(configuration.notifications(view()))
    assert keys == {"slack-token", "email-host", "email-username", "email-password", "email-from"}
    assert all(f"${key}" in named for key in keys)


def test_the_script_that_starts_it_is_a_script() -> None:
    artifact = artifacts(argocd, view())["clusters/one/bootstrap.sh"]
    assert (artifact.format, artifact.executable) == (Format.TEXT, True)
    assert isinstance(artifact.content, Document)
    text = encode(artifact.format, artifact.content).decode()
    assert text.startswith("#!/bin/sh\n")
    assert text.rstrip().endswith("kubectl apply --server-side -f root.yaml")
    assert "@" not in text.replace("$@", "")


@pytest.mark.parametrize(("failures", "code"), [(0, 0), (3, 0), (99, 1)])
def test_the_script_waits_for_a_definition_that_has_no_conditions_yet(tmp_path: Path, failures: int, code: int) -> None:
    """`kubectl wait` fails on one at once; the stand-in for kubectl does so for the first few times."""
    for path, artifact in artifacts(argocd, view()).items():
        if path.startswith("clusters/one/"):
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(encode(artifact.format, artifact.content))
    asked = tmp_path / "asked"
    waiting = f'echo >> {asked}; [ "$(wc -l < {asked})" -gt {failures} ]'
    for name, text in {
        "kubectl": f'case "$1" in wait) {waiting};; *) cat > /dev/null;; esac',
        "openssl": "echo made",
        "sleep": "",
    }.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        program.chmod(0o755)
    script = tmp_path / "clusters" / "one" / "bootstrap.sh"
    variables = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", str(script)], env=variables, stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == code
    assert len(asked.read_text(encoding="utf-8").splitlines()) == (10 if code else failures + 2)


def test_the_namespace_tells_which_secrets_the_script_makes() -> None:
    found = contents(argocd, view())
    said = found[f"{INSTALLATION}/namespace-argocd.yaml"]["metadata"]["annotations"]["request-journey.dev/made-by-hand"]
    script = found["clusters/one/bootstrap.sh"].body
    assert said.split() == ["argocd-ca", "argocd-redis", "argocd-redis-tls", "argocd-repo-server-tls", "argocd-secret"]
    assert all(f"secret {name} " in script or f"certificate {name} " in script for name in said.split())


def test_shared_objects_have_an_application_where_there_are_any() -> None:
    exemption = "{reason: as it runs today}"
    bare = PLATFORM.replace("gateway: gateway-api", "gateway: nginx")
    found = contents(argocd, view(platform=bare))
    assert f"{APPLICATIONS}/shared-one.yaml" in found
    assert f"{APPLICATIONS}/shared-dev-one.yaml" not in found
    managed = bare.replace("dev: {clusters:", "dev: {datastores: managed, clusters:").replace(
        "    base: head", "    datastores: managed\n    base: head"
    )
    service = f"{{team: shop, without: {{priorityClass: {exemption}}}}}"
    assert f"{APPLICATIONS}/shared-one.yaml" not in contents(argocd, view(service, managed, auth=service))
    assert f"{APPLICATIONS}/shared-one.yaml" in contents(argocd, view(service, managed))


def test_definitions_are_whole_and_never_pruned() -> None:
    found = contents(argocd, view())
    for name in ("applications", "appprojects"):
        definition = found[f"{INSTALLATION}/customresourcedefinition-{name}.argoproj.io.yaml"]
        assert definition["metadata"]["annotations"] == {"argocd.argoproj.io/sync-options": "Prune=false"}
        assert definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]


# With the objects that are synced

RICH = """
team: shop
ports: {http: {port: 8080}}
routes: {all: {}}
scaling: {min: 2, max: 4, requestsPerSecond: 5}
needs: [{datastore: main}]
secrets: {A: {path: a, key: b}}
metrics: {}
config: {values: {A: b}, files: {/etc/a: b}}
volumes: {data: {path: /data, kind: persistent}}
identity: {kubernetes: [{resources: [pods], verbs: [get]}]}
migrations: {command: [migrate]}
release: {version: 1.0.0}
extra: [{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}}]
"""


def synced(spec: View) -> dict[str, list[dict[str, Any]]]:
    """The objects that the kubernetes target renders, by folder."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, content in contents(kubernetes, spec).items():
        found.setdefault(path.rpartition("/")[0], []).append(content)
    return found


def permits(project: dict[str, Any], content: dict[str, Any]) -> bool:
    """As Argo CD judges it (docs/user-guide/projects.md)."""
    group, kind, meta = group_of(content["apiVersion"]), content["kind"], content["metadata"]

    def listed(field: str) -> bool:
        return any(
            rule["group"] in (group, "*")
            and rule["kind"] in (kind, "*")
            and rule.get("name", meta["name"]) == meta["name"]
            for rule in project[field]
        )

    if kind in CLUSTER_SCOPED:
        return listed("clusterResourceWhitelist")
    return listed("namespaceResourceWhitelist") and meta["namespace"] in {
        target["namespace"] for target in project["destinations"]
    }


INGRESS = PLATFORM.replace("gateway: gateway-api", "gateway: ingress")
OPERATED = PLATFORM.replace("engine: postgresql", "engine: postgresql, instances: 3")


@pytest.mark.parametrize(
    "shop", [SHOP, RICH, "{team: shop, kind: stateful, release: {version: 1.0.0}}", "{team: shop}"]
)
@pytest.mark.parametrize(
    "platform", [PLATFORM, NO_ADDONS, INGRESS, OPERATED], ids=["plain", "bare", "ingress", "operated"]
)
def test_every_application_has_a_folder_and_a_project_that_permits_all_in_it(shop: str, platform: str) -> None:
    spec = view(shop, platform)
    found, folders = contents(argocd, spec), synced(spec)
    projects = {c["metadata"]["name"]: c["spec"] for c in found.values() if content_kind(c) == "AppProject"}
    refused = []
    for content in found.values():
        folder = content["spec"]["source"].get("path", "") if content_kind(content) == "Application" else ""
        if folder.startswith("environments/") or folder.endswith("/shared"):
            assert folder in folders
            project = projects[content["spec"]["project"]]
            refused += [f"{folder}: {item['kind']}" for item in folders[folder] if not permits(project, item)]
    assert refused == []


def test_the_controller_may_write_what_is_synced() -> None:
    spec = view(RICH, NO_ADDONS)
    rules = contents(argocd, spec)[f"{INSTALLATION}/clusterrole-argocd-application-controller.yaml"]["rules"]
    may = {(rule["apiGroups"][0], item) for rule in rules if "create" in rule["verbs"] for item in rule["resources"]}
    for folder, objects in synced(spec).items():
        if "/one/" in folder:
            wanted = {(group_of(item["apiVersion"]), access.plural(item["kind"])) for item in objects}
            assert wanted <= may, folder
