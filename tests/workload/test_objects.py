"""A service as a whole: which objects, in which order, for which Kubernetes, and what each convention switches off."""

from __future__ import annotations

import pytest

from journey.objectschemas import kubernetes_versions
from journey.workload.objects import NOTHING, id_of, workload_of
from tests.workload.platforms import Data, container_of, objects, pod_of, service, store, view_of, workload

EXEMPTION = {"reason": "Adopted as it runs today."}

FULL: Data = service(
    routes={"api": {"path": "/api", "timeout": "20s"}},
    health={
        "liveness": {"path": "/livez"},
        "readiness": {"kind": "tcp", "successes": 2},
        "startup": {"kind": "exec", "command": ["true"], "initialDelay": "1s"},
    },
    scaling={"min": 2, "max": 6},
    needs=[{"datastore": "main"}, {"service": "mail"}, {"host": "api.example.com", "cidrs": ["192.0.2.0/24"]}],
    config={"values": {"LEVEL": "info"}, "files": {"/etc/auth/app.yaml": "mode: server\n"}},
    secrets={
        "TOKEN": {"path": "auth/token", "key": "value"},
        "KEY_FILE": {"path": "auth/key", "key": "pem", "file": "/run/secrets/auth/key.pem"},
    },
    identity={
        "kubernetes": [{"resources": ["pods"], "verbs": ["list"]}],
        "cloud": [{"actions": ["a"], "resources": ["b"]}],
    },
    metrics={},
    volumes={"tmp": {"path": "/tmp"}, "cache": {"path": "/cache", "kind": "memory"}},
    init={"wait": {"command": ["true"], "env": {"HOST": "main"}}},
    migrations={"command": ["migrate"]},
)
OTHERS: dict[str, Data] = {"mail": service(needs=[{"service": "auth", "start": "any"}])}
ALL_ADDONS = {"addons": ["prometheus", "collector", "envoy", "cnpg"]}


def full(said: Data | None = None, **cluster: str) -> dict[str, Data]:
    return objects(said or FULL, OTHERS, cluster={**ALL_ADDONS, **cluster}, datastores={"main": store()})


def test_the_objects_stand_in_the_order_in_which_they_are_applied() -> None:
    assert list(full()) == [
        "Namespace/auth",
        "ResourceQuota/auth",
        "LimitRange/auth",
        "ServiceAccount/auth",
        "Role/auth",
        "RoleBinding/auth",
        "ConfigMap/auth",
        "ConfigMap/auth-files",
        "SecretStore/auth",
        "ExternalSecret/auth",
        "ExternalSecret/auth-main",
        "NetworkPolicy/default-deny",
        "NetworkPolicy/auth",
        "Service/auth",
        "Job/auth-migrations",
        "Deployment/auth",
        "HorizontalPodAutoscaler/auth",
        "PodDisruptionBudget/auth",
        "HTTPRoute/auth-api",
        "ServiceMonitor/auth",
        "PrometheusRule/auth",
    ]


@pytest.mark.parametrize("kubernetes", kubernetes_versions())
@pytest.mark.parametrize("gateway", ["gateway-api", "ingress", "nginx"])
def test_every_version_takes_them(kubernetes: str, gateway: str) -> None:
    full(kubernetes=kubernetes, gateway=gateway)


def test_before_the_first_build_there_is_what_needs_no_image() -> None:
    kinds = [key.partition("/")[0] for key in full({**FULL, "release": None})]
    assert kinds == [
        "Namespace",
        "ResourceQuota",
        "LimitRange",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "ConfigMap",
        "ConfigMap",
        "SecretStore",
        "ExternalSecret",
        "ExternalSecret",
        "NetworkPolicy",
        "NetworkPolicy",
        "Service",
    ]


def test_a_service_that_is_not_enabled_has_nothing() -> None:
    assert workload(service(enabled=False)) == NOTHING


@pytest.mark.parametrize(
    ("convention", "gone"),
    [
        ("networkPolicy", {"NetworkPolicy/default-deny", "NetworkPolicy/auth"}),
        ("podDisruptionBudget", {"PodDisruptionBudget/auth"}),
        ("autoscaler", {"HorizontalPodAutoscaler/auth"}),
        ("monitor", {"ServiceMonitor/auth", "PrometheusRule/auth"}),
        ("namespaceObjects", {"Namespace/auth", "ResourceQuota/auth", "LimitRange/auth"}),
        ("securityContext", set()),
        ("topologySpread", set()),
        ("recommendedLabels", set()),
        ("hashedNames", set()),
        ("priorityClass", set()),
        ("gracefulTermination", set()),
        ("deploymentId", set()),
    ],
)
def test_a_convention_takes_its_own_objects_with_it_and_no_other(convention: str, gone: set[str]) -> None:
    assert set(full()) - set(full({**FULL, "without": {convention: EXEMPTION}})) == gone


@pytest.mark.parametrize(
    ("convention", "fields"),
    [
        ("securityContext", {"securityContext"}),
        ("topologySpread", {"topologySpreadConstraints"}),
        ("priorityClass", {"priorityClassName"}),
        ("gracefulTermination", {"terminationGracePeriodSeconds"}),
        ("deploymentId", set()),
        ("hashedNames", set()),
    ],
)
def test_a_convention_takes_its_own_fields_of_the_pod_with_it(convention: str, fields: set[str]) -> None:
    said = service(config={"values": {"A": "b"}})
    with_all = objects(said)["Deployment/auth"]
    without = objects({**said, "without": {convention: EXEMPTION}})["Deployment/auth"]
    gone = set(pod_of(with_all)) - set(pod_of(without)) - {"automountServiceAccountToken"}
    assert gone == fields


