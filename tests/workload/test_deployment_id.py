"""The deployment id: what makes a release, what does not, and where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workload.platforms import RELEASE, Data, container_of, objects, service, workload

ID = "request-journey.dev/deployment-id"


def patch(kind: str, merge: Data) -> Data:
    return {"target": {"kind": kind}, "merge": merge}


def id_of(**fields: Any) -> str:
    return workload(service(**fields)).deployment_id


@pytest.mark.parametrize(
    "fields",
    [
        {"release": {**RELEASE, "version": "1.4.3"}},
        {"release": {**RELEASE, "commit": "f" * 40}},
        {"config": {"values": {"LEVEL": "debug"}}},
        {"config": {"values": {"LEVEL": "info"}, "files": {"/etc/a": "b"}}},
        {"size": "large"},
        {"routes": {"api": {"timeout": "90s"}}},
        {"patches": [patch("Deployment", {"spec": {"template": {"spec": {"hostUsers": False}}}})]},
        {"patches": [patch("ConfigMap", {"data": {"LEVEL": "warn"}})]},
    ],
)
def test_another_template_or_configuration_is_another_release(fields: Data) -> None:
    base = {"config": {"values": {"LEVEL": "info"}}}
    assert id_of(**{**base, **fields}) != id_of(**base)


@pytest.mark.parametrize(
    "fields",
    [
        {"needs": [{"host": "example.org"}]},
        {"scaling": {"min": 3}},
        {"metrics": {}},
        {"team": "other", "description": "Signs people in."},
        {"slos": {"availability": {"objective": 99.5}}},
        {"config": {"values": {"LEVEL": "info", "FLAG": {"value": 1, "runtime": True}}}},
        {"patches": [patch("Deployment", {"spec": {"minReadySeconds": 5}})]},
        {"migrations": {"command": ["migrate"]}},
        {"without": {"networkPolicy": {"reason": "Adopted."}}},
    ],
)
def test_nothing_else_is(fields: Data) -> None:
    base = {"config": {"values": {"LEVEL": "info"}}}
    assert id_of(**{**base, **fields}) == id_of(**base)


def test_without_hashed_names_the_content_counts_all_the_same() -> None:
    without = {"hashedNames": {"reason": "Adopted."}}
    assert id_of(config={"values": {"A": "1"}}, without=without) != id_of(
        config={"values": {"A": "2"}}, without=without
    )


def test_it_stands_in_labels_and_environment_and_never_in_a_selector() -> None:
    said = service(migrations={"command": ["migrate"]}, config={"values": {"A": "b"}, "files": {"/etc/a": "b"}})
    found = objects(said)
    deployment_id = workload(said).deployment_id
    assert len(deployment_id) == 10
    for key in ("Deployment/auth", "Job/auth-migrations"):
        assert found[key]["spec"]["template"]["metadata"]["labels"][ID] == deployment_id
        env = {item["name"]: item["value"] for item in container_of(found[key])["env"]}
        assert env["JOURNEY_DEPLOYMENT_ID"] == deployment_id
        assert env["OTEL_SERVICE_NAME"] == "auth"
        assert env["OTEL_RESOURCE_ATTRIBUTES"] == (
            f"deployment.environment.name=dev,deployment.id={deployment_id},"
            "k8s.cluster.name=local,k8s.namespace.name=auth,service.version=1.4.2"
        )
    assert ID not in repr(found["Deployment/auth"]["spec"]["selector"])
    held = {key: item for key, item in found.items() if key not in ("Deployment/auth", "Job/auth-migrations")}
    assert deployment_id not in repr(held)


def test_what_the_service_says_of_itself_to_telemetry_goes_before() -> None:
    values = {"OTEL_SERVICE_NAME": "login", "OTEL_RESOURCE_ATTRIBUTES": "team=identity"}
    env = container_of(objects(service(config={"values": values}))["Deployment/auth"])["env"]
    assert [item["name"] for item in env] == ["JOURNEY_DEPLOYMENT_ID", "OTEL_RESOURCE_ATTRIBUTES"]
    assert env[1]["value"].endswith("service.version=1.4.2,team=identity")


def test_a_cron_job_has_one_in_the_pods_of_its_jobs() -> None:
    said = service(kind="cron", schedule={"cron": "0 * * * *"})
    template = objects(said)["CronJob/auth"]["spec"]["jobTemplate"]["spec"]["template"]
    assert template["metadata"]["labels"][ID] == workload(said).deployment_id


def test_switched_off_it_stands_nowhere() -> None:
    said = service(without={"deploymentId": {"reason": "Adopted."}})
    assert workload(said).deployment_id == ""
    found = objects(said)["Deployment/auth"]
    assert ID not in found["spec"]["template"]["metadata"]["labels"]
    assert "env" not in container_of(found)


@pytest.mark.parametrize("path", ["/spec/template", "/spec/template/spec/containers", "/spec/template/metadata/labels"])
def test_a_patch_that_takes_the_template_apart_is_no_crash(path: str) -> None:
    found = workload(service(patches=[{"target": {"kind": "Deployment"}, "json": [{"op": "remove", "path": path}]}]))
    assert found.refused == ()
    assert found.deployment_id


@pytest.mark.parametrize(
    "merge",
    [
        {"spec": "x"},
        {"spec": {"template": 1}},
        {"spec": {"template": {"metadata": "x", "spec": {"containers": "x"}}}},
        {"spec": {"template": {"metadata": {"labels": []}, "spec": {"containers": ["x"]}}}},
        {"spec": {"template": {"spec": {"containers": [{"name": "auth", "env": "x"}]}}}},
    ],
)
def test_a_patch_that_makes_nonsense_is_left_to_the_schema(merge: Data) -> None:
    found = {item.kind: item.content for item in workload(service(patches=[patch("Deployment", merge)])).objects}
    assert found["Deployment"]["kind"] == "Deployment"


def test_a_patch_that_deletes_the_workload_leaves_no_id() -> None:
    found = workload(service(patches=[{"target": {"kind": "Deployment"}, "merge": {"$patch": "delete"}}]))
    assert found.deployment_id == ""
    assert "Deployment" not in {item.kind for item in found.objects}
