"""What a cluster's way in cannot do for a route, judged where the route is served."""

from __future__ import annotations

import re
from collections.abc import Iterator

from journey.problem import Problem
from journey.spec import resolve
from journey.spec.capabilities import FEATURES, WAYS_IN
from journey.spec.gateway import AMBIGUOUS
from journey.spec.routes import METHODS
from journey.spec.rules.place import Place
from journey.spec.rules.presence import presence
from journey.spec.rules.values import length
from journey.spec.service import RateLimit, Route
from journey.spec.validate import did_you_mean

AUTHORIZER = "spec/authorizer"
CANNOT = "spec/gateway-cannot"
TARGET = "spec/route-target"
SAYS = "spec/route-says"
LIMIT = "spec/limit-path"
SHADOWED = "spec/route-shadowed"

RULES = {
    AUTHORIZER: "A route that asks who calls is served where something can tell: the cluster's `authorizer`.",
    CANNOT: "A route asks of the way in only what that can do.",
    TARGET: "A service that gets a share or a copy of a route's requests runs where the route does.",
    SAYS: "What a route says fits together.",
    LIMIT: "A limit counts requests that its route answers.",
    SHADOWED: "Every route is found by a request.",
}

_SLOWEST = 60.0
"""Seconds for which NGINX counts at the least one request (ngx_http_limit_req_module: whole requests a minute)."""

_REFUSED = re.compile(AMBIGUOUS, re.IGNORECASE)


def authorizer(here: Place) -> Iterator[Problem]:
    """Routes with `auth` where nobody tells the way in who calls."""
    guarded = [name for name, route in here.service.routes.items() if route.auth != "none"]
    cluster = resolve.cluster(here.view, here.cluster)
    if not guarded or "auth" not in WAYS_IN[cluster.gateway]:
        return
    asked = cluster.authorizer
    if asked is None:
        reason, hint = "names no `authorizer`", "authorizer: {service: auth}"
    else:
        found = presence(here.view, asked.service, here.environment, here.cluster)
        if found is None:
            reason, hint = f"asks `{asked.service}`, which does not run there", "authorizer: {service: <another>}"
        elif asked.port not in (port.name for port in found.ports):
            reason = f"asks port `{asked.port}` of `{asked.service}`, which has none of that name"
            hint = f"authorizer: {{port: {found.ports[0].name}}}" if found.ports else "give the service that port"
        else:
            return
    for name in guarded:
        message = f"route `{name}` asks who calls, but cluster `{here.cluster}` {reason}"
        yield Problem(here.where("routes", name, "auth"), AUTHORIZER, message, hint)


def able(here: Place) -> Iterator[Problem]:
    """What the way in of the place cannot do."""
    if not here.service.routes:
        return
    gateway = resolve.cluster(here.view, here.cluster).gateway
    for name, route in here.service.routes.items():
        for feature in FEATURES:
            if feature.id not in WAYS_IN[gateway] and feature.asked(route):
                message = f"`gateway: {gateway}` cannot do for route `{name}`: {feature.title.lower()}"
                can = [other for other, able in WAYS_IN.items() if feature.id in able]
                hint = f"a cluster with gateway: {' or '.join(can)}"
                yield Problem(here.where("routes", name, *feature.path), CANNOT, message, hint)
        if gateway in ("nginx", "gateway-api") and _REFUSED.search(route.path):
            message = f"`path: {route.path}` can be read in two ways, and `gateway: {gateway}` refuses such requests"
            hint = "a path without `//`, `;`, `\\`, `.` and `..` alone, and without what stands for them"
            yield Problem(here.where("routes", name, "path"), CANNOT, message, hint)
        if gateway == "nginx":
            yield from _nginx(here, name, route)
        elif gateway == "gateway-api":
            yield from _envoy(here, name, route)


def _nginx(here: Place, name: str, route: Route) -> Iterator[Problem]:
    """Slow rates; gRPC beside HTTP/1.1 on a port without TLS; copies of what is rewritten."""
    for path, limit in _limits(route):
        if length(limit.per) / limit.requests > _SLOWEST:
            message = f"`{limit.requests}` requests per {limit.per}: NGINX counts at the least one request a minute"
            where = here.where("routes", name, *path, "per")
            yield Problem(where, CANNOT, message, "per: 1m, or another `gateway`")
    if route.mirror is not None and route.rewrite is not None and route.rewrite.path is not None:
        message = f"NGINX cannot rewrite the path of the copies that route `{name}` sends"
        yield Problem(here.where("routes", name, "mirror"), CANNOT, message, "leave one of `mirror` and `rewrite`")
    port = here.service.ports.get(route.port)
    if port is not None and port.app_protocol in ("grpc", "kubernetes.io/h2c"):
        message = f"route `{name}` leads to `appProtocol: {port.app_protocol}`, which `gateway: nginx` does not carry"
        where = here.where("ports", route.port, "appProtocol")
        yield Problem(where, CANNOT, message, "gateway: gateway-api")


