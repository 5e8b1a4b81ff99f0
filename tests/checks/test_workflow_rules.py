"""Each rule of workflows refuses a rendered workflow in which one thing was changed, and says where."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from journey.artifact import Artifact, Format, Unit
from journey.checks import workflow_rules
from journey.checks.workflow_rules import RULES, inspect_unit
from journey.problem import Pointer, Problem
from journey.spec.view import Engine, View
from journey.targets import github_actions
from tests.targets.test_github_actions import view_of, workflows

ORIGIN = Pointer("platform.yaml")


def inspect(content: Any, path: str = ".github/workflows/ci.yaml") -> list[Problem]:
    artifact = Artifact(path, Format.YAML, content, ORIGIN)
    return list(inspect_unit(Unit(github_actions.NAME, name="ci"), [artifact], None))


def mutated(change: Callable[[Any], object]) -> Any:
    content = copy.deepcopy(workflows(view_of())["ci"])
    change(content)
    return content


def test_every_rendered_workflow_keeps_the_rules() -> None:
    for name, content in github_actions.WORKFLOWS.items():
        assert inspect(content(view_of()), f".github/workflows/{name}.yaml") == []


MUTATIONS: list[tuple[str, Callable[[Any], object], str, str]] = [
    (
        workflow_rules.PERMISSIONS,
        lambda w: w.pop("permissions"),
        "workflow: the token has rights that no job asked for",
        "write `permissions: {}` and give each job its own",
    ),
    (
        workflow_rules.PERMISSIONS,
        lambda w: w["jobs"]["test"].pop("permissions"),
        "jobs.test: it does not say what it may do",
        "give it `permissions`, as few as do",
    ),
    (
        workflow_rules.PERMISSIONS,
        lambda w: w["jobs"]["test"].update(permissions="write-all"),
        "jobs.test: it does not say what it may do",
        "give it `permissions`, as few as do",
    ),
    (
        workflow_rules.CONCURRENCY,
        lambda w: w.pop("concurrency"),
        "workflow: runs of it may overtake each other",
        "give it a `concurrency` group",
    ),
    (
        workflow_rules.TIMEOUT,
        lambda w: w["jobs"]["lint"].pop("timeout-minutes"),
        "jobs.lint: it may run for six hours",
        "give it `timeout-minutes`",
    ),
    (
        workflow_rules.UNPINNED,
        lambda w: w["jobs"]["test"]["steps"][1].update(uses="actions/setup-python@v7"),
        "jobs.test.steps[1]: `actions/setup-python@v7` is not pinned: what it names can change",
        "name the full commit, with the version in a comment behind it",
    ),
    (
        workflow_rules.UNPINNED,
        lambda w: w["jobs"].update(call={"uses": "acme/shared/.github/workflows/x.yaml@main", "permissions": {}}),
        "jobs.call: `acme/shared/.github/workflows/x.yaml@main` is not pinned: what it names can change",
        "name the full commit, with the version in a comment behind it",
    ),
    (
        workflow_rules.TOKEN,
        lambda w: w["jobs"]["test"]["steps"][0].pop("with"),
        "jobs.test.steps[0]: the checkout leaves the job's token in .git/config",
        "say `persist-credentials: false`",
    ),
    (
        workflow_rules.INPUT,
        lambda w: w["jobs"]["test"]["steps"][2].update(run="make test TITLE='${{ github.event.issue.title }}'"),
        "jobs.test.steps[2]: an expression becomes part of a shell command",
        "pass it through `env` and let the make target read the variable",
    ),
    (
        workflow_rules.COMMAND,
        lambda w: w["jobs"]["test"]["steps"][2].update(run="make test && make lint"),
        "jobs.test.steps[2]: `make test && make lint` is not one make target",
        "put the commands into the Makefile",
    ),
    (
        workflow_rules.COMMAND,
        lambda w: w["jobs"]["test"]["steps"][2].update(run="make tset"),
        "jobs.test.steps[2]: no platform's Makefile has the target `tset`",
        "add it there, and to journey.facts.make",
    ),
]


@pytest.mark.parametrize(("rule", "change", "message", "hint"), MUTATIONS)
def test_a_mutation_is_found(rule: str, change: Callable[[Any], object], message: str, hint: str) -> None:
    message = f".github/workflows/ci.yaml: {message}"
    assert inspect(mutated(change)) == [Problem(ORIGIN, rule, message, hint)]


def test_every_rule_has_a_mutation() -> None:
    assert {rule for rule, *_ in MUTATIONS} == set(RULES)


@pytest.mark.parametrize(
    "uses",
    ["./.github/workflows/x.yaml", f"docker://alpine@sha256:{'0' * 64}", f"github/codeql-action/init@{'a' * 40}"],
)
def test_what_cannot_change_is_let_pass(uses: str) -> None:
    assert inspect(mutated(lambda w: w["jobs"]["test"]["steps"][1].update(uses=uses))) == []


@pytest.mark.parametrize("uses", [f"actions/setup-go@{'a' * 39}", "docker://alpine:3", "actions/cache"])
def test_what_can_change_is_refused(uses: str) -> None:
    found = inspect(mutated(lambda w: w["jobs"]["test"]["steps"][1].update(uses=uses)))
    assert [problem.rule for problem in found] == [workflow_rules.UNPINNED]


def test_other_files_are_left_alone() -> None:
    assert inspect({"jobs": {"a": {}}}, ".github/dependabot.yml") == []
    assert inspect({"jobs": {"a": {}}}, "environments/dev/x.yaml") == []
    text = Artifact(".github/workflows/x.yaml", Format.TEXT, "jobs: {}", ORIGIN)
    assert list(inspect_unit(Unit("x"), [text], None)) == []


def test_a_view_without_services_renders_too() -> None:
    documents = {"platform.yaml": view_of().input("platform.yaml"), "services": {}}
    view = View(Engine(documents))
    assert all(inspect(content(view)) == [] for content in github_actions.WORKFLOWS.values())
