"""The address plan: every subnet of every cluster, computed once for all that routes, filters or makes networks."""

from __future__ import annotations

from journey.spec import networks, resolve
from journey.spec.networks import Subnet
from journey.spec.view import View, query


@query
def zones(view: View, cluster: str) -> tuple[str, ...]:
    """The zones of a cluster's node pools, each once, in order of their names."""
    pools = resolve.cluster(view, cluster).node_pools.values()
    return tuple(sorted({zone for pool in pools for zone in pool.zones}))


@query
def subnets(view: View, cluster: str) -> tuple[Subnet, ...]:
    """The subnets of a cluster's network; none where it has no network, or one that the rules refuse."""
    here = resolve.cluster(view, cluster)
    if not here.network:
        return ()
    try:
        return tuple(networks.subnets(here.network, here.pods, zones(view, cluster)))
    except ValueError:
        return ()
