"""How many pods a service may have, and what that asks of its namespace."""

from __future__ import annotations

import math
from typing import NamedTuple

from journey.facts.delivery import autoscaled
from journey.facts.units import amount, quantity
from journey.spec import resolve
from journey.spec.service import Resources, Service
from journey.spec.view import View

DEFAULT_CPU = 70
"""Percent of the CPU request at which an autoscaler adds pods where the spec names no measure at all."""

SURGE = 25
"""Percent of pods that a rolling update may add (Kubernetes' own default)."""

FEW = 4
"""Up to so many pods, a quarter of them is one."""


class Scale(NamedTuple):
    """Fewest and most pods, and what an autoscaler measures; `autoscaled` is false for a fixed number, `least`."""

    least: int
    most: int
    autoscaled: bool
    cpu: int | None
    memory: int | None
    requests_per_second: int | None


def scale(view: View, service: str, environment: str, cluster: str) -> Scale:
    """The scale of a service that runs."""
    found = resolve.service(view, service, environment, cluster)
    if found is None:
        return Scale(0, 0, False, None, None, None)
    wanted = found.scaling
    if not autoscaled(view, service, environment, cluster):
        return Scale(wanted.min, wanted.min, False, None, None, None)
    named = (wanted.cpu, wanted.memory, wanted.requests_per_second)
    cpu = DEFAULT_CPU if named == (None, None, None) else wanted.cpu
    return Scale(wanted.min, wanted.max or wanted.min, True, cpu, wanted.memory, wanted.requests_per_second)


def resources(view: View, service: str, environment: str, cluster: str) -> Resources:
    """What a container of the service asks for: its own word, else its size, else the environment's size."""
    found = resolve.service(view, service, environment, cluster)
    if found is None:
        return Resources()
    if found.resources is not None:
        return found.resources
    size = found.size or resolve.environment(view, environment).size
    return resolve.sizes(view).get(size, Resources())


def disruptions(scale: Scale) -> int | str:
    """How many pods a drain may take at once: one of a few, a quarter of many; never none, so every drain ends."""
    return 1 if scale.most <= FEW else "25%"


def most_pods(service: Service, scale: Scale) -> int:
    """The most pods that a service has at once: at its largest, during a rolling update, with its migrations."""
    migrations = 1 if service.migrations else 0
    if service.kind == "cron":
        return service.run.parallelism * (1 if service.schedule and service.schedule.concurrency == "Forbid" else 2)
    if service.kind == "job":
        return service.run.parallelism + migrations
    surge = 0 if service.kind == "stateful" else math.ceil(scale.most * SURGE / 100)
    return max(scale.most + surge, 1) + migrations


def quota(service: Service, scale: Scale, each: Resources, headroom: int) -> dict[str, str]:
    """What the namespace may use: the most pods times what each asks for, with headroom in percent.

    Only what a pod says is bounded: with a bound on CPU limits, say, the API server refuses every pod without one
    (kubernetes.io/docs/concepts/policy/resource-quotas).
    """
    factor = 1 + headroom / 100
    pods = math.ceil(most_pods(service, scale) * factor)
    hard = {"pods": str(pods)}
    for side, amounts in (("requests", each.requests), ("limits", each.limits)):
        for name, value in (("cpu", amounts.cpu), ("memory", amounts.memory)):
            if value is not None:
                hard[f"{side}.{name}"] = quantity(amount(value) * pods, binary=name == "memory")
    return hard
