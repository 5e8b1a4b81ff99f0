"""All targets, in the order in which a reader meets them; others join by the entry-point group `journey.targets`."""

from __future__ import annotations

import importlib
from functools import cache
from importlib import metadata
from typing import cast

from journey.targets.protocol import Target

MODULES = ("kubernetes", "argocd", "flux", "github_actions", "schemas", "reference")
"""Modules of this package, each a target."""

GROUP = "journey.targets"


@cache
def own() -> tuple[Target, ...]:
    """The targets of this package."""
    return tuple(cast(Target, importlib.import_module(f"{__name__}.{module}")) for module in MODULES)


@cache
def plugins() -> tuple[tuple[str, Target], ...]:
    """Targets of other packages, with the module that each comes from."""
    found = sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name)
    return tuple((point.module, cast(Target, point.load())) for point in found)


def registered() -> tuple[Target, ...]:
    """All targets: ours, then the plug-ins' by name."""
    return (*own(), *(target for _, target in plugins()))