def test_without_security_context_the_container_has_none_and_the_namespace_only_warns() -> None:
    found = objects(service(without={"securityContext": EXEMPTION}))
    assert "securityContext" not in container_of(found["Deployment/auth"])
    assert "automountServiceAccountToken" not in pod_of(found["Deployment/auth"])
    labels = found["Namespace/auth"]["metadata"]["labels"]
    assert "pod-security.kubernetes.io/enforce" not in labels
    assert labels["pod-security.kubernetes.io/warn"] == "restricted"


def test_without_recommended_labels_there_are_those_of_selectors_and_the_services_own() -> None:
    found = objects(service(without={"recommendedLabels": EXEMPTION}, labels={"tier": "front"}))
    own = {"app.kubernetes.io/name": "auth", "app.kubernetes.io/instance": "auth-dev", "tier": "front"}
    assert found["Service/auth"]["metadata"]["labels"] == own
    labels = found["Deployment/auth"]["spec"]["template"]["metadata"]["labels"]
    assert set(labels) - set(own) == {"request-journey.dev/deployment-id"}


def test_without_graceful_termination_updates_are_the_clusters_own() -> None:
    found = objects(service(without={"gracefulTermination": EXEMPTION}))["Deployment/auth"]
    assert set(found["spec"]) == {"replicas", "selector", "template"}
    assert "lifecycle" not in container_of(found)


def test_without_hashed_names_a_config_map_keeps_its_name() -> None:
    found = objects(service(config={"values": {"A": "b"}}, without={"hashedNames": EXEMPTION}))
    assert found["ConfigMap/auth"]["metadata"]["name"] == "auth"
    assert container_of(found["Deployment/auth"])["envFrom"] == [{"configMapRef": {"name": "auth"}}]


def test_labels_of_the_service_stand_on_every_object_but_never_change_a_selector() -> None:
    said = service(labels={"app.kubernetes.io/name": "other", "example.com/tier": "front"})
    for found in objects(said).values():
        assert found["metadata"]["labels"]["example.com/tier"] == "front"
        assert found["metadata"]["labels"]["app.kubernetes.io/name"] == "auth"


def test_a_renamed_service_keeps_namespace_selectors_and_volumes() -> None:
    volumes = {"data": {"path": "/data", "kind": "persistent", "size": "1Gi"}}
    found = objects(service(kind="stateful", renamedFrom="login", volumes=volumes))
    assert "Namespace/login" in found
    assert found["StatefulSet/login"]["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] == "login"
    assert found["Service/auth"]["metadata"]["namespace"] == "login"
    assert found["StatefulSet/login"]["spec"]["serviceName"] == "login-pods"


def test_callers_of_a_renamed_service_dial_its_pods_where_they_are() -> None:
    found = objects(service(needs=[{"service": "mail"}]), {"mail": service(renamedFrom="post")})
    to = found["NetworkPolicy/auth"]["spec"]["egress"][1]["to"][0]
    assert to["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "post"}
    assert to["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "post"


def test_a_cluster_of_several_environments_has_a_namespace_for_each() -> None:
    environments = {"dev": {"clusters": ["local"]}, "test": {"clusters": ["local"], "base": "head"}}
    view = view_of({"auth": service()}, environments=environments)
    names = [workload_of(view, "auth", env, "local").objects[0].name for env in ("dev", "test")]
    assert names == ["auth-dev", "auth-test"]


def test_extra_manifests_get_the_namespace_where_they_name_none() -> None:
    rbac, cnpg = "rbac.authorization.k8s.io/v1", "postgresql.cnpg.io/v1"
    extra: list[Data] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "labels": {"a": "b"}}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "two", "namespace": "other"}},
        {"apiVersion": rbac, "kind": "ClusterRole", "metadata": {"name": "three"}, "rules": []},
        {"apiVersion": cnpg, "kind": "Cluster", "metadata": {"name": "four"}, "spec": {"instances": 1}},
    ]
    found = objects(service(extra=extra))
    assert found["ConfigMap/one"]["metadata"] == {"name": "one", "namespace": "auth", "labels": {"a": "b"}}
    assert found["ConfigMap/two"]["metadata"]["namespace"] == "other"
    assert found["ClusterRole/three"]["metadata"] == {"name": "three"}
    assert found["Cluster/four"]["metadata"]["namespace"] == "auth"


def test_extra_that_is_no_object_is_left_to_the_rules() -> None:
    assert len(workload(service(extra=[{"kind": "A"}, {"metadata": {}}])).objects) == len(workload(service()).objects)


def test_findings_point_at_the_block_that_an_object_follows_from() -> None:
    rendered = workload(FULL, OTHERS, cluster=ALL_ADDONS, datastores={"main": store()}).objects
    blocks = {item.kind: item.origin.path for item in rendered}
    assert {item.origin.file for item in rendered} == {"apps/auth/service.yaml"}
    assert blocks["Deployment"] == ()
    assert blocks["HTTPRoute"] == ("routes", "api")
    assert blocks["Role"] == ("identity", "kubernetes")
    assert blocks["HorizontalPodAutoscaler"] == ("scaling",)
    assert blocks["Job"] == ("migrations",)


def test_the_same_spec_gives_the_same_objects_and_leaves_what_it_shares() -> None:
    view = view_of({"auth": FULL, **OTHERS}, cluster=ALL_ADDONS, datastores={"main": store()})
    once = workload_of(view, "auth", "dev", "local")
    before = repr(once)
    assert repr(workload_of(view, "auth", "dev", "local")) == before
    assert repr(once) == before
    assert id_of(view, "auth", "dev", "local") == once.deployment_id
