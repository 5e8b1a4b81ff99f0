"""Deployments, stateful sets, cron jobs, jobs and migrations."""

from __future__ import annotations

from typing import Any

import pytest

from journey.workload.objects import workload_of
from tests.workload.platforms import container_of, objects, pod_of, service, store, view_of, workload

HOOK = "argocd.argoproj.io/hook"
WAVE = "argocd.argoproj.io/sync-wave"


def test_a_deployment_adds_new_pods_before_it_takes_old_ones_away() -> None:
    spec = objects(service(scaling={"min": 2}))["Deployment/auth"]["spec"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}}
    assert (spec["replicas"], spec["revisionHistoryLimit"]) == (2, 5)


def test_a_stateful_set_is_governed_by_its_headless_service() -> None:
    found = objects(service(kind="stateful", scaling={"min": 3}))["StatefulSet/auth"]
    assert (found["spec"]["serviceName"], found["spec"]["replicas"]) == ("auth-pods", 3)
    assert "volumeClaimTemplates" not in found["spec"]
    assert "annotations" not in found["metadata"]


def cron(**schedule: Any) -> dict[str, Any]:
    said = service(kind="cron", schedule={"cron": "*/5 * * * *", **schedule}, run={"timeout": "10m"})
    spec: dict[str, Any] = objects(said)["CronJob/auth"]["spec"]
    return spec


def test_a_cron_job_has_its_schedule_and_an_end() -> None:
    spec = cron()
    job = spec.pop("jobTemplate")["spec"]
    assert spec == {
        "schedule": "*/5 * * * *",
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 300,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
    }
    assert (job["activeDeadlineSeconds"], job["backoffLimit"]) == (600, 2)
    pod = job["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert not {"topologySpreadConstraints", "terminationGracePeriodSeconds"} & set(pod)


def test_a_cron_job_may_rest() -> None:
    assert cron(suspend=True, concurrency="Replace")["suspend"] is True


def test_a_cron_service_without_a_schedule_has_no_workload() -> None:
    found = workload(service(kind="cron"))
    assert "CronJob" not in {item.kind for item in found.objects}
    assert found.deployment_id == ""


def test_each_release_is_a_job_of_its_own_in_a_file_of_one_name() -> None:
    said = service(kind="job", run={"completions": 4, "parallelism": 2})
    found = objects(said)["Job/auth"]
    assert found["metadata"]["name"].startswith("auth-")
    assert (found["spec"]["completions"], found["spec"]["parallelism"]) == (4, 2)
    assert "ttlSecondsAfterFinished" not in found["spec"]
    other = objects({**said, "release": {"version": "1.4.3"}})["Job/auth"]
    assert other["metadata"]["name"] != found["metadata"]["name"]


def test_a_job_that_keeps_its_name_is_replaced() -> None:
    found = objects(service(kind="job", without={"hashedNames": {"reason": "Adopted."}}))["Job/auth"]
    assert found["metadata"]["name"] == "auth"
    assert found["metadata"]["annotations"] == {"argocd.argoproj.io/sync-options": "Force=true,Replace=true"}


MIGRATING = service(
    migrations={"command": ["migrate", "up"], "timeout": "5m", "backoffLimit": 1},
    needs=[{"datastore": "main"}],
    config={"values": {"A": "b"}},
    volumes={"tmp": {"path": "/tmp"}},
    command=["serve"],
    health={"liveness": {}},
)


def test_migrations_are_a_hook_between_what_they_stand_on_and_the_workload() -> None:
    found = objects(MIGRATING, datastores={"main": store()})
    waves = {key: item["metadata"].get("annotations", {}).get(WAVE) for key, item in found.items()}
    job = found["Job/auth-migrations"]
    assert job["metadata"]["annotations"] == {
        HOOK: "Sync",
        "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
        WAVE: "0",
    }
    assert (job["spec"]["activeDeadlineSeconds"], job["spec"]["backoffLimit"]) == (300, 1)
    assert "ttlSecondsAfterFinished" not in job["spec"]
    assert {key for key, wave in waves.items() if wave == "1"} == {"Deployment/auth", "PodDisruptionBudget/auth"}
    assert set(waves.values()) == {"-1", "0", "1"}


def test_migrations_have_the_services_image_and_configuration_but_not_its_probes_and_ports() -> None:
    found = objects(MIGRATING, datastores={"main": store()})
    own, job = container_of(found["Deployment/auth"]), container_of(found["Job/auth-migrations"])
    for key in ("image", "envFrom", "resources", "securityContext", "volumeMounts"):
        assert job[key] == own[key]
    assert job["env"][:2] == own["env"][:2]
    assert job["command"] == ["migrate", "up"]
    assert not {"ports", "livenessProbe", "lifecycle", "args"} & set(job)
    assert pod_of(found["Job/auth-migrations"])["restartPolicy"] == "Never"


def test_no_service_counts_the_pods_of_migrations() -> None:
    found = objects(MIGRATING, datastores={"main": store()})
    labels = found["Job/auth-migrations"]["spec"]["template"]["metadata"]["labels"]
    assert labels["app.kubernetes.io/name"] == "auth"
    assert not found["Service/auth"]["spec"]["selector"].items() <= labels.items()
    allowed = found["NetworkPolicy/auth"]["spec"]["podSelector"]["matchLabels"]
    assert allowed.items() <= labels.items()


def test_flux_runs_migrations_once_for_each_content() -> None:
    datastores, cluster = {"main": store()}, {"gitops": "flux"}
    found = objects(MIGRATING, datastores=datastores, cluster=cluster)
    job = found["Job/auth-migrations"]["metadata"]
    assert job["name"].startswith("auth-migrations-")
    assert not any("annotations" in item["metadata"] for item in found.values())
    changed = {**MIGRATING, "release": {"version": "2"}}
    other = objects(changed, datastores=datastores, cluster=cluster)["Job/auth-migrations"]["metadata"]
    assert other["name"] != job["name"]


def test_without_migrations_there_are_no_waves() -> None:
    found = objects(service(scaling={"min": 1, "max": 3}))
    assert not any("annotations" in item["metadata"] for item in found.values())


@pytest.mark.parametrize("kind", ["web", "stateful"])
def test_migrations_leave_claims_to_the_services_own_pods(kind: str) -> None:
    volumes = {"data": {"path": "/data", "kind": "persistent"}, "tmp": {"path": "/tmp"}}
    found = objects(service(kind=kind, migrations={"command": ["migrate"]}, volumes=volumes))
    pod = pod_of(found["Job/auth-migrations"])
    assert pod["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}]
    assert pod["containers"][0]["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]


def test_no_wave_waits_for_a_claim_that_only_the_workload_binds() -> None:
    volumes = {"data": {"path": "/data", "kind": "persistent"}}
    found = objects(service(migrations={"command": ["migrate"]}, volumes=volumes))
    for key in ("PersistentVolumeClaim/auth-data", "Deployment/auth"):
        assert found[key]["metadata"]["annotations"][WAVE] == "1"


def test_names_leave_room_for_what_is_made_of_them() -> None:
    long = "a" * 60
    view = view_of({long: service(kind="cron", schedule={"cron": "0 * * * *"})})
    names = {item.kind: item.content["metadata"]["name"] for item in workload_of(view, long, "dev", "local").objects}
    assert len(names["CronJob"]) == 52
    assert names["ServiceAccount"] == long
