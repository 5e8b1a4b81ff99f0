"""Stacks of both tools held together: a name of an account that nothing makes, and one that two make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from journey.artifact import Artifact, Unit
from journey.formats.hcl import Attribute, Block
from journey.problem import Pointer, Problem
from journey.targets import cloudformation, terraform
from tests.checks.references.test_across import across
from tests.specs import platform
from tests.targets.test_cloudformation import BOOTSTRAP, BY_TERRAFORM, TEXT

THERE_BY_OTHER = "pods: 10.32.0.0/16, network: 10.33.0.0/20, iac: cloudformation"
Units = list[tuple[Unit, list[Artifact]]]
STACK = "environments/dev/{}/terraform/{}/main.tf"
SETS = "environments/dev/cloudformation/network/template.yaml"


def rendered(text: str) -> Units:
    view = platform({"platform.yaml": text})
    return [(unit, list(target.render(unit, view))) for target in TARGETS for unit in target.units(view)]


TARGETS = (cloudformation, terraform)


def swapped(node: Any, old: str, new: str) -> Any:
    """A tree in which one text is another."""
    if isinstance(node, str):
        return type(node)(new) if node == old else node
    if isinstance(node, Mapping):
        return {key: swapped(value, old, new) for key, value in node.items()}
    if isinstance(node, Attribute):
        return replace(node, value=swapped(node.value, old, new))
    if isinstance(node, Block):
        return replace(node, body=swapped(node.body, old, new))
    if isinstance(node, (list, tuple)) and type(node) in (list, tuple):
        return type(node)(swapped(item, old, new) for item in node)
    return node


def changed(units: Units, path: str, old: str, new: str) -> Units:
    """The units, with a text in one file another."""
    assert any(
        file.path == path and swapped(file.content, old, new) != file.content for _, files in units for file in files
    )
    return [
        (
            unit,
            [file._replace(content=swapped(file.content, old, new)) if file.path == path else file for file in files],
        )
        for unit, files in units
    ]


def told(problems: Sequence[Problem]) -> list[str]:
    found = []
    for problem in problems:
        assert isinstance(problem.where, Pointer)
        found.append(f"{problem.where.path[-1]} {problem.rule}: {problem.message} ({problem.hint})")
    return found


BOTH = BY_TERRAFORM.replace("pods: 10.32.0.0/16, network: 10.33.0.0/20, nat: single, iac: terraform", THERE_BY_OTHER)


@pytest.mark.parametrize("text", [TEXT, BY_TERRAFORM, BOTH], ids=["cloudformation", "terraform", "one of each"])
def test_what_is_rendered_holds_together(text: str) -> None:
    assert told(across(rendered(text))) == []


NOTHING = "which nothing renders in the AWS account of dev"
OTHER = "shop-there-terraform-state"
BUCKET = "shop-here-terraform-state"
MISSING = [
    (
        BY_TERRAFORM,
        (f"{BOOTSTRAP.format('here')}/template.yaml", BUCKET, "shop-here-state"),
        f"Bucket {BUCKET}, which nothing renders on AWS (did you mean shop-there-terraform-state?)",
        2,
    ),
    (
        BY_TERRAFORM,
        (f"{BOOTSTRAP.format('here')}/template.yaml", "alias/terraform-state", "alias/state"),
        f"Alias alias/terraform-state in eu-west-1, {NOTHING} (did you mean alias/state?)",
        2,
    ),
    (
        BY_TERRAFORM,
        (STACK.format("here", "network"), "network.tfstate", "net.tfstate"),
        f"State {BUCKET}/network.tfstate, which nothing renders on AWS (did you mean {OTHER}/network.tfstate?)",
        1,
    ),
    (
        TEXT,
        (SETS, "eu-west-1a", "eu-west-1d"),
        f"Export shop-here-nodes-eu-west-1a in eu-west-1, {NOTHING} (did you mean shop-here-nodes-eu-west-1d?)",
        2,
    ),
]


@pytest.mark.parametrize(("text", "change", "message", "count"), MISSING, ids=["bucket", "key", "state", "export"])
def test_a_name_that_nothing_makes_is_told_on_the_clusters_line(
    text: str, change: tuple[str, str, str], message: str, count: int
) -> None:
    found = told(across(changed(rendered(text), *change)))
    assert len(found) == count
    assert found[0].startswith("here references/missing: environments/dev/here/terraform/")
    assert found[0].endswith(message)


def test_a_network_has_one_owner() -> None:
    path = STACK.format("here", "network")
    own = [(unit, files) for unit, files in rendered(BY_TERRAFORM) if any(file.path == path for file in files)]
    (found,) = told(across([*rendered(TEXT), *own]))
    defined = "defines Network shop-here in eu-west-1 in the AWS account of dev too"
    assert found == f"here references/duplicate: {path}: {SETS} {defined} (rename one of them, or render it once)"


def test_a_stack_set_whose_role_or_templates_nothing_makes_is_told() -> None:
    path = f"{BOOTSTRAP.format('here')}/template.yaml"
    for old, kind in (("shop-dev-networks-execution", "Role"), ("shop-here-templates", "Bucket")):
        (found,) = told(across(changed(rendered(TEXT), path, old, "another")))
        assert found.startswith(f"dev references/missing: {SETS}: ")
        assert f"names {kind} {old}, which nothing renders" in found


def test_two_clusters_with_one_state_are_told() -> None:
    units = rendered(BY_TERRAFORM)
    for path in (STACK.format("there", "network"), STACK.format("there", "cluster")):
        units = changed(units, path, "shop-there-terraform-state", BUCKET)
    assert [line.partition("(")[0] for line in told(across(units))] == [
        f"there references/duplicate: {STACK.format('there', stack)}: {STACK.format('here', stack)} defines"
        f" State {BUCKET}/{stack}.tfstate on AWS too "
        for stack in ("network", "cluster")
    ]


def test_what_an_account_has_once_is_made_once() -> None:
    path = f"{BOOTSTRAP.format('there')}/template.yaml"
    (found,) = told(across(changed(rendered(BY_TERRAFORM), path, "false", "true")))
    what = "Provider https://token.actions.githubusercontent.com in the AWS account of dev"
    first = f"{BOOTSTRAP.format('here')}/template.yaml"
    assert found.startswith(f"there references/duplicate: {path}: {first} defines {what} too (")


def test_without_the_target_of_first_stacks_what_they_make_is_from_elsewhere() -> None:
    alone = [(unit, files) for unit, files in rendered(BY_TERRAFORM) if unit.target == "terraform"]
    assert told(across(alone)) == []
