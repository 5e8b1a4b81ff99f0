"""What becomes of a request that has found its route: a named location each."""

from __future__ import annotations

import math
import re

from journey.facts.units import amount, seconds
from journey.formats.nginx import Comment, Directive, Item
from journey.spec.routes import METHODS, Cors, RateLimit, Redirect, Rewrite, Route
from journey.workload.nginx.maps import variable
from journey.workload.nginx.routing import Routed

AUTHORIZE = "/_journey/authorize"
_MIRROR = "/_journey/mirror/"

Items = tuple[Item, ...]


class Around:
    """What all routes of a server have in common."""

    def __init__(self, headers: Items, folder: str, asked: bool) -> None:
        self.headers = headers
        self.folder = folder
        self.asked = asked


def size(text: str) -> str:
    """A quantity as NGINX writes it: bytes."""
    return str(int(amount(text)))


def route(item: Routed, around: Around) -> list[Directive]:
    """The locations of a route: what answers, and what sends copies."""
    found = [Directive("location", (f"@{item.name}",), (*_before(item, around), *_answer(item, around)))]
    if item.mirror:
        found.append(_copies(item, around))
    return found


def _before(item: Routed, around: Around) -> Items:
    """What may end a request before anybody is asked; the preflight of a page of another origin goes first."""
    said = item.entry.route
    found: list[Item] = [Directive("set", ("$route", item.id))]
    if said.cors is not None:
        found.extend(_cors(item, said.cors, around))
    if said.maintenance is not None:
        wait = str(math.ceil(seconds(said.maintenance.retry_after)))
        own = Directive("add_header", ("Retry-After", wait, "always"))
        found += [own, *_kept(said, around), Directive("default_type", ("text/plain",))]
        found.append(Directive("return", ("503", said.maintenance.message)))
    elif said.redirect is not None:
        found.append(_redirect(said, said.redirect))
    elif item.cramped:
        found.append(Directive("if", (f"({variable('large', item)})",), (Directive("return", ("413",)),)))
    return tuple(found)


def _kept(said: Route, around: Around) -> Items:
    """The server's headers once more, as a location with headers of its own has no others (ngx_http_headers_module)."""
    return around.headers if said.cors is None else ()


def _cors(item: Routed, cors: Cors, around: Around) -> Items:
    origin = variable("origin", item)
    granted: list[Item] = [Directive("add_header", ("Access-Control-Allow-Origin", origin, "always"))]
    if cors.origins != ("*",):
        granted.append(Directive("add_header", ("Vary", "Origin", "always")))
    if cors.credentials:
        granted.append(Directive("add_header", ("Access-Control-Allow-Credentials", "true", "always")))
    plain, preflight = list(granted), list(granted)
    if cors.expose:
        plain.append(Directive("add_header", ("Access-Control-Expose-Headers", ", ".join(cors.expose), "always")))
    preflight.append(Directive("add_header", ("Access-Control-Allow-Methods", ", ".join(cors.methods), "always")))
    if cors.headers:
        preflight.append(Directive("add_header", ("Access-Control-Allow-Headers", ", ".join(cors.headers), "always")))
    preflight.append(Directive("add_header", ("Access-Control-Max-Age", str(int(seconds(cors.max_age))), "always")))
    answered = (*preflight, *around.headers, Directive("return", ("200",)))
    hidden = ("Origin", "Credentials", "Methods", "Headers")
    return (
        *plain,
        *around.headers,
        *(Directive("proxy_hide_header", (f"Access-Control-Allow-{name}",)) for name in hidden),
        Directive("proxy_hide_header", ("Access-Control-Expose-Headers",)),
        Directive("if", ("($preflight)",), answered),
    )


def _redirect(said: Route, redirect: Redirect) -> Directive:
    target = f"$scheme://{redirect.host or '$host'}"
    if redirect.path is None:
        return Directive("return", ("301" if redirect.permanent else "302", f"{target}$request_uri"))
    pattern, replaced = _replaced(said, redirect.path)
    return Directive("rewrite", (pattern, target + replaced, "permanent" if redirect.permanent else "redirect"))


def _replaced(said: Route, path: str) -> tuple[str, str]:
    """A pattern of the route's paths, and what stands for one: what is below a prefix stays."""
    if said.match == "exact":
        return "^", path
    before, after = re.escape(said.path.rstrip("/")), path.rstrip("/")
    return (f"^{before}(/.*)?$", f"{after}$1") if after else (f"^{before}/?(.*)$", "/$1")


