"""Stacks are planned and applied in order, and summarised without values. The program is a double of this test: it
keeps what it is asked, and shows the plan that the stack's folder holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from journey.ci import infrastructure
from journey.ci.infrastructure import Planned
from journey.ci.refused import Refused
from tests.cli.conftest import Journey, journey

__all__ = ["journey"]

SCRIPT = """#!/bin/sh
echo "$(basename "$PWD") $*" >> "$ASKED"
case "$1" in
  show) cat plan.json ;;
  plan) touch journey.tfplan ;;
esac
if [ "$1" = "$FAILS" ]; then
  echo "╷" >&2
  echo "│ Error: no valid credential sources found" >&2
  exit 1
fi
"""


def change(address: str, *actions: str) -> dict[str, Any]:
    return {"address": address, "change": {"actions": list(actions), "after": {"password": "secret"}}}


@pytest.fixture
def world(tmp_path: Path) -> dict[str, str]:
    """An environment with the double on PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "tofu").write_text(SCRIPT)
    (programs / "tofu").chmod(0o755)
    return {"PATH": f"{programs}:/usr/bin:/bin", "ASKED": str(tmp_path / "asked"), "FAILS": ""}


def stack(tmp_path: Path, *changes: dict[str, Any]) -> Path:
    folder = tmp_path / "network"
    folder.mkdir(exist_ok=True)
    (folder / "plan.json").write_text(json.dumps({"resource_changes": changes}))
    return folder


def asked(world: Mapping[str, str]) -> list[str]:
    return [line.split()[1] for line in Path(world["ASKED"]).read_text().splitlines()]


def test_a_plan_is_told_by_address_and_action(tmp_path: Path, world: dict[str, str]) -> None:
    folder = stack(
        tmp_path,
        change("aws_vpc.this", "create"),
        change("aws_subnet.a", "no-op"),
        change("aws_nat_gateway.a", "delete", "create"),
        change("aws_eip.a", "delete"),
        change("data.aws_region.here", "read"),
    )
    changes = infrastructure.plan(folder, world)
    assert changes == [
        Planned("aws_vpc.this", "create"),
        Planned("aws_nat_gateway.a", "replace"),
        Planned("aws_eip.a", "delete"),
    ]
    assert asked(world) == ["init", "plan", "show"]
    text = infrastructure.markdown({"network": changes, "cluster": []})
    assert text == (
        "| stack | changes |\n|---|---|\n"
        "| `network` | 1 to create, 1 to replace, 1 to delete |\n"
        "| `cluster` | none |\n"
        "\nThese are replaced or go:\n\n"
        "- replace `aws_nat_gateway.a` in `network`\n"
        "- delete `aws_eip.a` in `network`\n"
    )
    assert "secret" not in text


def test_the_plan_that_was_read_is_the_one_that_is_applied(tmp_path: Path, world: dict[str, str]) -> None:
    folder = stack(tmp_path, change("aws_vpc.this", "create"))
    infrastructure.apply(folder, world)
    assert Path(world["ASKED"]).read_text().splitlines()[-1] == ("network apply -input=false -no-color journey.tfplan")
    assert not (folder / "journey.tfplan").exists()


def test_nothing_to_change_is_not_applied(tmp_path: Path, world: dict[str, str]) -> None:
    assert infrastructure.apply(stack(tmp_path), world) == []
    assert asked(world) == ["init", "plan", "show"]


@pytest.mark.parametrize("fails", ["init", "plan", "show", "apply"])
def test_a_command_that_fails_is_named_with_its_last_words(tmp_path: Path, world: dict[str, str], fails: str) -> None:
    folder = stack(tmp_path, change("aws_vpc.this", "create"))
    with pytest.raises(Refused, match=f"network: tofu {fails} failed\nError: no valid credential sources found"):
        infrastructure.apply(folder, {**world, "FAILS": fails})
    assert not (folder / "journey.tfplan").exists()


def test_what_is_no_plan_is_refused(tmp_path: Path, world: dict[str, str]) -> None:
    folder = stack(tmp_path)
    (folder / "plan.json").write_text('{"resource_changes": [{}]}')
    with pytest.raises(Refused, match="the plan cannot be read"):
        infrastructure.plan(folder, world)


def test_without_a_program_nothing_is_begun(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is neither `terraform` nor `tofu` here"):
        infrastructure.plan(stack(tmp_path), {"PATH": str(tmp_path)})


def test_the_steps_of_the_workflow_take_every_stack_in_order(
    tmp_path: Path, world: dict[str, str], journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).resolve().parents[2]
    monkeypatch.chdir(root)
    for name, value in {**world, "ENVIRONMENT": "staging", "CLUSTER": "staging"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    planned: list[str] = []

    def plan(folder: Path, environment: Mapping[str, str]) -> list[Planned]:
        planned.append(folder.relative_to(root).as_posix())
        return []

    monkeypatch.setattr(infrastructure, "plan", plan)
    assert journey("ci", "infrastructure", "plan").code == 0
    assert planned == [f"environments/staging/staging/terraform/{name}" for name in ("network", "cluster")]
    assert (tmp_path / "summary").read_text().startswith("| stack | changes |")
    monkeypatch.setenv("CLUSTER", "local")
    assert "Terraform makes nothing for `staging` on `local`" in journey("ci", "infrastructure", "plan").err
