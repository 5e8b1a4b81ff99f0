"""Images of pods: what is refused, and what is a version."""

from __future__ import annotations

import pytest

from journey.checks.images import RULES, fault, inspect_unit
from journey.problem import Problem
from tests.checks.support import FOLDER, ORIGIN, UNIT, artifacts, changed, made, service_objects

DIGEST = "sha256:" + "0" * 64
HINT = "name a version, or better a digest: <image>:<version>@sha256:<digest>"
CONTAINER = ("spec", "template", "spec", "containers", 0)


def test_a_clean_service_has_no_problem() -> None:
    assert list(inspect_unit(UNIT, artifacts(service_objects()), None)) == []


@pytest.mark.parametrize(
    "image",
    [
        "auth:1.4.2",
        "registry.example.com:5000/auth:1",
        f"registry.example.com/auth@{DIGEST}",
        f"auth:latest@{DIGEST}",
        "auth:latest-1",
    ],
)
def test_a_version_or_a_digest_is_known(image: str) -> None:
    assert fault(image) == ""


@pytest.mark.parametrize(
    ("image", "rule", "message"),
    [
        ("auth", "images/untagged", "image auth has neither tag nor digest"),
        (
            "registry.example.com:5000/auth",
            "images/untagged",
            "image registry.example.com:5000/auth has neither tag nor digest",
        ),
        ("auth:", "images/untagged", "image auth: has neither tag nor digest"),
        ("auth:latest", "images/latest", "image auth:latest is a moving one"),
        ("", "images/absent", "names no image"),
        (None, "images/absent", "names no image"),
    ],
)
def test_what_has_no_version_is_refused(image: object, rule: str, message: str) -> None:
    objects = changed(service_objects(), "deployment", *CONTAINER, "image", to=image)
    whole = f"{FOLDER}/auth/deployment.yaml: Deployment auth: container auth: {message}"
    assert list(inspect_unit(UNIT, artifacts(objects), None)) == [Problem(ORIGIN, rule, whole, HINT)]


def test_every_container_of_every_kind_of_workload_is_judged() -> None:
    pod = {"initContainers": [{"name": "a", "image": "x"}], "containers": [{"name": "b", "image": "y:latest"}]}
    cron = made("batch/v1", "CronJob", spec={"jobTemplate": {"spec": {"template": {"spec": pod}}}})
    found = list(inspect_unit(UNIT, artifacts({"cron": cron, "pod": made("v1", "Pod", spec=pod)}), None))
    assert [problem.rule for problem in found] == ["images/latest", "images/untagged"] * 2
    assert list(inspect_unit(UNIT._replace(cluster=""), artifacts({"cron": cron}), None)) == []


def test_each_rule_says_what_it_demands() -> None:
    assert set(RULES) == {"images/absent", "images/untagged", "images/latest"}
