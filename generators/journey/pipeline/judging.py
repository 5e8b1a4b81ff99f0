"""The checks that run in the process: which there are, and what they are told of the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from journey.artifact import Artifact, Unit
from journey.checks import registered
from journey.objectschemas import Schemas
from journey.pipeline.results import RULES
from journey.problem import Level, Problem
from journey.spec import resolve, rules
from journey.spec.view import View

WORKLOADS = ("workloads/", "images/")
"""Rules about what a workload says of itself; `without: workloadChecks` makes their findings warnings."""


class Context:
    """What a check may know of a run: the spec, through a recording view, and the schemas."""

    __slots__ = ("schemas", "view")

    def __init__(self, view: View, schemas: Schemas) -> None:
        self.view = view
        self.schemas = schemas

    def kubernetes(self, cluster: str) -> str:
        """The cluster's Kubernetes version."""
        return resolve.cluster(self.view, cluster).kubernetes

    def without(self, unit: Unit) -> frozenset[str]:
        """The conventions that a unit's service has switched off there."""
        if not unit.service:
            return frozenset()
        found = resolve.service(self.view, unit.service, unit.environment, unit.cluster)
        return frozenset(found.without) if found else frozenset()


class Check(Protocol):
    """A judgement over the finished artifacts of one unit."""

    def inspect_unit(self, unit: Unit, artifacts: Sequence[Artifact], context: Any) -> Iterable[Problem]: ...


class Checks:
    """Every registered check, over one set of schemas."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self.checks = registered()

    def inspect(self, unit: Unit, artifacts: Sequence[Artifact], view: View) -> Iterator[Problem]:
        """What is wrong with a unit's artifacts; what the checks read of the spec counts as read by the unit."""
        context = Context(view, self.schemas)
        for check in self.checks:
            for problem in check.inspect_unit(unit, artifacts, context):
                passed = problem.rule.startswith(WORKLOADS) and "workloadChecks" in context.without(unit)
                yield problem._replace(level=Level.WARNING) if passed else problem


class NoChecks:
    """Nothing is judged: the speed of rendering alone is measured with it."""

    def inspect(self, unit: Unit, artifacts: Sequence[Artifact], view: View) -> Iterator[Problem]:
        """Nothing."""
        return iter(())


class Judge(Protocol):
    """What units are held against."""

    def inspect(self, unit: Unit, artifacts: Sequence[Artifact], view: View) -> Iterable[Problem]: ...


class Rules:
    """Judges units of the spec itself by its rules, and all others by the checks."""

    def __init__(self, checks: Judge) -> None:
        self.checks = checks

    def inspect(self, unit: Unit, artifacts: Sequence[Artifact], view: View) -> Iterable[Problem]:
        """What is wrong with a unit."""
        if unit.target != RULES:
            return self.checks.inspect(unit, artifacts, view)
        return rules.judge_service(view, unit.service) if unit.service else rules.judge_platform(view)
