"""What each way in can do for a route, and by what. What it cannot is a Problem where a route asks for it.

`docs/reference/gateways.md` is this table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from journey.spec.routes import Canary, Route


class Feature(NamedTuple):
    """Something that a route may ask for: the field that says so, and whether a route does."""

    id: str
    title: str
    path: tuple[str, ...]
    asked: Callable[[Route], bool]


def _canary(route: Route) -> Canary:
    return route.canary or Canary(service="")


FEATURES = (
    Feature("methods", "Methods", ("methods",), lambda route: bool(route.methods)),
    Feature("headers", "Headers of a request", ("headers",), lambda route: bool(route.headers)),
    Feature("auth", "Who calls", ("auth",), lambda route: route.auth != "none"),
    Feature("rateLimit", "Limit of a route", ("rateLimit",), lambda route: route.rate_limit is not None),
    Feature("limits", "Limits of paths", ("limits",), lambda route: bool(route.limits)),
    Feature("retries", "Retries", ("retries",), lambda route: route.retries > 0),
    Feature("bodyLimit", "Size of a body", ("bodyLimit",), lambda route: route.body_limit != Route().body_limit),
    Feature("websocket", "WebSocket", ("stream",), lambda route: route.stream == "websocket"),
    Feature("sse", "Server-sent events", ("stream",), lambda route: route.stream == "sse"),
    Feature("cors", "Pages of other origins (CORS)", ("cors",), lambda route: route.cors is not None),
    Feature("rewrite", "Rewrites", ("rewrite",), lambda route: route.rewrite is not None),
    Feature("redirect", "Redirects", ("redirect",), lambda route: route.redirect is not None),
    Feature(
        "canaryWeight",
        "Canary by share",
        ("canary", "weight"),
        lambda route: bool(route.canary and route.canary.weight),
    ),
    Feature(
        "canaryHeader",
        "Canary by header",
        ("canary", "headers"),
        lambda route: bool(route.canary and route.canary.headers),
    ),
    Feature("mirror", "Copies to another service", ("mirror",), lambda route: route.mirror is not None),
    Feature("maintenance", "Closed for maintenance", ("maintenance",), lambda route: route.maintenance is not None),
)

_NGINX = {
    "methods": "`if` in the location of a path",
    "headers": "`map`",
    "auth": "`auth_request`",
    "rateLimit": "`limit_req`, at the least one request a minute",
    "limits": "`limit_req` with a key of the path",
    "retries": "`proxy_next_upstream`, not for POST and PATCH",
    "bodyLimit": "`client_max_body_size`",
    "websocket": "`Upgrade`, `timeout` counts silence",
    "sse": "`proxy_buffering off`, `timeout` counts silence",
    "cors": "`add_header`, and an answer to the preflight",
    "rewrite": "`rewrite`",
    "redirect": "`return`, `rewrite`",
    "canaryWeight": "`split_clients`",
    "canaryHeader": "`map`",
    "mirror": "`mirror`, not with a rewrite",
    "maintenance": "`return 503`",
}
_GATEWAY_API = {
    "methods": "HTTPRoute",
    "headers": "HTTPRoute",
    "auth": "SecurityPolicy, `extAuth`",
    "rateLimit": "BackendTrafficPolicy, counted by each pod of Envoy",
    "limits": "BackendTrafficPolicy, counted by each pod of Envoy",
    "retries": "BackendTrafficPolicy, where no pod has seen the request",
    "bodyLimit": "BackendTrafficPolicy, `requestBuffer`",
    "websocket": "BackendTrafficPolicy, `httpUpgrade`",
    "sse": "BackendTrafficPolicy, `streamIdleTimeout`",
    "cors": "HTTPRoute, `CORS`",
    "rewrite": "HTTPRoute, `URLRewrite`",
    "redirect": "HTTPRoute, `RequestRedirect`",
    "canaryWeight": "HTTPRoute, `weight`",
    "canaryHeader": "HTTPRoute, a rule of its own",
    "mirror": "HTTPRoute, `RequestMirror`",
    "maintenance": "HTTPRouteFilter, `directResponse`",
}

WAYS_IN: dict[str, dict[str, str]] = {"nginx": _NGINX, "gateway-api": _GATEWAY_API, "ingress": {}, "kong": {}}
"""Way in -> feature -> by what it does it; a feature that is missing is one that it cannot do."""
