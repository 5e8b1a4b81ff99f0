"""Requests from outside that a service answers: which ones, who may send them, how often, and what becomes of them."""

from __future__ import annotations

from typing import Annotated, Literal

from journey.spec.fields import Record, count, duration, field, host, label, quantity, text

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

PATH = r"^/([-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*$"
"""A path (RFC 3986, section 3.3), as HTTPPathMatch of the Gateway API takes it."""
HEADER = r"^[A-Za-z][A-Za-z0-9-]{0,63}$"
"""A header's name, without what gateways treat differently (RFC 9110, section 5.6.2 allows more)."""
REPLACEMENT = r"^/[A-Za-z0-9/._~-]*$"
ORIGIN = r"^(\*|https?://(\*\.)?[a-z0-9.-]+(:[0-9]+)?)$"
VALUE = r"^[A-Za-z0-9 ._~:/=+*,-]{1,128}$"

HeaderName = Annotated[str, text("A header's name.", "X-Version", pattern=HEADER)]
HeaderValue = Annotated[str, text("Its whole value.", "beta", pattern=VALUE)]


class RateLimit(Record, kw_only=True):
    """How many requests one client may send."""

    requests: Annotated[int, count("Requests allowed in the period.", 100, ge=1)]
    per: Annotated[str, duration("The period.", "1m")] = "1m"
    by: Annotated[Literal["address", "user", "token"], field("What counts as one client.", "user")] = "address"


class PathLimit(RateLimit, kw_only=True):
    """How many requests one client may send to a path of the route, besides the route's own limit."""

    path: Annotated[str, text("A path that the route answers, with all below it.", "/v1/auth/login", pattern=PATH)]


class Rewrite(Record, kw_only=True):
    """What the service gets instead of what was asked for."""

    path: (
        Annotated[
            str,
            text("Instead of the route's path; what is below a prefix stays.", "/", pattern=REPLACEMENT),
        ]
        | None
    ) = None
    host: Annotated[str, host("Instead of the host.", "shop.internal.example.com")] | None = None


class Redirect(Record, kw_only=True):
    """Where the client is sent; no service is asked."""

    host: Annotated[str, host("Another host.", "shop.example.com")] | None = None
    path: (
        Annotated[
            str,
            text("Instead of the route's path; what is below a prefix stays.", "/new", pattern=REPLACEMENT),
        ]
        | None
    ) = None
    permanent: Annotated[bool, field("301, which clients remember, instead of 302.", True)] = False


class Cors(Record, kw_only=True):
    """Which pages of other origins may read answers (fetch.spec.whatwg.org, "CORS protocol")."""

    origins: Annotated[
        tuple[
            Annotated[
                str,
                text("An origin.", "https://app.example.com", pattern=ORIGIN),
            ],
            ...,
        ],
        field("Origins; `*.` stands for one label or more.", ["https://*.example.com"], min_length=1),
    ]
    methods: Annotated[tuple[Method, ...], field("Methods they may use.", ["GET", "POST"], min_length=1)] = (
        "GET",
        "HEAD",
        "POST",
    )
    headers: Annotated[tuple[HeaderName, ...], field("Headers they may send.", ["Content-Type"])] = ()
    expose: Annotated[tuple[HeaderName, ...], field("Headers of answers that they may read.", ["X-Request-Id"])] = ()
    credentials: Annotated[bool, field("Whether browsers send cookies and credentials.", True)] = False
    max_age: Annotated[str, duration("How long browsers remember the answer.", "1h")] = "10m"


class Canary(Record, kw_only=True):
    """Another service that answers a share of the requests."""

    service: Annotated[str, label("The other service.", "shop-next", refers="service")]
    port: Annotated[str, text("Name of its port.", "http")] = "http"
    weight: Annotated[int, count("Share in percent.", 10, le=100)] = 0
    headers: Annotated[
        dict[HeaderName, HeaderValue],
        field("Requests with this header all go there.", {"X-Canary": "always"}, max_length=1),
    ] = {}


class Mirror(Record, kw_only=True):
    """Another service that gets a copy of requests; its answers are thrown away."""

    service: Annotated[str, label("The other service.", "shop-next", refers="service")]
    port: Annotated[str, text("Name of its port.", "http")] = "http"
    percent: Annotated[int, count("Share in percent.", 10, ge=1, le=100)] = 100


class Maintenance(Record, kw_only=True):
    """The route is closed: 503, and when to come again. No service is asked."""

    message: Annotated[
        str, text("What clients read.", "Back at noon.", pattern=r"^[A-Za-z0-9 .,:;!?'()/_-]{1,200}$")
    ] = "This is closed for maintenance."
    retry_after: Annotated[str, duration("When to come again.", "30m")] = "5m"


class Route(Record, kw_only=True):
    """Requests from outside that this service answers."""

    host: Annotated[str, host("Host; `<service>.<environment's domain>` unless said.", "shop.example.com")] | None = (
        None
    )
    path: Annotated[str, text("Path, beginning with `/`.", "/api/v1/orders", pattern=PATH)] = "/"
    match: Annotated[
        Literal["prefix", "exact"], field("How the path is compared (Gateway API path match).", "prefix")
    ] = "prefix"
    methods: Annotated[tuple[Method, ...], field("Methods answered; all unless said.", ["GET", "HEAD"])] = ()
    headers: Annotated[
        dict[HeaderName, HeaderValue], field("Headers that a request must have.", {"X-Version": "beta"})
    ] = {}
    port: Annotated[str, text("Name of the port that serves it.", "http", refers="port")] = "http"
    auth: Annotated[
        Literal["none", "user", "token"],
        field("Who may call: anyone, a signed-in user, a bearer of an API token.", "user"),
    ] = "none"
    rate_limit: RateLimit | None = None
    limits: Annotated[
        dict[Annotated[str, label("Name of the limit.", "login")], PathLimit],
        field("Stricter limits on paths of the route.", {"login": {"path": "/v1/auth/login", "requests": 5}}),
    ] = {}
    timeout: Annotated[
        str,
        duration("Longest time for one request; the pod's grace period follows from it.", "30s"),
    ] = "30s"
    retries: Annotated[int, count("How often the gateway tries again where it is safe.", 2, le=10)] = 0
    body_limit: Annotated[str, quantity("Largest body of a request.", "10Mi")] = "1Mi"
    stream: Annotated[
        Literal["none", "websocket", "sse"],
        field("Answers that go on: WebSocket (RFC 6455), or server-sent events, which nothing may hold back.", "sse"),
    ] = "none"
    cors: Cors | None = None
    rewrite: Rewrite | None = None
    redirect: Redirect | None = None
    canary: Canary | None = None
    mirror: Mirror | None = None
    maintenance: Maintenance | None = None
