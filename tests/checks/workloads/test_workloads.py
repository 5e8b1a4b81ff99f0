"""Workloads: resources, probes, disruption budgets, and who counts the pods."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from journey.checks.workloads import RULES, inspect_unit
from journey.problem import Level, Problem
from tests.checks.support import (
    DELETE,
    FOLDER,
    ORIGIN,
    UNIT,
    Run,
    Tree,
    artifacts,
    changed,
    made,
    service_objects,
    shared_objects,
)

POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)
SIZE = "give the service a `size`, or `resources` of its own"


def problems(objects: Mapping[str, Tree], run: Run | None = None) -> list[Problem]:
    return list(inspect_unit(UNIT, artifacts(objects), run or Run()))


def problem(name: str, rule: str, message: str, hint: str, level: Level = Level.ERROR) -> Problem:
    return Problem(ORIGIN, rule, f"{FOLDER}/auth/{name}.yaml: {message}", hint, level)


def test_a_clean_service_has_no_problem() -> None:
    assert problems(service_objects()) == []
    assert problems(shared_objects()) == []


@pytest.mark.parametrize(
    ("resources", "missing"),
    [
        ({}, "requests.cpu and no requests.memory and no limits.memory"),
        ({"requests": {"cpu": "1", "memory": "1Gi"}}, "limits.memory"),
        ({"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}}, "requests.cpu"),
        ({"limits": {"cpu": "1"}}, "requests.memory and no limits.memory"),
    ],
)
def test_resources_that_are_missing(resources: Tree, missing: str) -> None:
    objects = changed(service_objects(), "deployment", *CONTAINER, "resources", to=resources)
    message = f"Deployment auth: container auth has no {missing}"
    assert problems(objects) == [problem("deployment", "workloads/resources", message, SIZE)]


def test_a_limit_stands_for_a_request() -> None:
    limits = {"limits": {"cpu": 1, "memory": "1Gi"}}
    assert problems(changed(service_objects(), "deployment", *CONTAINER, "resources", to=limits)) == []


def test_every_container_of_every_workload_has_resources() -> None:
    job = made("batch/v1", "Job", "migrate", spec={"template": {"spec": {"initContainers": [{"name": "a"}]}}})
    (found,) = problems({"job": job}, Run(without=["securityContext"]))
    assert found.message.endswith(
        "Job migrate: container a has no requests.cpu and no requests.memory and no limits.memory"
    )


@pytest.mark.parametrize(
    ("name", "request_", "limit"),
    [
        ("cpu", "1", "999m"),
        ("cpu", 2, "1.5"),
        ("memory", "1Gi", "1G"),
        ("memory", "129Mi", "128Mi"),
        ("x", "2k", "1999"),
    ],
)
def test_a_request_above_its_limit(name: str, request_: object, limit: object) -> None:
    objects = changed(service_objects(), "deployment", *CONTAINER, "resources", "requests", name, to=request_)
    objects = changed(objects, "deployment", *CONTAINER, "resources", "limits", name, to=limit)
    message = f"Deployment auth: container auth requests {request_} of {name}, more than its limit of {limit}"
    hint = "raise the limit, or lower the request"
    assert problems(objects) == [problem("deployment", "workloads/limits", message, hint)]


@pytest.mark.parametrize(("request_", "limit"), [("1", "1"), ("1G", "1Gi"), ("1e3", "1k"), ("all", "1"), ("1Xi", "1")])
def test_a_request_within_its_limit_or_none_that_can_be_read(request_: str, limit: str) -> None:
    objects = changed(service_objects(), "deployment", *CONTAINER, "resources", "requests", "x", to=request_)
    assert problems(changed(objects, "deployment", *CONTAINER, "resources", "limits", "x", to=limit)) == []


@pytest.mark.parametrize(("probe", "what"), [("livenessProbe", "lives"), ("readinessProbe", "is ready")])
def test_a_missing_probe_is_a_warning_where_a_service_stands_before_it(probe: str, what: str) -> None:
    objects = changed(service_objects(), "deployment", *CONTAINER, probe, to=DELETE)
    message = f"Deployment auth: no container has a {probe}: nobody sees whether it {what}"
    hint = f"say health.{probe.removesuffix('Probe')} in the service's spec"
    assert problems(objects) == [problem("deployment", "workloads/probes", message, hint, Level.WARNING)]
    assert problems(changed(objects, "service", "spec", "selector", to=DELETE)) == []
    objects.pop("service")
    assert problems(objects) == []


DRAIN = "say maxUnavailable: 1, which lets pods move one by one"


@pytest.mark.parametrize(
    ("budget", "fault"),
    [
        ({"maxUnavailable": 0}, "maxUnavailable is 0"),
        ({"maxUnavailable": "0%"}, "maxUnavailable is 0%"),
        ({"minAvailable": "100%"}, "minAvailable 100% is all of its 2 pods"),
        ({"minAvailable": "51%"}, "minAvailable 51% is all of its 2 pods"),
        ({"minAvailable": 2}, "minAvailable 2 is all of its 2 pods"),
        ({"minAvailable": 3}, "minAvailable 3 is all of its 2 pods"),
    ],
)
def test_a_budget_that_blocks_every_drain(budget: Tree, fault: str) -> None:
    selector = service_objects()["pdb"]["spec"]["selector"]
    objects = changed(service_objects(), "pdb", "spec", to={"selector": selector, **budget})
    message = f"PodDisruptionBudget auth: {fault}: no node can be drained"
    assert problems(objects) == [problem("pdb", "workloads/disruption", message, DRAIN)]


@pytest.mark.parametrize("budget", [{"maxUnavailable": 1}, {"maxUnavailable": "1%"}, {"minAvailable": 1}, {}])
def test_a_budget_that_lets_a_pod_go(budget: Tree) -> None:
    selector = service_objects()["pdb"]["spec"]["selector"]
    assert problems(changed(service_objects(), "pdb", "spec", to={"selector": selector, **budget})) == []


@pytest.mark.parametrize(("replicas", "blocked"), [(None, True), (1, True), (2, False), (0, False), ("2", True)])
def test_without_an_autoscaler_the_replicas_count(replicas: object, blocked: bool) -> None:
    objects = changed(service_objects(), "deployment", "spec", "replicas", to=replicas)
    if replicas is None:
        objects = service_objects()
    objects.pop("hpa")
    assert [found.rule for found in problems(objects)] == ["workloads/disruption"] * blocked


def test_a_scaled_object_says_the_fewest_pods() -> None:
    objects = service_objects()
    objects["hpa"] = made(
        "keda.sh/v1alpha1", "ScaledObject", spec={"scaleTargetRef": {"name": "auth"}, "minReplicaCount": 2}
    )
    assert problems(objects) == []
    objects["hpa"]["spec"].pop("minReplicaCount")
    assert [found.rule for found in problems(objects)] == ["workloads/disruption"]


def test_a_budget_of_pods_that_are_not_rendered_here_is_judged_by_itself() -> None:
    budget = made("policy/v1", "PodDisruptionBudget", spec={"selector": {}, "minAvailable": 1})
    assert problems({"pdb": budget}) == []
    (found,) = problems(changed({"pdb": budget}, "pdb", "spec", "minAvailable", to="100%"))
    assert found.message.endswith("minAvailable 100% is all of its pods: no node can be drained")


def test_nothing_else_counts_what_an_autoscaler_counts() -> None:
    objects = changed(service_objects(), "deployment", "spec", "replicas", to=2)
    message = "Deployment auth: says replicas, which HorizontalPodAutoscaler auth counts"
    hint = "leave replicas out: each sync would put the number back"
    assert problems(objects) == [problem("deployment", "workloads/replicas", message, hint)]


def test_an_autoscalers_range_is_one() -> None:
    objects = changed(service_objects(), "hpa", "spec", "minReplicas", to=5)
    message = "HorizontalPodAutoscaler auth: fewest pods 5 are more than most 4"
    hint = "raise scaling.max, or lower scaling.min"
    assert problems(objects) == [problem("hpa", "workloads/replicas", message, hint)]


def test_a_unit_without_a_cluster_is_not_judged() -> None:
    objects = changed(service_objects(), "deployment", *CONTAINER, "resources", to={})
    assert list(inspect_unit(UNIT._replace(cluster=""), artifacts(objects), Run())) == []


def test_each_rule_says_what_it_demands() -> None:
    assert set(RULES) == {
        f"workloads/{rule}" for rule in ("resources", "limits", "probes", "disruption", "replicas", "pod-security")
    }
