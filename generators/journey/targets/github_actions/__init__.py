"""GitHub Actions: the workflows that check, build and guard the platform, and the repository's own files.

A workflow stands in WORKFLOWS once the make targets that it runs exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from journey.artifact import Artifact, Format, Unit
from journey.facts import rendered
from journey.problem import Pointer
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View
from journey.targets.github_actions import (
    attributes,
    build,
    ci,
    comment,
    dependabot,
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
    {module.NAME: module.content for module in (ci, comment, build, promote, security, refresh)}
)
FILES: Mapping[str, Callable[[View], Artifact]] = MappingProxyType(
    {
        owners.NAME: owners.artifact,
        attributes.NAME: lambda view: attributes.artifact(),
        dependabot.NAME: dependabot.artifact,
        zizmor.NAME: lambda view: zizmor.artifact(),
    }
)


def units(view: View) -> Iterable[Unit]:
    """One for each file."""
    return [Unit(NAME, name=name) for name in (*WORKFLOWS, *FILES)]


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """The file of one unit."""
    if unit.name in FILES:
        return [FILES[unit.name](view)]
    content = WORKFLOWS[unit.name](view)
    return [Artifact(f".github/workflows/{unit.name}.yaml", Format.YAML, content, Pointer(ROOT_FILE))]
