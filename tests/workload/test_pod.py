"""The pod template: containers, probes, security, termination, spread."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workload.platforms import Data, container_of, objects, pod_of, service, store


def pod(**fields: Any) -> Data:
    return pod_of(objects(service(**fields))["Deployment/auth"])


def container(**fields: Any) -> Data:
    return container_of(objects(service(**fields))["Deployment/auth"])


def variables(found: Data) -> dict[str, Any]:
    return {item["name"]: item.get("value", item.get("valueFrom")) for item in found["env"]}


def test_a_pod_passes_pod_security_restricted() -> None:
    found = pod()
    assert found["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "fsGroup": 10001,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert found["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert found["automountServiceAccountToken"] is False


def test_what_the_spec_says_of_security_holds() -> None:
    found = pod(security={"user": 33, "group": 44, "readOnlyRoot": False, "addCapabilities": ["NET_BIND_SERVICE"]})
    assert (found["securityContext"]["runAsUser"], found["securityContext"]["fsGroup"]) == (33, 44)
    context = found["containers"][0]["securityContext"]
    assert context["readOnlyRootFilesystem"] is False
    assert context["capabilities"] == {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}


@pytest.mark.parametrize(
    ("identity", "said", "token"),
    [
        ({}, None, False),
        ({"kubernetes": [{"resources": ["pods"], "verbs": ["get"]}]}, None, True),
        ({}, True, True),
        ({"kubernetes": [{"resources": ["pods"], "verbs": ["get"]}]}, False, False),
    ],
)
def test_the_token_is_mounted_where_it_is_used(identity: Data, said: bool | None, token: bool) -> None:
    security = {} if said is None else {"serviceAccountToken": said}
    found = objects(service(identity=identity, security=security))
    assert pod_of(found["Deployment/auth"])["automountServiceAccountToken"] is token
    assert found["ServiceAccount/auth"]["automountServiceAccountToken"] is token


def test_the_image_is_the_release_by_digest_where_this_cluster_pulls_it() -> None:
    release = {"version": "1.4.2", "digest": "sha256:" + "a" * 64}
    images = {"ghcr.io/acme/": "mirror.example.com/"}
    found = objects(service(release=release), cluster={"images": images})["Deployment/auth"]
    assert container_of(found)["image"] == f"mirror.example.com/auth:1.4.2@sha256:{'a' * 64}"


def test_labels_say_the_version_and_the_source_commit_but_the_selector_does_not() -> None:
    found = objects(service(release={"version": "1.4.2+build", "commit": "0123456"}))["Deployment/auth"]["spec"]
    labels = found["template"]["metadata"]["labels"]
    assert labels["app.kubernetes.io/version"] == "1.4.2_build"
    assert labels["request-journey.dev/commit"] == "0123456"
    assert found["selector"]["matchLabels"] == {
        "app.kubernetes.io/name": "auth",
        "app.kubernetes.io/instance": "auth-dev",
    }


def test_annotations_stand_on_pods_alone() -> None:
    found = objects(service(annotations={"example.com/a": "b"}))["Deployment/auth"]
    assert found["spec"]["template"]["metadata"]["annotations"] == {"example.com/a": "b"}
    assert "annotations" not in found["metadata"]


@pytest.mark.parametrize(
    ("said", "probe"),
    [
        (
            {"path": "/livez", "headers": {"A": "b"}, "timeout": "300ms"},
            {
                "httpGet": {"path": "/livez", "port": "http", "httpHeaders": [{"name": "A", "value": "b"}]},
                "periodSeconds": 10,
                "timeoutSeconds": 1,
                "failureThreshold": 3,
            },
        ),
        (
            {"kind": "tcp", "initialDelay": "5s", "period": "1m"},
            {
                "tcpSocket": {"port": "http"},
                "initialDelaySeconds": 5,
                "periodSeconds": 60,
                "timeoutSeconds": 2,
                "failureThreshold": 3,
            },
        ),
        (
            {"kind": "grpc", "failures": 5},
            {"grpc": {"port": 8080}, "periodSeconds": 10, "timeoutSeconds": 2, "failureThreshold": 5},
        ),
        (
            {"kind": "exec", "command": ["test", "-f", "/tmp/ok"]},
            {
                "exec": {"command": ["test", "-f", "/tmp/ok"]},
                "periodSeconds": 10,
                "timeoutSeconds": 2,
                "failureThreshold": 3,
            },
        ),
    ],
)
def test_probes_ask_as_the_spec_says(said: Data, probe: Data) -> None:
    assert container(health={"liveness": said})["livenessProbe"] == probe


def test_successes_count_for_readiness() -> None:
    assert container(health={"readiness": {"successes": 2}})["readinessProbe"]["successThreshold"] == 2


def test_without_health_there_is_no_probe() -> None:
    assert not {"livenessProbe", "readinessProbe", "startupProbe"} & set(container())


@pytest.mark.parametrize(
    ("kubernetes", "before_stop"),
    [
        ("1.28", {"exec": {"command": ["sleep", "10"]}}),
        ("1.29", {"exec": {"command": ["sleep", "10"]}}),
        ("1.30", {"sleep": {"seconds": 10}}),
        ("1.37", {"sleep": {"seconds": 10}}),
    ],
)
def test_a_pod_answers_for_a_while_after_it_was_told_to_go(kubernetes: str, before_stop: Data) -> None:
    found = objects(service(), cluster={"kubernetes": kubernetes})["Deployment/auth"]
    assert container_of(found)["lifecycle"] == {"preStop": before_stop}


def test_the_grace_period_is_drain_longest_request_and_margin() -> None:
    routes = {"a": {"timeout": "90s"}, "b": {"timeout": "300ms", "path": "/b"}}
    assert pod(routes=routes)["terminationGracePeriodSeconds"] == 10 + 90 + 5
    assert pod()["terminationGracePeriodSeconds"] == 10 + 30 + 5


@pytest.mark.parametrize("fields", [{"ports": {}}, {"metrics": {}}])
def test_a_worker_that_nobody_dials_needs_no_drain(fields: Data) -> None:
    found = pod(kind="worker", **fields)
    assert found["terminationGracePeriodSeconds"] == 30 + 5
    assert "lifecycle" not in found["containers"][0]


def test_a_worker_that_is_dialled_drains() -> None:
    assert "lifecycle" in container(kind="worker")


def test_pods_spread_over_zones_and_nodes_each_revision_by_itself() -> None:
    found = pod()["topologySpreadConstraints"]
    assert [item["topologyKey"] for item in found] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert {item["whenUnsatisfiable"] for item in found} == {"ScheduleAnyway"}
    assert found[0]["labelSelector"]["matchLabels"]["app.kubernetes.io/instance"] == "auth-dev"
    assert found[0]["matchLabelKeys"] == ["pod-template-hash"]


def test_resources_are_the_services_own_or_its_size_or_the_environments() -> None:
    own = {"requests": {"cpu": "1", "ephemeralStorage": "1Gi"}, "limits": {"memory": "2Gi"}}
    assert container(resources=own)["resources"] == {
        "requests": {"cpu": "1", "ephemeral-storage": "1Gi"},
        "limits": {"memory": "2Gi"},
    }
    assert container(size="large")["resources"]["requests"] == {"cpu": "1", "memory": "1Gi"}
    found = objects(service(), environment={"size": "medium"})["Deployment/auth"]
    assert container_of(found)["resources"]["requests"] == {"cpu": "250m", "memory": "256Mi"}


def test_command_arguments_and_ports_are_as_written() -> None:
    found = container(command=["python"], args=["-m", "app"], ports={"dns": {"port": 53, "protocol": "UDP"}})
    assert (found["command"], found["args"]) == (["python"], ["-m", "app"])
    assert found["ports"] == [{"name": "dns", "containerPort": 53, "protocol": "UDP"}]


def test_secrets_are_variables_by_reference_and_a_file_variable_holds_the_path() -> None:
    secrets = {
        "TOKEN": {"path": "auth/token", "key": "value"},
        "KEY_FILE": {"path": "auth/key", "key": "pem", "file": "/run/secrets/auth/key.pem"},
        "CERT": {"path": "auth/cert", "key": "pem", "file": "/run/secrets/auth/cert.pem"},
    }
    found = variables(container(secrets=secrets))
    assert found["TOKEN"] == {"secretKeyRef": {"name": "auth", "key": "TOKEN"}}
    assert found["KEY_FILE"] == "/run/secrets/auth/key.pem"
    assert "CERT" not in found


def test_the_login_to_a_datastore_comes_from_its_secret_and_the_address_from_the_configuration() -> None:
    said = service(needs=[{"datastore": "main"}], config={"values": {"MAIN_PORT": 6432}})
    found = objects(said, datastores={"main": store(databases=["auth"])})
    env = variables(container_of(found["Deployment/auth"]))
    assert env["MAIN_USERNAME"] == {"secretKeyRef": {"name": "auth-main", "key": "username"}}
    assert env["MAIN_PASSWORD"] == {"secretKeyRef": {"name": "auth-main", "key": "password"}}
    assert found["ConfigMap/auth"]["data"] == {
        "MAIN_DATABASE": "auth",
        "MAIN_HOST": "main.main.svc",
        "MAIN_PORT": "6432",
    }


def test_init_containers_run_first_with_variables_of_their_own() -> None:
    init = {"wait": {"image": "busybox:1.37", "command": ["true"], "args": ["x"], "env": {"TOKEN": "none"}}, "own": {}}
    found = pod(init=init, secrets={"TOKEN": {"path": "a", "key": "b"}})["initContainers"]
    assert [item["name"] for item in found] == ["wait", "own"]
    assert found[0]["image"] == "busybox:1.37"
    assert variables(found[0]) == {"TOKEN": "none"}
    assert found[1]["image"] == "ghcr.io/acme/auth:1.4.2"
    assert found[1]["resources"] == found[0]["resources"]


def test_azures_webhook_is_told_of_pods_with_a_cloud_role() -> None:
    said = service(identity={"cloud": [{"actions": ["read"], "resources": ["all"]}]})
    labels = objects(said, cluster={"provider": "azure"})["Deployment/auth"]["spec"]["template"]["metadata"]["labels"]
    assert labels["azure.workload.identity/use"] == "true"
