"""Every patch of a service fits an object that is rendered: one that does nothing hides what its author meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from journey.artifact import Artifact, Unit
from journey.problem import Problem
from journey.spec.view import View
from journey.workload import refusals

RULES: dict[str, str] = {
    refusals.RULE: "A patch names a rendered object, and what it changes is there.",
}


class Context(Protocol):
    """What this check asks of the run."""

    @property
    def view(self) -> View: ...


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: Context) -> Iterable[Problem]:
    """Problems of the patches of a service in a place."""
    if unit.target != "kubernetes" or not unit.service:
        return ()
    return refusals.refusals(context.view, unit.service, unit.environment, unit.cluster)
