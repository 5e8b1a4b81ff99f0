"""The schema of GitHub's workflows: what is taken, what is refused and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from journey.artifact import Artifact, Format, Unit
from journey.checks.workflows import inspect_unit
from journey.formats.yaml import Commented
from journey.problem import Pointer, Problem

ORIGIN = Pointer("platform.yaml")
HINT = "GitHub would refuse the workflow"
CHECKOUT = Commented("actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683", "v4.2.2")
WORKFLOW: dict[str, Any] = {
    "name": "ci",
    "on": {"pull_request": {}, "push": {"branches": ["main"]}},
    "permissions": {"contents": "read"},
    "concurrency": {"group": "ci-${{ github.ref }}", "cancel-in-progress": True},
    "jobs": {
        "test": {
            "runs-on": "ubuntu-24.04",
            "timeout-minutes": 20,
            "steps": [{"uses": CHECKOUT, "with": {"persist-credentials": False}}, {"run": "make test"}],
        }
    },
}


def problems(content: object, path: str = ".github/workflows/ci.yaml", format: Format = Format.YAML) -> list[Problem]:
    return list(inspect_unit(Unit("github_actions"), [Artifact(path, format, content, ORIGIN)], None))


def job(**fields: object) -> dict[str, Any]:
    return {**WORKFLOW, "jobs": {"test": {**WORKFLOW["jobs"]["test"], **fields}}}


def test_a_good_workflow_gives_no_problem() -> None:
    assert problems(WORKFLOW) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {**WORKFLOW, "on": {"push": {"branchs": []}}},
            'on.push.branchs: unknown field "branchs", did you mean "branches"?',
        ),
        ({**WORKFLOW, "on": 3}, "on: 3 must be a string, a mapping or a list"),
        (
            {**WORKFLOW, "permissions": {"contents": "all"}},
            'permissions.contents: "all" must be one of "read", "write", "none"',
        ),
        (job(timeout=3), 'jobs.test.timeout: unknown field "timeout", did you mean "timeout-minutes"?'),
        (job(steps=[]), "jobs.test.steps: must have at least 1 entry"),
        (job(steps=[{"run": 3}]), "jobs.test.steps[0].run: 3 must be a string"),
        (
            job(steps=[{"name": "x"}]),
            "jobs.test.steps[0]: needs uses, run, wait, wait-all, cancel or parallel",
        ),
        (
            job(steps=[{"run": "make", "uses": "a/b@c"}]),
            "jobs.test.steps[0]: fits more than one of the alternatives, of which it may be only one",
        ),
        ({key: WORKFLOW[key] for key in ("name", "on")}, "jobs: required, but missing"),
        ([], "a workflow is a mapping"),
    ],
)
def test_each_fault_is_told_in_words(content: object, message: str) -> None:
    assert problems(content) == [Problem(ORIGIN, "workflow/invalid", f".github/workflows/ci.yaml: {message}", HINT)]


def test_only_workflows_are_judged() -> None:
    assert problems([], path=".github/dependabot.yaml") == []
    assert problems("text", path=".github/workflows/README.md", format=Format.TEXT) == []
