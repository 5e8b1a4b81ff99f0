"""GitHub Actions: the workflows that check, build, release and guard the platform, and the repository's own files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from journey.artifact import Artifact, Format, Unit
from journey.facts import rendered, terraform
from journey.problem import Pointer
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View
from journey.targets.github_actions import (
    attest,
    attributes,
    build,
    charts,
    ci,
    comment,
    dependabot,
    drift,
    infrastructure,
    owners,
    promote,
    refresh,
    security,
    zizmor,
)
from journey.targets.github_actions.parts import Step

NAME = "github-actions"
DESCRIPTION = "Workflows that check, build, release and scan, with code owners and what marks rendered files."
CONSUMER = "GitHub Actions"
FOLDERS: tuple[str, ...] = ()
PATTERNS = (
    *(f".github/workflows/{name}.yaml" for name in rendered.WORKFLOWS),
    attributes.PATH,
    owners.PATH,
    dependabot.PATH,
    zizmor.PATH,
)

WORKFLOWS: Mapping[str, Callable[[View], Step]] = MappingProxyType(
    {
        module.NAME: module.content
        for module in (ci, comment, build, charts, infrastructure, promote, drift, security, refresh, attest)
    }
)
FILES: Mapping[str, Callable[[View], Artifact]] = MappingProxyType(
    {
        owners.NAME: owners.artifact,
        attributes.NAME: attributes.artifact,
        dependabot.NAME: dependabot.artifact,
        zizmor.NAME: lambda view: zizmor.artifact(),
    }
)


NEEDS: Mapping[str, Callable[[View], Sequence[object]]] = MappingProxyType(
    {
        charts.NAME: charts.services,
        promote.NAME: promote.targets,
        drift.NAME: drift.reachable,
        infrastructure.NAME: terraform.made,
    }
)
"""What a workflow is about; it is rendered where there is some."""


def units(view: View) -> Iterable[Unit]:
    """One for each file."""
    workflows = [name for name in WORKFLOWS if name not in NEEDS or NEEDS[name](view)]
    return [Unit(NAME, name=name) for name in (*workflows, *FILES)]


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """The file of one unit."""
    if unit.name in FILES:
        return [FILES[unit.name](view)]
    content = WORKFLOWS[unit.name](view)
    return [Artifact(f".github/workflows/{unit.name}.yaml", Format.YAML, content, Pointer(ROOT_FILE))]
