"""Alerts of an availability objective: what is rendered, and when there is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workload.platforms import Data, objects, service

COUNTER = {"names": {"http_requests_total": {"type": "counter", "labels": ["route", "status"]}}}
OBJECTIVE = {"availability": {"objective": 99.9}}


def rules(**fields: Any) -> list[Data]:
    said = {"metrics": COUNTER, "slos": OBJECTIVE, **fields}
    found = objects(service(**said))["PrometheusRule/auth"]["spec"]["groups"]
    return [rule for group in found for rule in group["rules"]]


def test_an_objective_is_recorded_over_each_window() -> None:
    recorded = {rule["record"]: rule["expr"] for rule in rules() if "record" in rule}
    assert [name.rpartition("rate")[2] for name in recorded] == ["5m", "30m", "1h", "6h", "3d"]
    assert recorded["namespace:slo_availability_errors:ratio_rate5m"] == (
        'sum by (namespace) (rate(http_requests_total{namespace="auth", status=~"5.."}[5m]))'
        ' / sum by (namespace) (rate(http_requests_total{namespace="auth"}[5m]))'
    )


@pytest.mark.parametrize(
    ("objective", "most"), [(99.9, ["0.0144", "0.006", "0.001"]), (99.95, ["0.0072", "0.003", "0.0005"])]
)
def test_alerts_ask_of_both_windows_for_the_factor_times_the_budget(objective: float, most: list[str]) -> None:
    alerts = [rule for rule in rules(slos={"availability": {"objective": objective}}) if "alert" in rule]
    assert [rule["labels"]["severity"] for rule in alerts] == ["page", "page", "ticket"]
    windows = [("1h", "5m"), ("6h", "30m"), ("3d", "6h")]
    assert [rule["expr"] for rule in alerts] == [
        f'namespace:slo_availability_errors:ratio_rate{long}{{namespace="auth"}} > {share}'
        f' and namespace:slo_availability_errors:ratio_rate{short}{{namespace="auth"}} > {share}'
        for (long, short), share in zip(windows, most, strict=True)
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"metrics": None},
        {"metrics": {"names": {"http_requests_total": {"type": "counter", "labels": ["route"]}}}},
        {"without": {"monitor": {"reason": "adopted as it runs"}}},
    ],
)
def test_without_metrics_monitor_or_status_there_is_no_rule(fields: Data) -> None:
    said = {"metrics": COUNTER, "slos": OBJECTIVE, **fields}
    assert "PrometheusRule/auth" not in objects(service(**{key: it for key, it in said.items() if it is not None}))


def test_a_service_that_says_no_objective_is_held_to_the_default() -> None:
    alerts = [rule for rule in rules(slos={}) if "alert" in rule]
    assert alerts[0]["expr"].endswith("> 0.0144")
