"""Amounts of time and compute as numbers. Plain functions: they read nothing of the spec."""

from __future__ import annotations

import math
from functools import lru_cache

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_FACTORS = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


@lru_cache(maxsize=1024)
def seconds(duration: str) -> float:
    """`90s` -> 90.0, `5m` -> 300.0, `300ms` -> 0.3."""
    unit = duration.lstrip("0123456789")
    return int(duration[: -len(unit)]) * _SECONDS[unit]


def whole_seconds(duration: str) -> int:
    """Seconds rounded up, as Kubernetes' fields want them."""
    return math.ceil(seconds(duration))


@lru_cache(maxsize=1024)
def amount(quantity: str) -> float:
    """A Kubernetes quantity as a number: cores, or bytes."""
    number = quantity.rstrip("kmKMGTi")
    return float(number) * _FACTORS.get(quantity[len(number) :], 1)


def quantity(value: float, binary: bool) -> str:
    """The shortest Kubernetes quantity that is at least `value`: cores as `250m` or `2`, bytes as `384Mi` or `2Gi`."""
    if not binary:
        return str(int(value)) if value == int(value) else f"{math.ceil(value * 1000 - 1e-9)}m"
    size = math.ceil(value / 2**20)
    return f"{size // 1024}Gi" if size and size % 1024 == 0 else f"{size}Mi"
