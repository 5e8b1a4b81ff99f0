"""Autoscalers, replicas and disruption budgets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workload.platforms import Data, objects, service

UTILISATION = "Utilization"


def metrics(**scaling: Any) -> list[tuple[str, int]]:
    found = objects(service(scaling={"min": 2, "max": 8, **scaling}))["HorizontalPodAutoscaler/auth"]
    assert {item["type"] for item in found["spec"]["metrics"]} == {"Resource"}
    resources = [item["resource"] for item in found["spec"]["metrics"]]
    return [(item["name"], item["target"]["averageUtilization"]) for item in resources]


def test_between_two_numbers_cpu_decides_unless_another_measure_is_named() -> None:
    assert metrics() == [("cpu", 70)]
    assert metrics(cpu=50) == [("cpu", 50)]
    assert metrics(memory=80) == [("memory", 80)]
    assert metrics(cpu=60, memory=80) == [("cpu", 60), ("memory", 80)]


def test_what_is_autoscaled_says_no_replicas() -> None:
    found = objects(service(scaling={"min": 2, "max": 8}))
    assert "replicas" not in found["Deployment/auth"]["spec"]
    spec = found["HorizontalPodAutoscaler/auth"]["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 8)
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "auth"}


@pytest.mark.parametrize("scaling", [{"min": 3}, {"min": 3, "max": 3}])
def test_one_number_is_fixed(scaling: Data) -> None:
    found = objects(service(scaling=scaling))
    assert found["Deployment/auth"]["spec"]["replicas"] == 3
    assert "HorizontalPodAutoscaler/auth" not in found


def test_a_stateful_set_is_scaled_by_its_own_name() -> None:
    said = service(kind="stateful", renamedFrom="login", scaling={"min": 1, "max": 3})
    target = objects(said)["HorizontalPodAutoscaler/auth"]["spec"]["scaleTargetRef"]
    assert target == {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "login"}


@pytest.mark.parametrize(
    ("names", "metric"),
    [
        ({}, "http_server_request_duration_seconds_count"),
        ({"http_requests_total": {"type": "counter"}}, "http_requests_total"),
        ({"http_request_duration_seconds": {"type": "histogram"}}, "http_request_duration_seconds_count"),
        (
            {"http_request_duration_seconds": {"type": "histogram"}, "shop_requests_total": {"type": "counter"}},
            "shop_requests_total",
        ),
    ],
)
def test_requests_are_counted_in_prometheus_by_the_services_own_metric(names: Data, metric: str) -> None:
    said = service(scaling={"min": 0, "max": 8, "requestsPerSecond": 50, "cpu": 80}, metrics={"names": names})
    found = objects(said, cluster={"addons": ["prometheus"]})
    assert "HorizontalPodAutoscaler/auth" not in found
    assert found["ScaledObject/auth"]["spec"] == {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "auth"},
        "minReplicaCount": 0,
        "maxReplicaCount": 8,
        "fallback": {"failureThreshold": 3, "replicas": 1},
        "triggers": [
            {
                "type": "prometheus",
                "metadata": {
                    "serverAddress": "http://prometheus-operated.prometheus-system.svc:9090",
                    "query": f'sum(rate({metric}{{namespace="auth"}}[2m]))',
                    "threshold": "50",
                },
            },
            {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "80"}},
        ],
    }


@pytest.mark.parametrize(
    ("scaling", "most"),
    [({"min": 1}, 1), ({"min": 2}, 1), ({"min": 2, "max": 4}, 1), ({"min": 2, "max": 12}, "25%"), ({"min": 9}, "25%")],
)
def test_a_budget_lets_every_drain_end(scaling: Data, most: int | str) -> None:
    spec = objects(service(scaling=scaling))["PodDisruptionBudget/auth"]["spec"]
    assert spec["maxUnavailable"] == most
    assert "minAvailable" not in spec
    assert spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


@pytest.mark.parametrize("kind", ["cron", "job"])
def test_what_runs_and_ends_has_neither_autoscaler_nor_budget(kind: str) -> None:
    said = service(kind=kind, scaling={"min": 1, "max": 4}, schedule={"cron": "0 * * * *"})
    kinds = {key.partition("/")[0] for key in objects(said)}
    assert not kinds & {"HorizontalPodAutoscaler", "PodDisruptionBudget", "ScaledObject"}
