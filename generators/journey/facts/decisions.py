"""What the way in has to answer to requests that tell routes apart: one table for whatever serves there.

It is worked out request by request from the routes as they are written, and shares nothing with what any gateway is
rendered from; the order among routes is the Gateway API's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from journey.facts.routes import Entry, entries, rank
from journey.spec import resolve
from journey.spec.view import View

UNKNOWN_HOST = "unknown.invalid"
"""A host that nobody answers for (RFC 2606, `.invalid`)."""

NOBODY, KNOWN, REFUSED = "", "known", "refused"
"""Callers: without credentials; one whom the authorizer lets in; one whom it knows and does not let in."""

_METHODS = ("GET", "POST", "DELETE")


class Request(NamedTuple):
    """A request from outside. `caller` is who sends it."""

    method: str
    host: str
    path: str
    caller: str = NOBODY


class Decision(NamedTuple):
    """What is answered: the status, and the service and route that the request reaches; both empty for none."""

    request: Request
    status: int
    service: str
    route: str


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
    below, beside = route.path.rstrip("/") + "/below", route.path.rstrip("/") + "beside"
    for method in dict.fromkeys((*route.methods, *_METHODS)):
        yield Request(method, host, route.path, KNOWN)
    for path in (route.path.rstrip("/") or "/", route.path.rstrip("/") + "/", below, below + "?a=1&b=%2F", beside):
        yield Request((*route.methods, "GET")[0], host, path if path.startswith("/") else f"/{path}", KNOWN)
    for caller in (NOBODY, REFUSED):
        yield Request((*route.methods, "GET")[0], host, route.path, caller)


def _decide(known: list[_Candidate], request: Request) -> Decision:
    matching = [item for item in known if _answers(item.entry, request)]
    if not matching:
        return Decision(request, 404, "", "")
    service, entry = min(matching, key=lambda item: rank(item.entry.route))
    if entry.route.auth != "none" and request.caller != KNOWN:
        return Decision(request, 401 if request.caller == NOBODY else 403, "", entry.name)
    return Decision(request, 200, service, entry.name)


def _answers(entry: Entry, request: Request) -> bool:
    route = entry.route
    path = request.path.partition("?")[0]
    if not _is_host(entry.host, request.host) or (route.methods and request.method not in route.methods):
        return False
    if route.match == "exact":
        return path == route.path
    prefix = route.path.rstrip("/")
    return path == prefix or path.startswith(f"{prefix}/")


def _is_host(pattern: str, host: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
