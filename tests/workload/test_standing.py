"""What pods stand on: namespace, quota, identity, secrets, monitors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workload.platforms import Data, objects, service, store


def test_a_namespace_enforces_restricted_as_its_kubernetes_has_it() -> None:
    labels = objects(service(), cluster={"kubernetes": "1.31"})["Namespace/auth"]["metadata"]["labels"]
    found = {key.partition("/")[2]: value for key, value in labels.items() if key.startswith("pod-security")}
    assert found == {
        "enforce": "restricted",
        "enforce-version": "v1.31",
        "audit": "restricted",
        "audit-version": "v1.31",
        "warn": "restricted",
        "warn-version": "v1.31",
    }
    assert labels["request-journey.dev/environment"] == "dev"


RESOURCES = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}


def quota(environment: Data | None = None, **fields: Any) -> Data:
    said = service(resources=RESOURCES, **fields)
    hard: Data = objects(said, environment=environment)["ResourceQuota/auth"]["spec"]["hard"]
    return hard


def test_the_quota_is_the_most_that_the_service_asks_for_with_headroom() -> None:
    # 8 pods, 2 more during an update, half as many again
    assert quota(scaling={"min": 2, "max": 8}) == {
        "pods": "15",
        "requests.cpu": "1500m",
        "requests.memory": "1920Mi",
        "limits.memory": "3840Mi",
    }


@pytest.mark.parametrize(
    ("fields", "pods"),
    [
        ({"scaling": {"min": 0}}, "1"),
        ({"scaling": {"min": 4}}, "5"),
        ({"scaling": {"min": 4}, "migrations": {"command": ["x"]}}, "6"),
        ({"scaling": {"min": 4}, "kind": "stateful"}, "4"),
        ({"kind": "job", "run": {"parallelism": 3}}, "3"),
        ({"kind": "cron", "schedule": {"cron": "0 * * * *"}}, "1"),
        ({"kind": "cron", "schedule": {"cron": "0 * * * *", "concurrency": "Allow"}}, "2"),
    ],
)
def test_the_quota_counts_pods_at_the_services_largest(fields: Data, pods: str) -> None:
    assert quota({"quota": {"headroom": 0}}, **fields)["pods"] == pods


def test_the_limit_range_gives_other_containers_what_the_quota_asks_for() -> None:
    spec = objects(service(resources=RESOURCES))["LimitRange/auth"]["spec"]
    assert spec["limits"] == [
        {"type": "Container", "default": {"memory": "256Mi"}, "defaultRequest": {"cpu": "100m", "memory": "128Mi"}}
    ]
    assert "LimitRange/auth" not in objects(service(resources={}))


def test_permissions_are_a_role_bound_to_the_service_account() -> None:
    rule = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"], "resourceNames": ["auth"]}
    found = objects(service(identity={"kubernetes": [rule]}))
    assert found["Role/auth"]["rules"] == [rule]
    assert found["RoleBinding/auth"]["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "Role",
        "name": "auth",
    }
    assert found["RoleBinding/auth"]["subjects"] == [{"kind": "ServiceAccount", "name": "auth", "namespace": "auth"}]
    assert "Role/auth" not in objects(service())


def test_secrets_are_read_as_the_service_itself_below_its_environment() -> None:
    store_of = {"server": "https://vault.example.com", "mount": "secret", "authMount": "k8s", "refresh": "15m"}
    said = service(secrets={"TOKEN": {"path": "auth/token", "key": "value"}})
    found = objects(said, cluster={"secretStore": store_of})
    assert found["SecretStore/auth"]["spec"]["provider"]["vault"] == {
        "server": "https://vault.example.com",
        "path": "secret",
        "version": "v2",
        "auth": {"kubernetes": {"mountPath": "k8s", "role": "auth-dev", "serviceAccountRef": {"name": "auth"}}},
    }
    assert found["ExternalSecret/auth"]["spec"] == {
        "refreshInterval": "15m",
        "secretStoreRef": {"kind": "SecretStore", "name": "auth"},
        "target": {"name": "auth", "creationPolicy": "Owner", "deletionPolicy": "Retain"},
        "data": [{"secretKey": "TOKEN", "remoteRef": {"key": "dev/auth/token", "property": "value"}}],
    }


@pytest.mark.parametrize(
    ("databases", "path"), [(["auth"], "dev/datastores/main/auth"), (["shop"], "dev/datastores/main")]
)
def test_the_login_to_a_datastore_is_the_roles_own_where_it_has_one(databases: list[str], path: str) -> None:
    said = service(needs=[{"datastore": "main"}])
    found = objects(said, datastores={"main": store(databases=databases)})["ExternalSecret/auth-main"]
    assert found["spec"]["data"] == [
        {"secretKey": key, "remoteRef": {"key": path, "property": key}} for key in ("username", "password")
    ]


def test_a_service_without_secrets_has_no_store() -> None:
    kinds = {key.partition("/")[0] for key in objects(service())}
    assert not kinds & {"SecretStore", "ExternalSecret"}


@pytest.mark.parametrize(
    ("fields", "kind", "endpoints"),
    [
        ({}, "ServiceMonitor", "endpoints"),
        ({"kind": "worker"}, "PodMonitor", "podMetricsEndpoints"),
        ({"kind": "stateful"}, "PodMonitor", "podMetricsEndpoints"),
    ],
)
def test_prometheus_scrapes_through_the_service_or_the_pods(fields: Data, kind: str, endpoints: str) -> None:
    said = service(metrics={"path": "/m", "interval": "15s"}, **fields)
    spec = objects(said)[f"{kind}/auth"]["spec"]
    assert spec[endpoints] == [{"port": "http", "path": "/m", "interval": "15s"}]
    assert spec["selector"]["matchLabels"]["app.kubernetes.io/instance"] == "auth-dev"


def test_what_runs_and_ends_is_not_scraped() -> None:
    assert not [key for key in objects(service(kind="job", metrics={})) if "Monitor" in key]
