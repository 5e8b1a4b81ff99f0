"""The platform on one machine: who runs there, who talks to whom, and by which network.

Two that may talk share a network of their own, and no third is in it. A network's address is drawn by its name, so that
a new one moves no other unless they meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from typing import NamedTuple

import msgspec

from journey import names
from journey.facts import builds, images, traffic
from journey.spec import resolve
from journey.spec.compose import Compose
from journey.spec.view import View, query

TARGET = "compose"
SIZE = 29
"""Five addresses beside the engine's: two ends, and what a one-off command beside them needs."""

FILES = ("compose.yaml", ".env.example")
WAY_IN, OUTSIDE, SCRAPE, TRACES = "_way-in", "_outside", "_scrape", "_traces"
"""What networks beside those of two services are for; no service's name begins so."""


class Network(NamedTuple):
    """A network: what it is called, its addresses, who is in it, who of them is dialled, whether it leads elsewhere."""

    name: str
    subnet: str
    members: tuple[str, ...]
    dialled: tuple[str, ...]
    internal: bool


class Spot(NamedTuple):
    """What the platform says of itself on one machine."""

    said: Compose
    environment: str
    cluster: str


@query
def spot(view: View) -> Spot | None:
    """What is asked for; None where nothing is."""
    wanted = resolve.target_names(view)
    found = view.input(resolve.ROOT_FILE, "compose")
    if found is None or (wanted and TARGET not in wanted):
        return None
    said = msgspec.convert(found, Compose)
    if said.environment not in resolve.environments(view):
        return None
    cluster = said.cluster or resolve.environment(view, said.environment).clusters[0]
    return Spot(said, said.environment, cluster) if cluster in resolve.clusters(view) else None


def files(view: View) -> tuple[str, ...]:
    """The paths of what is rendered."""
    return FILES if spot(view) is not None else ()


@query
def services(view: View, environment: str, cluster: str) -> tuple[str, ...]:
    """Services that can run: they have an image, or are built here. A job or a cron service waits to be called."""
    known = builds.built(view)
    return tuple(
        name
        for name in resolve.services_at(view, environment, cluster)
        if name in known or images.own_image(view, name, environment, cluster) is not None
    )


@query
def stores(view: View, environment: str, cluster: str) -> tuple[str, ...]:
    """Datastores that some service of these dials, sorted."""
    dialled = {
        store
        for name in services(view, environment, cluster)
        for store in traffic.stores(view, name, environment, cluster)
        if resolve.datastore(view, environment, store) is not None
    }
    return tuple(sorted(dialled))


@query
def published(view: View, environment: str, cluster: str) -> tuple[str, ...]:
    """Services that this machine may ask: the one that leads requests in, else all that have routes."""
    running = services(view, environment, cluster)
    found = resolve.cluster(view, cluster)
    if found.gateway == "nginx" and found.gateway_service in running:
        return (found.gateway_service,)
    return tuple(name for name in running if resolve.routes(view, name, environment, cluster))


@query
def scraped(view: View, environment: str, cluster: str) -> tuple[str, ...]:
    """Services with metrics."""
    return tuple(
        name
        for name in services(view, environment, cluster)
        if resolve.part(view, name, environment, cluster, "metrics") is not None
    )


@query
def networks(view: View, environment: str, cluster: str, pool: str) -> tuple[Network, ...]:
    """All networks, by name; none where the pool has no room for all, which a check tells."""
    told = {**_pairs(view, environment, cluster), **_alone(view, environment, cluster)}
    room = ip_network(pool, strict=False)
    slots = 2 ** max(SIZE - room.prefixlen, 0)
    if not isinstance(room, IPv4Network) or len(told) > slots:
        return ()
    taken: dict[int, str] = {}
    for name in sorted(told):
        slot = int(names.short_hash(name), 16) % slots
        while slot in taken:
            slot = (slot + 1) % slots
        taken[slot] = name
    placed = {name: slot for slot, name in taken.items()}
    base = int(room.network_address)
    return tuple(
        Network(name, f"{IPv4Network((base + placed[name] * 8, SIZE))}", *told[name]) for name in sorted(placed)
    )


Ends = tuple[tuple[str, ...], tuple[str, ...], bool]
"""Members, who of them is dialled, and whether the network leads nowhere else."""


def _pairs(view: View, environment: str, cluster: str) -> dict[str, Ends]:
    """Who dials whom. No name has a dot, so that two pairs never share a network."""
    dialled: dict[tuple[str, str], set[str]] = {}
    for name, other in _dials(view, environment, cluster):
        first, second = sorted((name, other))
        dialled.setdefault((first, second), set()).add(other)
    found: dict[str, Ends] = {".".join(pair): (pair, tuple(sorted(ends)), True) for pair, ends in dialled.items()}
    for name in scraped(view, environment, cluster):
        found[f"{SCRAPE}.{name}"] = (tuple(sorted((name, "prometheus"))), (name,), True)
    for name in services(view, environment, cluster):
        found[f"{TRACES}.{name}"] = (tuple(sorted((name, "jaeger"))), ("jaeger",), True)
    return found


def _dials(view: View, environment: str, cluster: str) -> Iterator[tuple[str, str]]:
    """(who, whom), of those that run here; whoever makes databases dials their server."""
    running, known = services(view, environment, cluster), stores(view, environment, cluster)
    for name in running:
        for connection in traffic.dialled(view, name, environment, cluster):
            if connection.peer.name in running and connection.peer.name != name:
                yield name, connection.peer.name
        for store in traffic.stores(view, name, environment, cluster):
            if store in known:
                yield name, store
    for store in known:
        found = resolve.datastore(view, environment, store)
        if found is not None and found.databases:
            yield f"{store}-databases", store


def _alone(view: View, environment: str, cluster: str) -> dict[str, Ends]:
    """Networks that lead out of the engine, each with one member."""
    asked = (*published(view, environment, cluster), "prometheus", "jaeger")
    found: dict[str, Ends] = {f"{WAY_IN}.{name}": ((name,), (), False) for name in asked}
    for name in services(view, environment, cluster):
        if traffic.outside(view, name, environment, cluster):
            found[f"{OUTSIDE}.{name}"] = ((name,), (), False)
    return found
