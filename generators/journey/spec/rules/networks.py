"""Addresses of clusters whose cloud resources are made from this spec: large enough, and none of another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from journey.problem import Pointer, Problem
from journey.spec import networks
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View

ADDRESSES = "spec/addresses"
ZONES = "spec/zones"

RULES = {
    ADDRESSES: "A cluster whose resources are made says its `network`: large enough, and apart from every other's.",
    ZONES: "The node pools of a cluster whose resources are made stand in two or three zones.",
}

Clusters = Mapping[str, Mapping[str, Any]]


def judge(view: View) -> Iterator[Problem]:
    """Networks and zones of every cluster that has, or needs, a network."""
    clusters: Clusters = view.input(ROOT_FILE, "clusters") or {}
    for name, value in clusters.items():
        where = Pointer(ROOT_FILE, ("clusters", name))
        if is_made(value) and not value.get("network"):
            message = f"`iac: {value['iac']}` without `network`: its nodes and managed datastores have no addresses"
            yield Problem(where.child("iac"), ADDRESSES, message, f"network: {_free(clusters)}")
        elif value.get("network"):
            yield from _network(clusters, name, where)
        if is_made(value):
            yield from _zones(value, where)


def is_made(cluster: Mapping[str, Any]) -> bool:
    """Whether a cluster's VPC is made from this spec."""
    return cluster.get("provider") == "aws" and cluster.get("iac", "none") != "none"


def _network(clusters: Clusters, name: str, where: Pointer) -> Iterator[Problem]:
    text = clusters[name]["network"]
    found = networks.parsed(text)
    if found is None:
        return  # told where all networks are judged
    if not isinstance(found, IPv4Network) or not networks.WIDEST <= found.prefixlen <= networks.NARROWEST:
        wanted = f"/{networks.WIDEST} to /{networks.NARROWEST}"
        message = f"`{text}` cannot be parted into a cluster's subnets: an IPv4 network of {wanted} can"
        yield Problem(where.child("network"), ADDRESSES, message, f"network: {_free(clusters)}")
        return
    pods = networks.parsed(clusters[name].get("pods"))
    if not isinstance(pods, IPv4Network) or not networks.WIDEST <= pods.prefixlen <= networks.NARROWEST_PODS:
        said = f"`pods: {clusters[name]['pods']}`" if clusters[name].get("pods") else "`pods` is not said: it"
        wanted = f"/{networks.WIDEST} to /{networks.NARROWEST_PODS}"
        message = f"{said} cannot be parted into subnets beside `network`: an IPv4 network of {wanted} can"
        at = "pods" if clusters[name].get("pods") else "network"
        yield Problem(where.child(at), ADDRESSES, message, "example: pods: 10.16.0.0/16")
    yield from _overlaps(clusters, name, found, where)


def _overlaps(clusters: Clusters, name: str, found: IPv4Network, where: Pointer) -> Iterator[Problem]:
    """The first network said before this one, of this cluster or another, that it meets."""
    for other, field, text in _said(clusters):
        if (other, field) == (name, "network"):
            return
        network = networks.parsed(text)
        if isinstance(network, IPv4Network) and network.overlaps(found):
            whose = "its own" if other == name else f"`{other}`'s"
            message = f"`{found}` overlaps {whose} `{field}: {text}`"
            yield Problem(where.child("network"), ADDRESSES, message, f"network: {_free(clusters)}")
            return


def _said(clusters: Clusters) -> Iterator[tuple[str, str, str]]:
    """(cluster, field, network): first every `pods` beside a `network`, then every `network`, as written."""
    for field in ("pods", "network"):
        for name, value in clusters.items():
            if value.get("network") and value.get(field):
                yield name, field, value[field]


def _free(clusters: Clusters) -> str:
    return networks.free(value[key] for value in clusters.values() for key in ("pods", "network") if value.get(key))


def zones_of(cluster: Mapping[str, Any]) -> tuple[str, ...]:
    """The zones of a cluster's node pools, each once, in order of their names."""
    pools = (cluster.get("nodePools") or {}).values()
    return tuple(sorted({zone for pool in pools for zone in (pool or {}).get("zones") or ()}))


def _zones(value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    zones = zones_of(value)
    region = str(value.get("region") or "")
    if not networks.FEWEST_ZONES <= len(zones) <= networks.MOST_ZONES:
        at = where.child("nodePools") if value.get("nodePools") else where.child("iac")
        said = ", ".join(zones) or "none"
        message = f"node pools stand in {len(zones)} zones ({said}); a network is made over two or three"
        hint = f"zones: [{', '.join(f'{region}{letter}' for letter in 'abc')}]"
        yield Problem(at, ZONES, message, hint)
