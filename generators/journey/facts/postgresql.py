"""PostgreSQL's parameters as they follow from what an instance may use."""

from __future__ import annotations

from journey.facts.units import amount
from journey.spec.service import Resources

_MIB = 2**20
CONNECTIONS = 100
"""PostgreSQL's own default; services pool theirs."""


def memory_parameters(resources: Resources) -> dict[str, str]:
    """Parameters by memory: a quarter for shared buffers, three quarters assumed cached, the rest shared by sorts.

    These are the shares that PostgreSQL's documentation gives for a server of its own ("Resource Consumption").
    Nothing where no memory is said.
    """
    said = resources.limits.memory or resources.requests.memory
    if said is None:
        return {}
    memory = int(amount(said) // _MIB)
    return {
        "max_connections": str(CONNECTIONS),
        "shared_buffers": f"{max(memory // 4, 16)}MB",
        "effective_cache_size": f"{max(memory * 3 // 4, 16)}MB",
        "work_mem": f"{max(memory // 4 // CONNECTIONS, 1)}MB",
        "maintenance_work_mem": f"{max(memory // 16, 16)}MB",
    }
