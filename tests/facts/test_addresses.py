"""The address plan: subnets apart from each other, each within its network, stable when a zone is added."""

from __future__ import annotations

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from journey.facts import addresses
from journey.spec import networks
from journey.spec.networks import Subnet
from tests.specs import PLATFORM, platform

MADE = PLATFORM.replace(
    "gateway: ingress}",
    'gateway: ingress}\n  cloud: {provider: aws, region: eu-west-1, kubernetes: "1.34", pods: 10.16.0.0/16,'
    " network: 10.17.0.0/20, iac: terraform, nodePools: {a: {size: m7g.large, zones: [eu-west-1a, eu-west-1b]}}}",
).replace("clusters: [local]", "clusters: [local, cloud]")


def test_the_plan_of_a_cluster() -> None:
    view = platform({"platform.yaml": MADE})
    assert addresses.zones(view, "cloud") == ("eu-west-1a", "eu-west-1b")
    assert addresses.subnets(view, "cloud") == (
        Subnet("nodes", "eu-west-1a", "10.17.0.0/22", 0),
        Subnet("nodes", "eu-west-1b", "10.17.4.0/22", 1),
        Subnet("public", "eu-west-1a", "10.17.12.0/25", 16),
        Subnet("public", "eu-west-1b", "10.17.12.128/25", 17),
        Subnet("data", "eu-west-1a", "10.17.14.0/25", 32),
        Subnet("data", "eu-west-1b", "10.17.14.128/25", 33),
        Subnet("pods", "eu-west-1a", "10.16.0.0/18", 48),
        Subnet("pods", "eu-west-1b", "10.16.64.0/18", 49),
    )


def test_a_cluster_without_network_has_no_plan() -> None:
    assert addresses.subnets(platform({"platform.yaml": MADE}), "local") == ()


@given(st.integers(networks.WIDEST, networks.NARROWEST), st.integers(networks.WIDEST, networks.NARROWEST_PODS))
def test_subnets_are_apart_and_a_third_zone_moves_none(network: int, pods: int) -> None:
    """Property, over every prefix that the rules take."""
    two, three = (list(networks.subnets(f"10.1.0.0/{network}", f"10.2.0.0/{pods}", "abc"[:n])) for n in (2, 3))
    assert set(two) < set(three)
    parts = [IPv4Network(subnet.cidr) for subnet in three]
    assert not any(one.overlaps(other) for i, one in enumerate(parts) for other in parts[:i])
    assert len({subnet.ipv6 for subnet in three}) == len(three)
    assert all(part.prefixlen <= 28 for part in parts)


def test_the_next_free_network() -> None:
    assert networks.free(()) == "10.0.0.0/20"
    assert networks.free(("10.0.0.0/16", "10.1.0.0/20", "fd00::/8", "none")) == "10.1.16.0/20"
    assert networks.free(("10.0.0.0/8",)) == ""
