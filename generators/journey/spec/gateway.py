"""What the way in of a cluster asks of the platform's own services."""

from __future__ import annotations

from typing import Annotated

from journey.spec.fields import Record, label, text

AMBIGUOUS = r"^[^?]*(?://|/\.{1,2}(?:/|\?|$)|%2e|%2f|%5c|%3b|%00|%25|;|\\)"
"""Paths that a way in and a service may read in two ways: refused, so that nobody reaches a route by another's."""


class Authorizer(Record, kw_only=True):
    """Who tells the way in whether a caller may pass; routes with `auth` need it.

    It is asked with the caller's credentials, and told by `X-Auth-Required` what the route asks for (`user` or
    `token`). It answers 2xx, 401 or 403; who it is stands in the answer's `X-Auth-User` and `X-Auth-Scopes`, which
    services get and nobody outside can set.
    """

    service: Annotated[str, label("The service that is asked.", "auth", refers="service")]
    port: Annotated[str, text("Name of its port.", "http", refers="port")] = "http"
    path: Annotated[str, text("Path that it answers.", "/v1/check", pattern=r"^/[A-Za-z0-9/_.-]*$")] = "/v1/check"
