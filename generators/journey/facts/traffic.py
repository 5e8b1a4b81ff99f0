"""Who dials whom: the one traffic matrix, from `needs`. Network policies, meshes and start order all read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from journey import names
from journey.spec import resolve
from journey.spec.resolve import needs, ports
from journey.spec.service import Port
from journey.spec.view import View, indexed, inlined, query


class Peer(NamedTuple):
    """One end of an allowed connection inside the cluster: where its pods are and how they are selected."""

    kind: str
    name: str
    namespace: str
    selector: dict[str, str]


class Connection(NamedTuple):
    """A peer with the port that is dialled: the container's port number and its transport protocol."""

    peer: Peer
    port: int
    protocol: str


class External(NamedTuple):
    """A host outside that is dialled. Without networks it cannot be enforced by name."""

    host: str
    port: int
    protocol: str
    cidrs: tuple[str, ...]


def identity(view: View, name: str, environment: str, cluster: str) -> str:
    """The name that a service's or datastore's namespace, selectors and volumes keep: its first one."""
    if not resolve.service_file(view, name):
        return name
    said: str | None = resolve.part(view, name, environment, cluster, "renamedFrom")
    return said or name


@inlined
def namespace(view: View, service: str, environment: str, cluster: str) -> str:
    """The namespace of a service or datastore."""
    if resolve.service_file(view, service):
        kept: str | None = (resolve.part(view, service, environment, cluster, "live") or {}).get("namespace")
        if kept:
            return kept
    name = identity(view, service, environment, cluster)
    return names.namespace(name, environment, resolve.shared_cluster(view, cluster))


@inlined
def peer(view: View, service: str, environment: str, cluster: str) -> Peer:
    """A service as one end of a connection."""
    selector = selector_of(view, service, environment, cluster)
    return Peer("service", service, namespace(view, service, environment, cluster), selector)


@inlined
def selector_of(view: View, service: str, environment: str, cluster: str) -> dict[str, str]:
    """The labels that select a service's pods: those that it kept from before, or derived ones."""
    kept: dict[str, str] = (resolve.part(view, service, environment, cluster, "live") or {}).get("selector") or {}
    return kept or names.selector(identity(view, service, environment, cluster), environment)


def port_of(known: dict[str, Port], wanted: str | int | None) -> Port | None:
    """The port that a need means: by name, by number (the container's or the Service's), or the first."""
    if wanted is None:
        return next(iter(known.values()), None)
    if isinstance(wanted, str):
        return known.get(wanted)
    return next((port for port in known.values() if wanted in (port.port, port.expose)), None)


@query
def dialled(view: View, service: str, environment: str, cluster: str) -> tuple[Connection, ...]:
    """The services that a service dials, sorted by name and port."""
    found = set()
    for need in needs(view, service, environment, cluster):
        if need.service is None:
            continue
        port = port_of(ports(view, need.service, environment, cluster), need.port)
        if port is not None:
            found.add((need.service, port.port, port.protocol))
    return tuple(Connection(peer(view, name, environment, cluster), port, proto) for name, port, proto in sorted(found))


@query
def stores(view: View, service: str, environment: str, cluster: str) -> tuple[str, ...]:
    """Names of the datastores that a service dials, sorted."""
    return tuple(sorted({need.datastore for need in needs(view, service, environment, cluster) if need.datastore}))


@query
def outside(view: View, service: str, environment: str, cluster: str) -> tuple[External, ...]:
    """The hosts outside that a service dials, sorted."""
    found = {
        External(need.host, need.port if isinstance(need.port, int) else 443, need.protocol, need.cidrs)
        for need in needs(view, service, environment, cluster)
        if need.host
    }
    return tuple(sorted(found))


@indexed(dict[str, tuple[str, ...]])
def matrix(view: View, environment: str, cluster: str) -> dict[str, tuple[str, ...]]:
    """Service -> the services that dial it, sorted: the traffic matrix of a place."""
    return _inverted(
        (name, (connection.peer.name for connection in dialled(view, name, environment, cluster)))
        for name in resolve.services(view)
    )


@query
def callers(view: View, service: str, environment: str, cluster: str) -> tuple[Connection, ...]:
    """The services that dial a service, each with the port of it that they dial."""
    return tuple(
        connection._replace(peer=peer(view, name, environment, cluster))
        for name in matrix(view, environment, cluster).get(service, ())
        for connection in dialled(view, name, environment, cluster)
        if connection.peer.name == service
    )


@indexed(dict[str, tuple[str, ...]])
def store_matrix(view: View, environment: str, cluster: str) -> dict[str, tuple[str, ...]]:
    """Datastore -> the services that dial it, sorted."""
    return _inverted((name, stores(view, name, environment, cluster)) for name in resolve.services(view))


@query
def store_callers(view: View, datastore: str, environment: str, cluster: str) -> tuple[Peer, ...]:
    """The services that dial a datastore, sorted."""
    return tuple(
        peer(view, name, environment, cluster)
        for name in store_matrix(view, environment, cluster).get(datastore, ())
        if datastore in stores(view, name, environment, cluster)
    )


def _inverted(told: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    """Who names whom, as who is named by whom; both in order."""
    found: dict[str, dict[str, None]] = {}
    for name, others in told:
        for other in others:
            found.setdefault(other, {})[name] = None
    return {other: tuple(found[other]) for other in sorted(found)}