def _envoy(here: Place, name: str, route: Route) -> Iterator[Problem]:
    """Periods of limits that are no unit of Envoy Gateway's (RateLimitUnit)."""
    for path, limit in _limits(route):
        if length(limit.per) not in (1, 60, 3600, 86400):
            message = f"`per: {limit.per}`: Envoy Gateway counts by the second, minute, hour or day"
            yield Problem(here.where("routes", name, *path, "per"), CANNOT, message, "per: 1m")


def _limits(route: Route) -> Iterator[tuple[tuple[str, ...], RateLimit]]:
    if route.rate_limit is not None:
        yield ("rateLimit",), route.rate_limit
    yield from ((("limits", key), limit) for key, limit in route.limits.items())


def targets(here: Place) -> Iterator[Problem]:
    """Services of canaries and copies that do not run there, or have no such port."""
    for name, route in here.service.routes.items():
        for field, asked in (("canary", route.canary), ("mirror", route.mirror)):
            if asked is None:
                continue
            found = presence(here.view, asked.service, here.environment, here.cluster)
            ports = [port.name for port in found.ports] if found is not None else []
            if found is None:
                message = f"no service `{asked.service}` runs where route `{name}` is served"
                known = resolve.services(here.view)
                hint = "name one that does" if asked.service in known else did_you_mean(asked.service, known)
                yield Problem(here.where("routes", name, field, "service"), TARGET, message, hint)
            elif asked.port not in ports:
                message = f"`{asked.service}` has no port `{asked.port}` for route `{name}`"
                hint = did_you_mean(asked.port, ports) or f"port: {ports[0] if ports else '<name>'}"
                yield Problem(here.where("routes", name, field, "port"), TARGET, message, hint)


def sense(here: Place) -> Iterator[Problem]:
    """Fields of a route that contradict each other, or say nothing."""
    for name, route in here.service.routes.items():
        for path, message, hint in _nonsense(route):
            yield Problem(here.where("routes", name, *path), SAYS, f"route `{name}` {message}", hint)


def _nonsense(route: Route) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if route.redirect is not None:
        also = [field for field in _ASKING if getattr(route, field) is not None]
        if also:
            yield ("redirect",), f"sends clients elsewhere, so that its `{also[0]}` does nothing", f"drop `{also[0]}`"
        if route.redirect.host is None and route.redirect.path is None:
            yield ("redirect",), "sends clients to where they came from", "say `host` or `path`"
    if route.rewrite is not None and route.rewrite.host is None and route.rewrite.path is None:
        yield ("rewrite",), "rewrites nothing", "say `host` or `path`"
    if route.canary is not None and not route.canary.weight and not route.canary.headers:
        yield ("canary",), "sends no request to its canary", "say `weight` or `headers`"
    if route.cors is not None and route.cors.credentials and "*" in route.cors.origins:
        message = "lets every page send its users' credentials, which browsers refuse"
        yield ("cors", "origins"), message, "name the origins"


_ASKING = ("rewrite", "canary", "mirror", "maintenance")


def limits(here: Place) -> Iterator[Problem]:
    """Limits on paths that their route does not answer."""
    for name, route in here.service.routes.items():
        stem = route.path.rstrip("/")
        for key, limit in route.limits.items():
            below = limit.path == route.path or (route.match == "prefix" and f"{limit.path}/".startswith(f"{stem}/"))
            if not below:
                message = f"limit `{key}` counts requests for `{limit.path}`, which route `{name}` does not answer"
                hint = f"a path below `{stem or '/'}`" if route.match == "prefix" else f"path: {route.path}"
                yield Problem(here.where("routes", name, "limits", key, "path"), LIMIT, message, hint)


def shadowed(here: Place) -> Iterator[Problem]:
    """Routes whose every method a stronger route of the same path answers, whatever headers a request has."""
    routes = here.service.routes
    if len(routes) < 2:
        return
    for name, route in routes.items():
        stronger = [
            (key, other)
            for key, other in routes.items()
            if (other.host, other.path, other.match) == (route.host, route.path, route.match)
            and _strength(other) > _strength(route)
            and other.headers.items() < route.headers.items()
        ]
        covered = {method for _, other in stronger for method in other.methods or METHODS}
        if stronger and covered.issuperset(route.methods or METHODS):
            first = ", ".join(f"`{key}`" for key, _ in stronger)
            message = f"no request finds route `{name}`: {first} answers before it"
            yield Problem(
                here.where("routes", name)._replace(key=True), SHADOWED, message, "drop it, or give it a path"
            )


def _strength(route: Route) -> tuple[bool, int]:
    """Among routes of one path (Gateway API, HTTPRouteRule.matches)."""
    return bool(route.methods), len(route.headers)


JUDGEMENTS = (authorizer, able, targets, sense, limits, shadowed)
"""Every judgement of a route's way in."""