def _answer(item: Routed, around: Around) -> Items:
    said = item.entry.route
    if said.maintenance is not None or said.redirect is not None:
        return ()
    found: list[Item] = [Directive("client_max_body_size", (size(said.body_limit),))]
    for name, limit in said.limits.items():
        found.append(_limit(f"{item.zone}_{name}", limit))
    if said.rate_limit is not None:
        found.append(_limit(item.zone, said.rate_limit))
    if said.auth != "none":
        found.extend(_guard(said.auth, around.asked))
    if item.mirror:
        found.append(Directive("mirror", (f"{_MIRROR}{item.name}",)))
    if said.rewrite is not None and said.rewrite.path is not None:
        found.append(Directive("rewrite", (*_replaced(said, said.rewrite.path), "break")))
    found += [
        Directive("include", (f"{around.folder}/proxy.conf",)),
        Directive("proxy_set_header", ("Host", _host(said.rewrite))),
        *_stream(said),
        Directive("proxy_read_timeout", (said.timeout,)),
        Directive("proxy_send_timeout", (said.timeout,)),
        *_tries(said.retries, said.timeout),
        Directive("proxy_pass", (f"{'https' if item.secure else 'http'}://{_pods(item)}",)),
    ]
    return tuple(found)


def _host(rewrite: Rewrite | None) -> str:
    return rewrite.host if rewrite is not None and rewrite.host is not None else "$host"


def _pods(item: Routed) -> str:
    return variable("pods", item) if item.canary else item.name


def _limit(zone: str, limit: RateLimit) -> Directive:
    burst = (f"burst={limit.requests - 1}", "nodelay") if limit.requests > 1 else ()
    return Directive("limit_req", (f"zone={zone}", *burst))


def _stream(said: Route) -> Items:
    """Only WebSocket is upgraded: `Upgrade: h2c` would open a connection past every route."""
    if said.stream == "websocket":
        return (
            Directive("proxy_set_header", ("Connection", "$connection_kind")),
            Directive("proxy_set_header", ("Upgrade", "$upgrade")),
        )
    held = (Directive("proxy_buffering", ("off",)),) if said.stream == "sse" else ()
    return (Directive("proxy_set_header", ("Connection", "")), *held)


def _tries(retries: int, timeout: str) -> Items:
    """Another pod, where no pod may have done what was asked: never for POST, PATCH and LOCK (proxy_next_upstream)."""
    if not retries:
        return (Directive("proxy_next_upstream", ("off",)),)
    return (
        Directive("proxy_next_upstream", ("error", "timeout")),
        Directive("proxy_next_upstream_tries", (str(retries + 1),)),
        Directive("proxy_next_upstream_timeout", (timeout,)),
    )


def _guard(auth: str, asked: bool) -> Items:
    """Lets in whom the authorizer knows; nobody where there is none."""
    if not asked:
        return (Comment("Nobody can tell who calls."), Directive("return", ("503",)))
    return (
        Directive("set", ("$auth_required", auth)),
        Directive("auth_request", (AUTHORIZE,)),
        Directive("auth_request_set", ("$auth_user", "$upstream_http_x_auth_user")),
        Directive("auth_request_set", ("$auth_scopes", "$upstream_http_x_auth_scopes")),
    )


def _copies(item: Routed, around: Around) -> Directive:
    """Sends a copy, or none; nobody waits for its answer."""
    return Directive(
        "location",
        ("=", f"{_MIRROR}{item.name}"),
        (
            Directive("internal"),
            Directive("if", (f"({variable('mirrored', item)}", "=", "0)"), (Directive("return", ("204",)),)),
            Directive("include", (f"{around.folder}/proxy.conf",)),
            Directive("proxy_set_header", ("Host", "$host")),
            Directive("proxy_set_header", ("Connection", "")),
            Directive("proxy_read_timeout", (item.entry.route.timeout,)),
            Directive("proxy_pass", (f"http://{item.mirror_name}$request_uri",)),
        ),
    )


def first(routes: tuple[Routed, ...]) -> Items:
    """What holds before the method has told the route: the largest body that any of them takes."""
    largest = max(amount(item.entry.route.body_limit) for item in routes)
    return (Directive("client_max_body_size", (str(int(largest)),)),)


def methods(said: Route) -> str:
    """A pattern of the methods that a route answers."""
    return f"^(?:{'|'.join(method for method in METHODS if method in said.methods)})$"
