"""All targets, in the order in which a reader meets them; others join by the entry-point group `journey.targets`."""

from __future__ import annotations

import importlib
from functools import cache
from importlib import metadata
from typing import cast

from journey.facts import rendered
from journey.targets.protocol import Target

NAMES = (
    "kubernetes",
    "argocd",
    "flux",
    "helm",
    "images",
    "compose",
    "github-actions",
    "cloudformation",
    "terraform",
    "schemas",
    "reference",
)
"""The targets of this package; each is the module of its name, with `_` for `-`."""

GROUP = "journey.targets"


def own() -> tuple[Target, ...]:
    """The targets of this package."""
    return tuple(map(_own, NAMES))


@cache
def _own(name: str) -> Target:
    return cast(Target, importlib.import_module(f"{__name__}.{name.replace('-', '_')}"))


@cache
def plugins() -> tuple[tuple[str, Target], ...]:
    """Targets of other packages, with the module that each comes from."""
    found = sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name)
    return tuple((point.module, cast(Target, point.load())) for point in found)


def registered() -> tuple[Target, ...]:
    """All targets: ours, then the plug-ins' by name."""
    return (*own(), *(target for _, target in plugins()))


def named(name: str) -> Target | None:
    """A target by name, without importing the others of this package; None where there is no such."""
    if name in NAMES:
        return _own(name)
    return next((target for _, target in plugins() if name == target.NAME), None)


def is_rendered(path: str) -> bool:
    """Whether a path of the repository (POSIX, from its root) is one that rendering writes, plug-ins' targets too."""
    return rendered.is_rendered(path) or any(rendered.lies_in(path, one.FOLDERS, one.PATTERNS) for _, one in plugins())
