"""How a cluster's addresses are parted: the arithmetic that the rules and the address plan both go by.

A cluster's `network` has four quarters: the first three are the nodes' subnets, one a zone, and the last has eight
parts, of which three are the load balancers' subnets and three the managed datastores'. `pods` has four quarters too,
of which three are the pods' subnets. A subnet's place follows from its zone's place among the cluster's zones alone, so
that a cluster that begins with two zones and gets a third keeps the subnets that it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

WIDEST, NARROWEST = 16, 22
"""Prefixes of a network: a VPC takes /16 to /28 (docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html), and of
a /22 a load balancer's subnet is a /27, the least that an Application Load Balancer takes."""
NARROWEST_PODS = 26
"""The last prefix of `pods` whose quarters a subnet may be (/28)."""

MOST_ZONES, FEWEST_ZONES = 3, 2
"""A managed database stands in two zones at least; a quarter is kept for all that is not a node."""

POOL = "10.0.0.0/8"
"""Where a network that is free is looked for (RFC 1918)."""
USUAL = 20


class Subnet(NamedTuple):
    """One subnet: what it is for, its zone, its IPv4 network, and which /64 of the VPC's own /56 it has."""

    tier: str
    zone: str
    cidr: str
    ipv6: int


def subnets(network: str, pods: str, zones: Iterable[str]) -> Iterator[Subnet]:
    """Every subnet, by tier and zone. Raises ValueError when a network cannot be parted so."""
    quarters = list(IPv4Network(network).subnets(prefixlen_diff=2))
    rest = list(quarters[3].subnets(prefixlen_diff=3))
    pod_quarters = list(IPv4Network(pods).subnets(prefixlen_diff=2))
    tiers: dict[str, Sequence[IPv4Network]] = {
        "nodes": quarters,
        "public": rest[:3],
        "data": rest[4:7],
        "pods": pod_quarters,
    }
    known = tuple(zones)
    for number, (tier, parts) in enumerate(tiers.items()):
        for index, (zone, part) in enumerate(zip(known, parts, strict=False)):
            yield Subnet(tier, zone, str(part), number * 16 + index)


def parsed(text: str | None) -> IPv4Network | IPv6Network | None:
    """A network; None for what is none."""
    try:
        return ip_network(text or "")
    except ValueError:
        return None


def free(taken: Iterable[str]) -> str:
    """The first usual network of the pool that meets none of those taken; empty where all is taken."""
    known = [found for found in map(parsed, taken) if isinstance(found, IPv4Network)]
    for candidate in IPv4Network(POOL).subnets(new_prefix=USUAL):
        if not any(candidate.overlaps(other) for other in known):
            return str(candidate)
    return ""
