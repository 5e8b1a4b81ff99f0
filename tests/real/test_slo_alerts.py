"""promtool on the rendered alerts: Debian's package `prometheus` brings it (`make e2e-alerts`)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workload.platforms import objects, service
from tests.workload.test_rules import COUNTER, OBJECTIVE

pytestmark = pytest.mark.debian

ROOT = Path(__file__).resolve().parent.parent.parent


def promtool(*words: str) -> str:
    program = shutil.which("promtool")
    assert program, "install Debian's package prometheus"
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_takes_every_committed_rule(tmp_path: Path) -> None:
    found = sorted(
        path for folder in ("environments", "examples") for path in (ROOT / folder).rglob("prometheusrule-*")
    )
    assert found
    for number, path in enumerate(found):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(yaml.safe_load(path.read_text())["spec"]))
        assert "8 rules found" in promtool("check", "rules", str(file))


@pytest.mark.parametrize(
    ("failed", "fires"),
    [(0, []), (10, []), (20, ["3d"]), (80, ["3d", "6h"]), (200, ["1h", "3d", "6h"])],
)
def test_alerts_fire_by_the_share_that_fails_and_not_below(tmp_path: Path, failed: int, fires: list[str]) -> None:
    """Of 10,000 requests a minute, for four days, `failed` fail; 10 may."""
    said = objects(service(metrics=COUNTER, slos=OBJECTIVE))["PrometheusRule/auth"]["spec"]
    (tmp_path / "rules.json").write_text(json.dumps(said))
    alerts = {rule["labels"]["window"]: rule for group in said["groups"] for rule in group["rules"] if "alert" in rule}
    series = [
        {"series": f'http_requests_total{{namespace="auth", status="{status}"}}', "values": f"0+{step}x5760"}
        for status, step in (("200", 10_000 - failed), ("500", failed))
    ]
    share = f"{failed / 10_000:.4g}"
    query = [_sample(alerts[window]) for window in fires]
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [
            {"expr": "count by (window) (ALERTS)", "eval_time": "4d", "exp_samples": query},
            {
                "expr": "round(namespace:slo_availability_errors:ratio_rate1h, 0.0001)",
                "eval_time": "4d",
                "exp_samples": [
                    {
                        "labels": '{namespace="auth"}',
                        "value": float(share),
                    }
                ],
            },
        ],
    }
    (tmp_path / "test.json").write_text(
        json.dumps({"rule_files": ["rules.json"], "evaluation_interval": "4m", "tests": [test]})
    )
    promtool("test", "rules", str(tmp_path / "test.json"))


def _sample(rule: dict[str, Any]) -> dict[str, Any]:
    return {"labels": f'{{window="{rule["labels"]["window"]}"}}', "value": 1}
