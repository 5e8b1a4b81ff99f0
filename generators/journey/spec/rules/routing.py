"""What a cluster's way in cannot do for a route, judged where the route is served."""

from __future__ import annotations

import re
from collections.abc import Iterator

from journey.problem import Problem
from journey.spec import resolve
from journey.spec.gateway import AMBIGUOUS
from journey.spec.rules.place import Place
from journey.spec.rules.presence import presence
from journey.spec.rules.values import length
from journey.spec.service import Route

AUTHORIZER = "spec/authorizer"
CANNOT = "spec/gateway-cannot"

RULES = {
    AUTHORIZER: "A route that asks who calls is served where something can tell: the cluster's `authorizer`.",
    CANNOT: "A route asks of the way in only what that can do.",
}

_SLOWEST = 60.0
"""Seconds for which NGINX counts at the least one request (ngx_http_limit_req_module: whole requests a minute)."""

_REFUSED = re.compile(AMBIGUOUS, re.IGNORECASE)


def authorizer(here: Place) -> Iterator[Problem]:
    """Routes with `auth` where nobody tells NGINX who calls."""
    guarded = [name for name, route in here.service.routes.items() if route.auth != "none"]
    cluster = resolve.cluster(here.view, here.cluster)
    if not guarded or cluster.gateway != "nginx":
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
    """What NGINX cannot do."""
    if not here.service.routes or resolve.cluster(here.view, here.cluster).gateway != "nginx":
        return
    for name, route in here.service.routes.items():
        yield from _nginx(here, name, route)


def _nginx(here: Place, name: str, route: Route) -> Iterator[Problem]:
    """Slow rates; gRPC beside HTTP/1.1 on a port without TLS; paths that it refuses."""
    limit = route.rate_limit
    if limit is not None and length(limit.per) / limit.requests > _SLOWEST:
        message = f"`{limit.requests}` requests per {limit.per}: NGINX counts at the least one request a minute"
        where = here.where("routes", name, "rateLimit", "per")
        yield Problem(where, CANNOT, message, "per: 1m, or another `gateway`")
    if _REFUSED.search(route.path):
        message = f"`path: {route.path}` can be read in two ways, and `gateway: nginx` refuses such requests"
        hint = "a path without `//`, `;`, `\\`, `.` and `..` alone, and without what stands for them"
        yield Problem(here.where("routes", name, "path"), CANNOT, message, hint)
    port = here.service.ports.get(route.port)
    if port is not None and port.app_protocol in ("grpc", "kubernetes.io/h2c"):
        message = f"route `{name}` leads to `appProtocol: {port.app_protocol}`, which `gateway: nginx` does not carry"
        where = here.where("ports", route.port, "appProtocol")
        yield Problem(where, CANNOT, message, "gateway: gateway-api")


JUDGEMENTS = (authorizer, able)
"""Every judgement of a route's way in."""
