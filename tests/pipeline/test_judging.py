"""Findings about workloads are warnings where a service says that it is as it ran."""

from __future__ import annotations

from pathlib import Path

from journey import pipeline
from journey.problem import Level
from tests import specs
from tests.changes.shop import PLATFORM

BARE = "team: web\nkind: worker\nrelease: {version: latest}\n"
OFF = "without: {workloadChecks: {reason: As it ran.}}\n"


def levels(root: Path, text: str) -> dict[str, Level]:
    specs.load({"platform.yaml": PLATFORM, "apps/web/service.yaml": text}, root)
    found = pipeline.run(pipeline.Options(str(root)), write=False)
    return {problem.rule: problem.level for problem in found.problems}


def test_workload_checks_can_be_passed_over(tmp_path: Path) -> None:
    assert levels(tmp_path / "on", BARE)["images/latest"] is Level.ERROR
    assert set(levels(tmp_path / "off", BARE + OFF).values()) == {Level.WARNING}
