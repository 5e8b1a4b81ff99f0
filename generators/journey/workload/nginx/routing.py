"""Which route answers a request, worked out for every location that NGINX has to tell apart.

The order is the Gateway API's (HTTPRouteRule: an exact path, then the longest prefix, then whether a method is named),
so that a spec means the same under each gateway. NGINX picks a location by path alone; who answers which method there
is therefore worked out here.
"""

from __future__ import annotations

from typing import NamedTuple

from journey.facts import platform_peers
from journey.facts.routes import CLUSTER_DOMAIN, Entry, entries, rank, ready_name
from journey.facts.traffic import namespace
from journey.facts.units import amount
from journey.spec import resolve
from journey.spec.routes import Canary, Mirror
from journey.spec.service import Port
from journey.workload.place import Place


class Routed(NamedTuple):
    """A route with the service that answers it: its id, and the name and port of the service's ready pods.

    `canary` and `mirror` are those of the other services, empty for none. `cramped`: it takes smaller bodies than
    another route of its host, so that the location of a path cannot tell.
    """

    id: str
    entry: Entry
    address: str
    secure: bool
    canary: str
    mirror: str
    cramped: bool

    @property
    def name(self) -> str:
        """What NGINX calls the route; a label has no `_`, so that no two share a name."""
        return self.id.replace("/", "_")

    @property
    def canary_name(self) -> str:
        """What NGINX calls the pods of the canary."""
        return f"{self.name}_canary"

    @property
    def mirror_name(self) -> str:
        """What NGINX calls the pods that get copies."""
        return f"{self.name}_mirror"

    @property
    def zone(self) -> str:
        """What NGINX calls the counts of its limit; the pods behind it have a zone of the route's name."""
        return f"limit_{self.name}"


class Location(NamedTuple):
    """A path that NGINX tells apart, and the routes that may answer there, the strongest first."""

    path: str
    exact: bool
    routes: tuple[Routed, ...]


class Table(NamedTuple):
    """All routes of a place; the address and path of who tells who calls, empty where nobody does."""

    routes: tuple[Routed, ...]
    hosts: dict[str, tuple[Location, ...]]
    authorizer: tuple[str, str]


def table(place: Place) -> Table:
    """The routes of all services where the gateway runs."""
    view, here = place.view, (place.environment, place.cluster)
    every = [(name, entry) for name in resolve.services_at(view, *here) for entry in entries(view, name, *here)]
    largest: dict[str, float] = {}
    for _, entry in every:
        largest[entry.host] = max(largest.get(entry.host, 0), amount(entry.route.body_limit))
    found = [_routed(place, name, entry, largest[entry.host]) for name, entry in every]
    hosts = {
        host: _locations([item for item in found if item.entry.host == host])
        for host in sorted({item.entry.host for item in found})
    }
    return Table(tuple(found), hosts, _authorizer(place))


def _routed(place: Place, service: str, entry: Entry, largest: float) -> Routed:
    route = entry.route
    port = resolve.ports(place.view, service, place.environment, place.cluster)[entry.port_name]
    return Routed(
        f"{service}/{entry.name}",
        entry,
        _address(place, service, port),
        port.app_protocol == "https",
        _other(place, route.canary),
        _other(place, route.mirror),
        amount(route.body_limit) < largest,
    )


def _other(place: Place, asked: Canary | Mirror | None) -> str:
    """The pods of another service that a route leads to; empty for one that does not run there."""
    if asked is None or asked.service not in resolve.services_at(place.view, place.environment, place.cluster):
        return ""
    port = resolve.ports(place.view, asked.service, place.environment, place.cluster).get(asked.port)
    return _address(place, asked.service, port) if port is not None else ""


def _address(place: Place, service: str, port: Port) -> str:
    """NGINX's own resolver searches no domains, so that a name is a whole one."""
    space = namespace(place.view, service, place.environment, place.cluster)
    return f"{ready_name(service)}.{space}.svc.{CLUSTER_DOMAIN}:{port.port}"


def _authorizer(place: Place) -> tuple[str, str]:
    found = platform_peers.authorizer(place.view, place.environment, place.cluster)
    asked = place.here.authorizer
    return (_address(place, *found), asked.path) if found is not None and asked is not None else ("", "")


def _locations(found: list[Routed]) -> tuple[Location, ...]:
    wanted: set[tuple[str, bool]] = set()
    for item in found:
        path = item.entry.route.path
        if item.entry.route.match == "exact":
            wanted.add((path, True))
        else:
            # a prefix is whole segments: `/api` is `/api` itself and all below `/api/`
            wanted.add((path.rstrip("/") + "/", False))
            wanted.add((path.rstrip("/") or "/", True))
    locations = [Location(path, exact, _answering(found, path, exact)) for path, exact in sorted(wanted)]
    return tuple(location for location in locations if location.routes)


def _answering(found: list[Routed], path: str, exact: bool) -> tuple[Routed, ...]:
    """The routes that match every request of a location, up to the first that answers whatever is asked."""
    matching = [item for item in found if _matches(item, path, exact)]
    matching.sort(key=lambda item: rank(item.entry.route))
    strongest: list[Routed] = []
    for item in matching:
        strongest.append(item)
        if not item.entry.route.methods and not item.entry.route.headers:
            break
    return tuple(strongest)


def _matches(item: Routed, path: str, exact: bool) -> bool:
    route = item.entry.route
    if route.match == "exact":
        return exact and route.path == path
    prefix = route.path.rstrip("/")
    return path == prefix or path.startswith(prefix + "/")
