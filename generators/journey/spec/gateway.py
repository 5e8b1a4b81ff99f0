"""What the way in of a cluster asks of the platform's own services."""

from __future__ import annotations

from typing import Annotated

from journey.spec.fields import Record, label, text

AMBIGUOUS = r"^[^?]*(?://|/\.{1,2}(?:/|\?|$)|%2e|%2f|%5c|%3b|%00|%25|;|\\)"
"""Paths that a way in and a service may read in two ways: refused, so that nobody reaches a route by another's."""


CSP = "default-src 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
"""What an answer says of where a page may load from, unless its service says otherwise."""

ANSWERED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every answer, whatever its service says (OWASP Secure Headers Project)."""

TRANSPORT, TRANSPORT_AGE = "Strict-Transport-Security", "max-age=63072000; includeSubDomains"
"""Two years (hstspreload.org asks for at least one)."""

NOT_FROM_OUTSIDE = (
    "X-Auth-User",
    "X-Auth-Scopes",
    "Forwarded",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
    "X-Forwarded-User",
    "Proxy",
    "HTTP2-Settings",
)
"""Headers that say who calls, or that some services take for the method, the path or a proxy."""


class Authorizer(Record, kw_only=True):
    """Who tells the way in whether a caller may pass; routes with `auth` need it.

    It is asked with the caller's credentials, below its path for what the route asks for: `/v1/check/user` or
    `/v1/check/token`. It answers 2xx, 401 or 403; who it is stands in the answer's `X-Auth-User` and `X-Auth-Scopes`,
    which services get and nobody outside can set.
    """

    service: Annotated[str, label("The service that is asked.", "auth", refers="service")]
    port: Annotated[str, text("Name of its port.", "http", refers="port")] = "http"
    path: Annotated[str, text("Path that it answers.", "/v1/check", pattern=r"^/[A-Za-z0-9/_.-]*$")] = "/v1/check"
