"""What the way in has to answer to requests that tell routes apart: one table for whatever serves there.

It is worked out request by request from the routes as they are written, and shares nothing with what any gateway is
rendered from; the order among routes is the Gateway API's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from journey.facts.routes import Entry, entries, rank
from journey.spec import resolve
from journey.spec.service import Route
from journey.spec.view import View

UNKNOWN_HOST = "unknown.invalid"
"""A host that nobody answers for (RFC 2606, `.invalid`)."""

NOBODY, KNOWN, REFUSED = "", "known", "refused"
"""Callers: without credentials; one whom the authorizer lets in; one whom it knows and does not let in."""

_METHODS = ("GET", "POST", "DELETE")


class Request(NamedTuple):
    """A request from outside. `caller` is who sends it, `headers` are pairs of name and value."""

    method: str
    host: str
    path: str
    caller: str = NOBODY
    headers: tuple[tuple[str, str], ...] = ()


class Decision(NamedTuple):
    """What is answered: the status, the service that the request reaches, the route; empty for none.

    `path` is what the service gets, `location` where the client is sent.
    """

    request: Request
    status: int
    service: str
    route: str
    path: str = ""
    location: str = ""


class _Candidate(NamedTuple):
    service: str
    entry: Entry


def decisions(view: View, environment: str, cluster: str) -> tuple[Decision, ...]:
    """The table of a place, each request once, in the order of services and their routes."""
    known = [
        _Candidate(name, entry)
        for name in resolve.services_at(view, environment, cluster)
        for entry in entries(view, name, environment, cluster)
    ]
    asked = dict.fromkeys(request for candidate in known for request in _requests(candidate.entry))
    return tuple(_decide(known, request) for request in (*asked, Request("GET", UNKNOWN_HOST, "/")))


def _requests(entry: Entry) -> Iterator[Request]:
    """Requests on both sides of each edge of a route: its path, what is below and beside it, methods, callers."""
    route, host = entry.route, entry.host.replace("*", "any")
    usual, headers = (*route.methods, "GET")[0], tuple(route.headers.items())
    stem = route.path.rstrip("/")
    for method in dict.fromkeys((*route.methods, *_METHODS)):
        yield Request(method, host, route.path, KNOWN, headers)
    for path in (stem or "/", f"{stem}/", f"{stem}/below", f"{stem}/below?a=1&b=%2F", f"{stem or '/'}beside"):
        yield Request(usual, host, path, KNOWN, headers)
    for caller in (NOBODY, REFUSED):
        yield Request(usual, host, route.path, caller, headers)
    for name, value in headers:
        yield Request(usual, host, route.path, KNOWN, ())
        yield Request(usual, host, route.path, KNOWN, ((name, f"{value}x"),))
    if route.canary is not None:
        yield from (Request(usual, host, route.path, KNOWN, (*headers, pair)) for pair in route.canary.headers.items())
    if route.cors is not None and route.cors.origins[0] != "*":
        asked = (("Origin", route.cors.origins[0].replace("*", "any")), ("Access-Control-Request-Method", usual))
        yield Request("OPTIONS", host, route.path, NOBODY, (*headers, *asked))


def _decide(known: list[_Candidate], request: Request) -> Decision:
    matching = [item for item in known if _answers(item.entry, request)]
    if not matching:
        return Decision(request, 404, "", "")
    service, entry = min(matching, key=lambda item: rank(item.entry.route))
    route, said = entry.route, dict(request.headers)
    if route.cors is not None and _preflight(request):
        return Decision(request, 200, "", entry.name)
    if route.maintenance is not None:
        return Decision(request, 503, "", entry.name)
    if route.redirect is not None:
        host, path = route.redirect.host or request.host, _replaced(route, request.path, route.redirect.path)
        return Decision(request, 301 if route.redirect.permanent else 302, "", entry.name, "", f"http://{host}{path}")
    if route.auth != "none" and request.caller != KNOWN:
        return Decision(request, 401 if request.caller == NOBODY else 403, "", entry.name)
    if route.canary is not None:
        chosen = any(said.get(name) == value for name, value in route.canary.headers.items())
        service = route.canary.service if chosen or route.canary.weight == 100 else service
    return Decision(request, 200, service, entry.name, _replaced(route, request.path, _path(route)))


def _path(route: Route) -> str | None:
    return route.rewrite.path if route.rewrite is not None else None


def _replaced(route: Route, asked: str, path: str | None) -> str:
    """What is asked for, with another path for the route's own."""
    if path is None:
        return asked
    before, mark, query = asked.partition("?")
    below = "" if route.match == "exact" else before[len(route.path.rstrip("/")) :]
    return (path.rstrip("/") + below or "/") + mark + query if below else path + mark + query


def _preflight(request: Request) -> bool:
    names = {name for name, _ in request.headers}
    return request.method == "OPTIONS" and {"Origin", "Access-Control-Request-Method"} <= names


def _answers(entry: Entry, request: Request) -> bool:
    route, said = entry.route, dict(request.headers)
    path = request.path.partition("?")[0]
    method = request.method
    if route.cors is not None and _preflight(request):
        method = said["Access-Control-Request-Method"]
    if not _is_host(entry.host, request.host) or (route.methods and method not in route.methods):
        return False
    if any(said.get(name) != value for name, value in route.headers.items()):
        return False
    if route.match == "exact":
        return path == route.path
    prefix = route.path.rstrip("/")
    return path == prefix or path.startswith(f"{prefix}/")


def _is_host(pattern: str, host: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
