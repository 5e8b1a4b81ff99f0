"""The make targets that workflows run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from journey.facts.make import TARGETS, targets_of
from journey.targets import github_actions
from tests.targets.test_github_actions import PLATFORM, make_targets, view_of

MAKEFILE = Path(__file__).resolve().parents[2] / "Makefile"


def test_targets_of_a_makefile() -> None:
    makefile = "BIN := x\n.PHONY: a\nall: b c ## All\nb c::\n\tdocker: run\n%.o: x\nci-a \\\nci-b: setup\nNAME = a: b\n"
    assert targets_of(makefile) == {"all", "b", "c", "ci-a", "ci-b"}


def test_our_makefile_has_every_target_that_a_workflow_runs() -> None:
    assert set(TARGETS) - targets_of(MAKEFILE.read_text(encoding="utf-8")) == set()


def test_every_target_is_run_by_a_workflow() -> None:
    staging = {"clusters": ["prod-eu"], "promotesFrom": "dev", "automatic": True}
    view = view_of(environments={**PLATFORM["environments"], "staging": staging})
    contents: list[Any] = [content(view) for content in github_actions.WORKFLOWS.values()]
    run = {target for content in contents for job in content["jobs"] for target in make_targets(content, job)}
    assert run == set(TARGETS)
