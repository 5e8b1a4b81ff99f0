"""What others must know of a service where it runs: little, so that an edit seldom makes them be judged again."""

from __future__ import annotations

from typing import NamedTuple

from journey.spec import resolve
from journey.spec.service import Route, Service
from journey.spec.view import View, query

LISTENING = ("web", "stateful")
"""Kinds that serve requests from outside."""

SCALED = ("web", "worker", "stateful")
"""Kinds with a number of replicas."""


class Port(NamedTuple):
    """A port as others may name it: by name, the container's number, or the Service's."""

    name: str
    number: int
    exposed: int


class Entry(NamedTuple):
    """A route as a gateway tells it from others; no methods means all."""

    name: str
    host: str
    path: str
    match: str
    methods: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]


class Presence(NamedTuple):
    """A service in one environment on one cluster. `features` are (feature, the field that asks for it)."""

    environment: str
    cluster: str
    ports: tuple[Port, ...]
    entries: tuple[Entry, ...]
    before: tuple[str, ...]
    features: tuple[tuple[str, str], ...]


@query
def presences(view: View, name: str) -> tuple[Presence, ...]:
    """Where a service runs, and as what."""
    return tuple(
        _presence(view, name, env, cluster, found)
        for env, cluster in resolve.places(view)
        if (found := resolve.service(view, name, env, cluster)) is not None
    )


def presence(view: View, name: str, env: str, cluster: str) -> Presence | None:
    """A service in a place; None where it does not run."""
    return next((item for item in presences(view, name) if item[:2] == (env, cluster)), None)


def _presence(view: View, name: str, env: str, cluster: str, found: Service) -> Presence:
    ports = tuple(Port(port, item.port, item.expose or item.port) for port, item in found.ports.items())
    entries = tuple(_entry(view, name, env, route, item) for route, item in found.routes.items())
    before = tuple(sorted({need.service for need in found.needs if need.service and need.start == "before"}))
    return Presence(env, cluster, ports, entries, before, tuple(_features(view, cluster, found)))


def _entry(view: View, name: str, env: str, route: str, item: Route) -> Entry:
    host = item.host or f"{name}.{resolve.domain(view, env)}"
    headers = tuple(sorted(item.headers.items()))
    return Entry(route, host, item.path, item.match, tuple(sorted(set(item.methods))), headers)


def _features(view: View, cluster: str, found: Service) -> list[tuple[str, str]]:
    wanted = []
    if found.secrets:
        wanted.append(("secrets", "secrets"))
    if found.metrics is not None and "monitor" not in found.without:
        wanted.append(("monitoring", "metrics"))
    if found.routes and found.kind in LISTENING:
        wanted += _way_in(view, cluster)
    return wanted + _scaling_features(found)


@query
def _way_in(view: View, cluster: str) -> list[tuple[str, str]]:
    """What routes ask of a cluster; without an issuer the way in speaks HTTP."""
    found = resolve.cluster(view, cluster)
    wanted = [("gateway", "routes")] if found.gateway in ("gateway-api", "kong") else []
    return [*wanted, ("certificates", "routes")] if found.certificate_issuer else wanted


def _scaling_features(found: Service) -> list[tuple[str, str]]:
    scaling = found.scaling
    if found.kind not in SCALED or "autoscaler" in found.without or scaling.max is None or scaling.max <= scaling.min:
        return []
    if scaling.requests_per_second is None:
        return [("resource-metrics", "scaling")]
    named = scaling.cpu is not None or scaling.memory is not None
    wanted = [("scaling", "scaling.requestsPerSecond"), ("monitoring", "scaling.requestsPerSecond")]
    return [*wanted, ("resource-metrics", "scaling")] if named else wanted
