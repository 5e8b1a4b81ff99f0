"""What containers ask for and are held to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from journey.objects import Object, containers, mapping, text
from journey.problem import Problem

REQUESTS = "workloads/resources"
LIMITS = "workloads/limits"

_SUFFIXES = {
    **{suffix: 1000.0**power for power, suffix in enumerate(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), -3)},
    **{f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTPE", 1)},
}


def inspect(found: Object) -> Iterator[Problem]:
    """Problems of a workload's containers. A limit stands for a request that is not written, as Kubernetes has it."""
    for container in containers(mapping(found.template, "spec")):
        resources = mapping(container, "resources")
        requests, limits = mapping(resources, "requests"), mapping(resources, "limits")
        missing = [f"requests.{name}" for name in ("cpu", "memory") if name not in requests and name not in limits]
        missing += [] if "memory" in limits else ["limits.memory"]
        where = f"{found}: container {text(container, 'name')}"
        if missing:
            message = f"{where} has no {' and no '.join(missing)}"
            yield Problem(
                found.artifact.origin, REQUESTS, message, "give the service a `size`, or `resources` of its own"
            )
        for name, asked in requests.items():
            request, limit = _amount(str(asked)), _amount(str(limits.get(name, "")))
            if request is not None and limit is not None and request > limit:
                message = f"{where} requests {asked} of {name}, more than its limit of {limits[name]}"
                yield Problem(found.artifact.origin, LIMITS, message, "raise the limit, or lower the request")


@lru_cache(maxsize=1024)
def _amount(quantity: str) -> float | None:
    """A quantity as a number (Kubernetes API, `Quantity`); None where it is none: its form is the schema's matter."""
    number = quantity.rstrip("numkKMGTPEi")
    try:
        return float(number) * _SUFFIXES[quantity[len(number) :]]
    except (ValueError, KeyError):
        return None
