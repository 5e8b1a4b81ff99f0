"""What is reached from outside: hosts and paths, derived once for every gateway."""

from __future__ import annotations

from typing import NamedTuple

from journey import names
from journey.facts.units import seconds
from journey.spec import resolve
from journey.spec.service import Port, Route
from journey.spec.view import View, kept, query


class Entry(NamedTuple):
    """A route with its host and the Service's port filled in."""

    name: str
    host: str
    port_name: str
    port: int
    route: Route


CLUSTER_DOMAIN = "cluster.local"
"""The domain of Services' names where nobody chose another (kubernetes.io/docs, "DNS for Services and Pods")."""


def ready_name(service: str) -> str:
    """The headless Service of a service's ready pods, which a gateway that balances by itself asks DNS for."""
    return names.join(service, "ready")


def service_port(port: Port) -> int:
    """The port of the Service in front of a container's port."""
    return port.expose or port.port


def host_of(view: View, service: str, environment: str, route: Route) -> str:
    """A route's host: its own, or the service's name below the environment's domain."""
    return route.host or f"{service}.{resolve.domain(view, environment)}"


@query
def entries(view: View, service: str, environment: str, cluster: str) -> tuple[Entry, ...]:
    """A service's routes, as written."""
    ports = resolve.ports(view, service, environment, cluster)
    return tuple(
        Entry(name, host_of(view, service, environment, route), route.port, service_port(ports[route.port]), route)
        for name, route in resolve.routes(view, service, environment, cluster).items()
        if route.port in ports
    )


@query
def longest_request(view: View, service: str, environment: str, cluster: str) -> float:
    """The longest time in seconds that a route lets one request take; 0 where there is no route."""
    return max((seconds(entry.route.timeout) for entry in entries(view, service, environment, cluster)), default=0.0)


def rank(route: Route) -> tuple[bool, int, bool, int]:
    """How strong a route is among those that match a request; the least wins (Gateway API, HTTPRouteRule.matches)."""
    return route.match != "exact", -len(route.path.rstrip("/")), not route.methods, -len(route.headers)


class Target(NamedTuple):
    """A port of a service that the way in dials without a route of the service's own: canary, mirror, authorizer."""

    service: str
    port: Port


@kept(tuple[Target, ...])
def targets(view: View, environment: str, cluster: str) -> tuple[Target, ...]:
    """All such ports where they are served, each once, in order of service and port."""
    asked: set[tuple[str, str]] = set()
    here = resolve.cluster(view, cluster).authorizer
    if here is not None:
        asked.add((here.service, here.port))
    known = resolve.services_at(view, environment, cluster)
    for name in known:
        for route in resolve.routes(view, name, environment, cluster).values():
            asked.update((other.service, other.port) for other in (route.canary, route.mirror) if other is not None)
    found = []
    for name, port in sorted(asked):
        there = resolve.ports(view, name, environment, cluster).get(port) if name in known else None
        if there is not None:
            found.append(Target(name, there))
    return tuple(found)
