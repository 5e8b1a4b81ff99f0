"""Terraform, also valid for OpenTofu: reusable modules, and the stacks of every cluster that it makes.

`environments/<environment>/<cluster>/terraform/<stack>/` only calls a module of `modules/terraform/`, with a state of
its own. Units are named `module/<module>` and `stack/<stack>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.artifact import Artifact, Format, Unit
from journey.facts import terraform
from journey.problem import Pointer
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View
from journey.targets.terraform import modules, stacks

NAME = "terraform"
DESCRIPTION = "Modules, and stacks that call them, of clusters on AWS that Terraform or OpenTofu makes."
CONSUMER = "Terraform, OpenTofu"
FOLDERS = ("environments", *(f"{modules.FOLDER}/{name}" for name in modules.MODULES))
PATTERNS: tuple[str, ...] = ()


def units(view: View) -> Iterator[Unit]:
    """A unit a module, where a cluster is made, and a unit a stack."""
    made = terraform.made(view)
    if made:
        yield from (Unit(NAME, name=f"module/{name}") for name in modules.MODULES)
    for env, cluster in made:
        yield from (Unit(NAME, env, cluster, name=f"stack/{stack}") for stack in terraform.stacks(view, cluster))


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """The files of one unit."""
    what, _, name = unit.name.partition("/")
    if what == "module":
        yield from modules.artifacts(name)
        return
    folder = f"environments/{unit.environment}/{unit.cluster}/terraform/{name}"
    origin = Pointer(ROOT_FILE, ("clusters", unit.cluster))
    content = stacks.main(view, unit.environment, unit.cluster, name)
    yield Artifact(f"{folder}/main.tf", Format.HCL, content, origin)
    yield Artifact(f"{folder}/outputs.tf", Format.HCL, stacks.outputs(name), origin)
