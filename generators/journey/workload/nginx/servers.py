"""The gateway's servers: one a host, one for every other host, one for the kubelet."""

from __future__ import annotations

from journey.formats.nginx import Comment, Directive, Item
from journey.spec.service import Service
from journey.workload.nginx.http import ANSWERED, TRANSPORT, TRANSPORT_AGE
from journey.workload.nginx.routing import Location, Routed, Table

STATUS = "status"
"""The port of the gateway that answers probes, where it has one of this name."""

SECURE = "https"
"""The port of the gateway that speaks TLS, where it has one of this name and a certificate."""

CERTIFICATE, KEY = "TLS_CERTIFICATE", "TLS_KEY"
"""The gateway's secrets, both with a `file`, that make it speak TLS."""

_AUTHORIZE = "/_journey/authorize"
_FIRST_CODE = 470
"""Codes that never leave NGINX: each leads to one of a location's routes."""

Items = tuple[Item, ...]


def servers(spec: Service, table: Table, folder: str) -> Items:
    """All servers, the one for unknown hosts first."""
    tls = _certificate(spec)
    main = [port.port for name, port in spec.ports.items() if name not in (STATUS, SECURE)]
    listen = ((str(spec.ports[SECURE].port), "ssl"),) if tls else tuple((str(port),) for port in main)
    found = [_unknown(listen, tls)]
    if tls:
        found.extend(_moved(port) for port in main)
    if STATUS in spec.ports:
        found.append(_status(spec.ports[STATUS].port))
    found.extend(_server(host, listen, tls, table, locations, folder) for host, locations in table.hosts.items())
    return tuple(found)


def _certificate(spec: Service) -> Items:
    """TLS as Mozilla's "modern" profile has it (wiki.mozilla.org/Security/Server_Side_TLS), and HTTP/2; empty: none."""
    files = [spec.secrets[name].file for name in (CERTIFICATE, KEY) if name in spec.secrets]
    if SECURE not in spec.ports or len(files) != 2 or not all(files):
        return ()
    return (
        Directive("http2", ("on",)),
        Directive("ssl_certificate", (str(files[0]),)),
        Directive("ssl_certificate_key", (str(files[1]),)),
        Directive("ssl_protocols", ("TLSv1.3",)),
        Directive("ssl_prefer_server_ciphers", ("off",)),
        Directive("ssl_session_timeout", ("1d",)),
        Directive("ssl_session_cache", ("shared:tls:10m",)),
        Directive("ssl_session_tickets", ("off",)),
    )


def _headers(tls: Items) -> Items:
    headers = {**ANSWERED, **({TRANSPORT: TRANSPORT_AGE} if tls else {})}
    return tuple(Directive("add_header", (*pair, "always")) for pair in headers.items())


def _unknown(listen: tuple[tuple[str, ...], ...], tls: Items) -> Directive:
    """Hosts that no service answers for."""
    listening = (Directive("listen", (port, "default_server", *rest)) for port, *rest in listen)
    return Directive("server", (), (*listening, *tls, *_headers(tls), Directive("return", ("404",))))


def _moved(port: int) -> Directive:
    """What came without TLS is asked to come again with it."""
    listen = Directive("listen", (str(port), "default_server"))
    return Directive("server", (), (listen, Directive("return", ("308", "https://$host$request_uri"))))


def _status(port: int) -> Directive:
    """Answers the kubelet: as long as NGINX answers, it is alive and ready."""
    answers = tuple(
        Directive("location", ("=", path), (Directive("return", ("200", "ok")),)) for path in ("/livez", "/readyz")
    )
    refused = Directive("location", ("/",), (Directive("return", ("404",)),))
    listen = Directive("listen", (str(port), "default_server"))
    return Directive("server", (), (listen, Directive("access_log", ("off",)), *answers, refused))


