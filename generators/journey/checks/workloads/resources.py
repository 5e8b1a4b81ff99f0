"""What containers ask for and are held to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from journey.objects import Tree, Workload, mapping, text
from journey.problem import Problem

REQUESTS = "workloads/resources"
LIMITS = "workloads/limits"

_SUFFIXES = {
    **{suffix: 1000.0**power for power, suffix in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), -3)},
    **{f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTPE", 1)},
}


def inspect(found: Workload) -> Iterator[Problem]:
    """Problems of a workload's containers. A limit stands for a request that is not written, as Kubernetes has it."""
    for container in found.containers:
        resources = mapping(container, "resources")
        requests, limits = mapping(resources, "requests"), mapping(resources, "limits")
        if "cpu" not in requests or "memory" not in requests or "memory" not in limits:
            missing = [f"requests.{name}" for name in ("cpu", "memory") if name not in requests and name not in limits]
            missing += [] if "memory" in limits else ["limits.memory"]
            if missing:
                message = f"{_where(found, container)} has no {' and no '.join(missing)}"
                hint = "give the service a `size`, or `resources` of its own"
                yield Problem(found.artifact.origin, REQUESTS, message, hint)
        for name, asked in requests.items():
            request, limit = _amount(str(asked)), _amount(str(limits.get(name, "")))
            if request is not None and limit is not None and request > limit:
                where = _where(found, container)
                message = f"{where} requests {asked} of {name}, more than its limit of {limits[name]}"
                yield Problem(found.artifact.origin, LIMITS, message, "raise the limit, or lower the request")


def _where(found: Workload, container: Tree) -> str:
    return f"{found}: container {text(container, 'name')}"


@lru_cache(maxsize=1024)
def _amount(quantity: str) -> float | None:
    """A quantity as a number (Kubernetes API, `Quantity`); None where it is none: its form is the schema's matter."""
    number = quantity.rstrip("numkKMGTPEi")
    try:
        return float(number) * _SUFFIXES[quantity[len(number) :]]
    except (ValueError, KeyError):
        return None
