"""Workloads that a cluster can run well: what they ask for, how they are asked, what they may, how many they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from journey.artifact import Artifact, Unit
from journey.checks.workloads import availability, resources, security
from journey.objects import files
from journey.problem import Problem

RULES: dict[str, str] = {
    resources.REQUESTS: "Each container asks for CPU and memory, and has a limit of memory.",
    resources.LIMITS: "No container asks for more than its limit.",
    availability.PROBES: "What stands behind a Service says how to tell whether it lives and whether it is ready.",
    availability.DISRUPTION: "A disruption budget lets at least one pod be moved: else no node can be drained.",
    availability.REPLICAS: "Where an autoscaler counts the pods, nothing else does, and its range is one.",
    security.RESTRICTED: "A pod passes the Pod Security Standard of its namespace, `restricted` unless labelled lower.",
}


class Context(Protocol):
    """What this check asks of the run."""

    def kubernetes(self, cluster: str) -> str:
        """The cluster's minor version, such as `1.34`."""
        ...

    def without(self, unit: Unit) -> frozenset[str]:
        """The conventions that the unit's service has switched off there."""
        ...


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: Context) -> Iterator[Problem]:
    """Problems of the unit's workloads; a unit without a cluster, or without pods, has none."""
    if not unit.cluster:
        return
    found = files(artifacts)
    for workload in found.workloads:
        yield from resources.inspect(workload)
    without = context.without(unit) if found.workloads else frozenset()
    if found.workloads and "securityContext" not in without:
        version = context.kubernetes(unit.cluster)
        for workload in found.workloads:
            yield from security.inspect(workload, found.objects, version)
    yield from availability.inspect(found.objects, found.workloads, "autoscaler" in without)
