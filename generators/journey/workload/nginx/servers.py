"""The gateway's servers: one a host, one for every other host, one for the kubelet."""

from __future__ import annotations

from journey.formats.nginx import Directive, Item
from journey.spec.gateway import TRANSPORT, TRANSPORT_AGE
from journey.spec.service import Service
from journey.workload.nginx import answers
from journey.workload.nginx.http import answered
from journey.workload.nginx.maps import conditional, variable
from journey.workload.nginx.routing import Location, Table

STATUS = "status"
"""The port of the gateway that answers probes, where it has one of this name."""

SECURE = "https"
"""The port of the gateway that speaks TLS, where it has one of this name and a certificate."""

CERTIFICATE, KEY = "TLS_CERTIFICATE", "TLS_KEY"
"""The gateway's secrets, both with a `file`, that make it speak TLS."""

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
    headers = {**answered(), **({TRANSPORT: TRANSPORT_AGE} if tls else {})}
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
    around = answers.Around(_headers(tls), folder, bool(table.authorizer[0]))
    catching = any(location.path == "/" and not location.exact for location in locations)
    guarded = around.asked and any(item.entry.route.auth != "none" for item in used.values())
    counted = any(item.entry.route.limits for item in used.values())
    return Directive(
        "server",
        (),
        (
            *(Directive("listen", arguments) for arguments in listen),
            Directive("server_name", (host,)),
            *tls,
            *around.headers,
            *([Directive("set", ("$asked", "$uri"))] if counted else []),
            Directive("if", ("($ambiguous)",), (Directive("return", ("400",)),)),
            *([] if catching else [Directive("location", ("/",), (Directive("return", ("404",)),))]),
            *map(_location, locations),
            *([_authorize(table, folder)] if guarded else []),
            *(found for item in used.values() for found in answers.route(item, around)),
        ),
    )


def _location(location: Location) -> Directive:
    """Leads to the route of the request's method and headers; 404 where none has them, as in the Gateway API."""
    codes = [(str(_FIRST_CODE + number), item) for number, item in enumerate(location.routes)]
    inside: list[Item] = [Directive("error_page", (code, "=", f"@{item.name}")) for code, item in codes]
    inside.extend(answers.first(location.routes))
    last = "404"
    for code, item in codes:
        chosen = Directive("return", (code,))
        if conditional(item):
            inside.append(Directive("if", (f"({variable('match', item)})",), (chosen,)))
        elif item.entry.route.methods:
            pattern = answers.methods(item.entry.route)
            inside.append(Directive("if", ("($request_method", "~", f"{pattern})"), (chosen,)))
        else:
            last = code
            break
    inside.append(Directive("return", (last,)))
    return Directive("location", ("=" if location.exact else "^~", location.path), tuple(inside))


def _authorize(table: Table, folder: str) -> Directive:
    """Asks who calls, with the caller's credentials and without the body."""
    headers = {
        "Host": "$host",
        "Connection": "",
        "Content-Length": "",
        "X-Original-Method": "$request_method",
        "X-Original-Path": "$request_uri",
    }
    return Directive(
        "location",
        ("=", answers.AUTHORIZE),
        (
            Directive("internal"),
            Directive("include", (f"{folder}/proxy.conf",)),
            *(Directive("proxy_set_header", pair) for pair in headers.items()),
            Directive("proxy_method", ("GET",)),
            Directive("proxy_pass_request_body", ("off",)),
            Directive("proxy_read_timeout", ("5s",)),
            Directive("proxy_pass", (f"http://authorizer{table.authorizer[1]}/$auth_required",)),
        ),
    )
