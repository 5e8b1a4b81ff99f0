"""Judgements over finished artifacts: one module each. Others join through the entry-point group `journey.checks`."""

from __future__ import annotations

import importlib
from functools import cache
from importlib import metadata
from types import ModuleType

MODULES = (
    "schemas",
    "deprecations",
    "references",
    "naming",
    "images",
    "workloads",
    "workflows",
    "workflow_rules",
    "compose",
    "patches",
    "charts",
)
"""Modules of this package, each a check, in the order in which their findings are told."""

GROUP = "journey.checks"


@cache
def own() -> tuple[ModuleType, ...]:
    """The checks of this package."""
    return tuple(importlib.import_module(f"{__name__}.{module}") for module in MODULES)


@cache
def plugins() -> tuple[tuple[str, ModuleType], ...]:
    """Checks of other packages, with the module that each comes from."""
    found = sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name)
    return tuple((point.module, point.load()) for point in found)


def registered() -> tuple[ModuleType, ...]:
    """All checks: ours, then the plug-ins' by name."""
    return (*own(), *(check for _, check in plugins()))