def _server(
    host: str,
    listen: tuple[tuple[str, ...], ...],
    tls: Items,
    table: Table,
    locations: tuple[Location, ...],
    folder: str,
) -> Directive:
    used = {item.id: item for location in locations for item in location.routes}
    asked = bool(table.authorizer[0])
    catching = any(location.path == "/" and not location.exact for location in locations)
    guarded = any(item.entry.route.auth != "none" for item in used.values())
    return Directive(
        "server",
        (),
        (
            *(Directive("listen", arguments) for arguments in listen),
            Directive("server_name", (host,)),
            *tls,
            *_headers(tls),
            Directive("if", ("($ambiguous)",), (Directive("return", ("400",)),)),
            *([] if catching else [Directive("location", ("/",), (Directive("return", ("404",)),))]),
            *map(_location, locations),
            *([_authorize(table, folder)] if asked and guarded else []),
            *(_route(item, asked, folder) for item in used.values()),
        ),
    )


def _location(location: Location) -> Directive:
    """Leads to the route of the request's method; 404 for a method that no route names, as in the Gateway API."""
    codes = [(str(_FIRST_CODE + number), item) for number, item in enumerate(location.routes)]
    inside: list[Item] = [Directive("error_page", (code, "=", _name(item))) for code, item in codes]
    last = "404"
    for code, item in codes:
        methods = item.entry.route.methods
        if not methods:
            last = code
            break
        pattern = f"^(?:{'|'.join(methods)})$"
        inside.append(Directive("if", ("($request_method", "~", f"{pattern})"), (Directive("return", (code,)),)))
    inside.append(Directive("return", (last,)))
    return Directive("location", ("=" if location.exact else "^~", location.path), tuple(inside))


def _name(item: Routed) -> str:
    return f"@{item.name}"


def _authorize(table: Table, folder: str) -> Directive:
    """Asks who calls, with the caller's credentials and without the body."""
    headers = {
        "Connection": "",
        "Content-Length": "",
        "X-Auth-Required": "$auth_required",
        "X-Original-Method": "$request_method",
        "X-Original-Path": "$request_uri",
    }
    return Directive(
        "location",
        ("=", _AUTHORIZE),
        (
            Directive("internal"),
            Directive("include", (f"{folder}/proxy.conf",)),
            *(Directive("proxy_set_header", pair) for pair in headers.items()),
            Directive("proxy_method", ("GET",)),
            Directive("proxy_pass_request_body", ("off",)),
            Directive("proxy_read_timeout", ("5s",)),
            Directive("proxy_pass", (f"http://authorizer{table.authorizer[1]}",)),
        ),
    )


def _route(item: Routed, asked: bool, folder: str) -> Directive:
    route = item.entry.route
    inside: list[Item] = [Directive("set", ("$route", item.id))]
    if route.rate_limit is not None:
        burst = (f"burst={route.rate_limit.requests - 1}", "nodelay") if route.rate_limit.requests > 1 else ()
        inside.append(Directive("limit_req", (f"zone={item.zone}", *burst)))
    if route.auth != "none":
        inside.extend(_guard(route.auth, asked))
    inside += [
        Directive("include", (f"{folder}/proxy.conf",)),
        Directive("proxy_set_header", ("Connection", "$connection_kind")),
        Directive("proxy_set_header", ("Upgrade", "$upgrade")),
        Directive("proxy_read_timeout", (route.timeout,)),
        Directive("proxy_send_timeout", (route.timeout,)),
        *_tries(route.retries, route.timeout),
        Directive("proxy_pass", (f"{'https' if item.secure else 'http'}://{item.name}",)),
    ]
    return Directive("location", (_name(item),), tuple(inside))


def _tries(retries: int, timeout: str) -> Items:
    """Where it is safe: a request that no other method than POST, PATCH and LOCK may repeat (proxy_next_upstream)."""
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
        Directive("auth_request", (_AUTHORIZE,)),
        Directive("auth_request_set", ("$auth_user", "$upstream_http_x_auth_user")),
        Directive("auth_request_set", ("$auth_scopes", "$upstream_http_x_auth_scopes")),
    )
