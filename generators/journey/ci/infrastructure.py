"""Plans and applies the Terraform stacks of a place, in the order in which one reads another's outputs.

Commands as developer.hashicorp.com/terraform/cli/commands has them; OpenTofu takes the same. A plan is summarised by
addresses and actions alone: values may be secrets.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from journey.ci.refused import Refused

RULE = "ci/terraform"
PROGRAMS = ("terraform", "tofu")
PLAN = "journey.tfplan"
"""The plan's file in a stack's folder, for the time of a run."""

ACTIONS: Mapping[tuple[str, ...], str] = {
    ("create",): "create",
    ("update",): "update in place",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
}
"""What a resource's `change.actions` mean (developer.hashicorp.com/terraform/internals/json-format)."""


class Planned(NamedTuple):
    """A resource that a plan changes: its address and what is done to it."""

    address: str
    action: str


def program(environment: Mapping[str, str]) -> str:
    """The first of PROGRAMS that is there. Raises Refused."""
    found = next((name for name in PROGRAMS if shutil.which(name, path=environment.get("PATH"))), None)
    if found is None:
        raise Refused(RULE, "there is neither `terraform` nor `tofu` here", "install one of them")
    return found


def plan(folder: Path, environment: Mapping[str, str]) -> list[Planned]:
    """Plan one stack and leave the plan's file in its folder. Raises Refused."""
    name = program(environment)
    _run(folder, environment, name, "init", "-input=false", "-no-color")
    _run(folder, environment, name, "plan", "-input=false", "-no-color", "-lock-timeout=5m", f"-out={PLAN}")
    shown = _run(folder, environment, name, "show", "-json", PLAN)
    try:
        return list(_changes(json.loads(shown)))
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            RULE, f"{folder}: the plan cannot be read: {error}", "look at the version of the program"
        ) from error


def apply(folder: Path, environment: Mapping[str, str]) -> list[Planned]:
    """Plan one stack and apply that very plan. Raises Refused."""
    try:
        changes = plan(folder, environment)
        if changes:
            _run(folder, environment, program(environment), "apply", "-input=false", "-no-color", PLAN)
        return changes
    finally:
        (folder / PLAN).unlink(missing_ok=True)


def markdown(stacks: Mapping[str, Sequence[Planned]]) -> str:
    """The plans as a job's summary: a line a stack, and each resource that is not merely made or changed in place."""
    lines = ["| stack | changes |", "|---|---|"]
    for name, changes in stacks.items():
        lines.append(f"| `{name}` | {_counted(changes)} |")
    hard = [(name, item) for name, changes in stacks.items() for item in changes if item.action not in _MILD]
    if hard:
        lines += ["", "These are replaced or go:", ""]
        lines += [f"- {item.action} `{item.address.replace('`', '')}` in `{name}`" for name, item in hard]
    return "\n".join(lines) + "\n"


_MILD = ("create", "update in place")


def _counted(changes: Iterable[Planned]) -> str:
    counts: dict[str, int] = {}
    for item in changes:
        counts[item.action] = counts.get(item.action, 0) + 1
    return ", ".join(f"{number} to {action}" for action, number in counts.items()) or "none"


def _changes(shown: Any) -> Iterator[Planned]:
    for item in shown.get("resource_changes") or ():
        action = ACTIONS.get(tuple(item["change"]["actions"]))
        if action is not None:
            yield Planned(item["address"], action)


def _run(folder: Path, environment: Mapping[str, str], *command: str) -> str:
    """The output of a command in a stack's folder. Raises Refused with its last words when it fails."""
    done = subprocess.run(command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        said = [line for line in done.stderr.decode(errors="replace").splitlines() if line.strip(" ╷│╵")]
        shown = "\n".join(line.strip("╷│╵ ") for line in said[-12:])
        raise Refused(RULE, f"{folder.name}: {' '.join(command[:2])} failed\n{shown}", "run it here to see all")
    return done.stdout.decode(errors="replace")
