"""What all servers of the gateway share: the process, the log, variables, limits, addresses, headers to services."""

from __future__ import annotations

from journey.facts.units import seconds
from journey.formats.nginx import Comment, Directive, Item
from journey.spec.gateway import AMBIGUOUS, ANSWERED, CSP, NOT_FROM_OUTSIDE, TRANSPORT
from journey.spec.service import RateLimit
from journey.workload.nginx.maps import table_of, variable
from journey.workload.nginx.routing import Table

_TEXTS = {
    "time": "$time_iso8601",
    "request_id": "$request_id",
    "traceparent": "$trace",
    "deployment_id": "$deployment_id",
    "route": "$route",
    "method": "$request_method",
    "host": "$host",
    "path": "$uri",
    "client": "$remote_addr",
    "user": "$auth_user",
    "upstream": "$upstream_addr",
    "upstream_status": "$upstream_status",
}
_NUMBERS = {"status": "$status", "duration_seconds": "$request_time", "bytes": "$body_bytes_sent"}
"""Fields of a line of the access log. The query is left out, as it may hold personal data and tokens."""

_TRACE = "~^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$"
"""A `traceparent` of version 00 (w3.org/TR/trace-context, section 3.2)."""

_CSP = "default-src 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
_OWN_CSP = "$upstream_http_content_security_policy"
_BEARER = r"~*^bearer +(?<bearer>\S+)$"

Items = tuple[Item, ...]


def main(folder: str, connections: str) -> Items:
    """nginx.conf: it runs as any user under a read-only root, so what it writes is in /tmp."""
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    parts = ("log", "variables", "routes", "clients", "limits", "upstreams", "servers")
    return (
        Directive("worker_processes", ("auto",)),
        Directive("pid", ("/tmp/nginx.pid",)),
        Directive("error_log", ("/dev/stderr", "warn")),
        Directive("events", (), (Directive("worker_connections", (connections,)),)),
        Directive(
            "http",
            (),
            (
                *(Directive(f"{name}_temp_path", (f"/tmp/{name}",)) for name in temporary),
                Directive("include", ("/etc/nginx/conf.d/*.conf",)),
                *(Directive("include", (f"{folder}/{name}.conf",)) for name in parts),
            ),
        ),
    )


def log() -> Items:
    """One JSON object a line."""
    texts = ",".join(f'"{name}":"{value}"' for name, value in _TEXTS.items())
    numbers = ",".join(f'"{name}":{value}' for name, value in _NUMBERS.items())
    return (
        Directive("log_format", ("journey", "escape=json", "{" + texts + "," + numbers + "}")),
        Directive("access_log", ("/dev/stdout", "journey")),
        Comment("Variables of a route are empty where no route was reached."),
        Directive("uninitialized_variable_warn", ("off",)),
    )


def variables() -> Items:
    """What is worked out for each request from what the client said."""
    return (
        table_of("$request_uri", "$ambiguous", "0", {f"~*{AMBIGUOUS}": "1"}),
        table_of("$request_id", "$span", "", {"~^(?<begin>.{16})": "$begin"}),
        Comment("A trace that began outside goes on; any other begins here."),
        table_of("$http_traceparent", "$trace", "00-$request_id-$span-01", {_TRACE: "$http_traceparent"}),
        table_of("$http_traceparent", "$trace_state", "", {_TRACE: "$http_tracestate"}),
        Comment("Only WebSocket is upgraded: `Upgrade: h2c` would open a connection past every route."),
        table_of("$http_upgrade", "$upgrade", "", {"~*^websocket$": "websocket"}),
        table_of("$upgrade", "$connection_kind", "", {"websocket": "upgrade"}),
        table_of(
            "$upstream_http_content_security_policy", "$policy", "$upstream_http_content_security_policy", {"": CSP}
        ),
        Comment("A page of another origin asks first; its request is led to the route of what it asks for."),
        table_of(
            "$request_method|$http_origin|$http_access_control_request_method",
            "$preflight",
            "",
            {r"~^OPTIONS\|.+\|.+$": "1"},
        ),
        table_of("$preflight", "$routed_method", "$request_method", {"1": "$http_access_control_request_method"}),
        Comment("Who counts as one client by token: without one, the address."),
        table_of(
            "$http_authorization", "$client_token", "$binary_remote_addr", {r"~*^bearer +(?<bearer>\S+)$": "$bearer"}
        ),
    )


def clients(trusted: tuple[str, ...]) -> Items:
    """Whose word on a client's address is taken: trusted proxies' (ngx_http_realip_module), or else nobody's."""
    if not trusted:
        return (Comment("No proxy is trusted: a client's address is that of its connection."),)
    return (
        *(Directive("set_real_ip_from", (network,)) for network in trusted),
        Directive("real_ip_header", ("X-Forwarded-For",)),
        Comment("The last address that no trusted proxy has: what stands before it, anyone may have written."),
        Directive("real_ip_recursive", ("on",)),
    )


def limits(table: Table) -> Items:
    """A zone for each route with a limit, and the times and sizes that hold for every request."""
    zones = []
    for item in table.routes:
        route = item.entry.route
        if route.rate_limit is not None:
            key = "$binary_remote_addr" if route.rate_limit.by == "address" else "$client_token"
            zones.append(_zone(key, item.zone, route.rate_limit))
        for name, limit in route.limits.items():
            zones.append(_zone(variable("limited", item, name), f"{item.zone}_{name}", limit))
    return (
        *zones,
        Directive("limit_req_status", ("429",)),
        Directive("client_header_timeout", ("10s",)),
        Directive("client_body_timeout", ("10s",)),
        Directive("send_timeout", ("10s",)),
        Directive("large_client_header_buffers", ("4", "8k")),
        Directive("reset_timedout_connection", ("on",)),
        Directive("server_tokens", ("off",)),
    )


def _zone(key: str, zone: str, limit: RateLimit) -> Directive:
    """A request without a key is not counted (ngx_http_limit_req_module)."""
    rate = max(1, int(limit.requests * 60 / seconds(limit.per)))
    return Directive("limit_req_zone", (key, f"zone={zone}:10m", f"rate={rate}r/m"))


def upstreams(table: Table) -> Items:
    """The ready pods behind each route, and behind the authorizer; one that fails is left out for a while."""
    found = []
    for item in table.routes:
        found.append(_upstream(item.name, item.address))
        if item.canary:
            found.append(_upstream(item.canary_name, item.canary))
        if item.mirror:
            found.append(_upstream(item.mirror_name, item.mirror))
    if table.authorizer[0]:
        found.append(_upstream("authorizer", table.authorizer[0]))
    return tuple(found)


def _upstream(name: str, address: str) -> Directive:
    block = (
        Directive("zone", (name, "128k")),
        Directive("server", (address, "resolve", "max_fails=3", "fail_timeout=10s")),
        Directive("keepalive", ("32",)),
    )
    return Directive("upstream", (name,), block)


def proxy() -> Items:
    """Headers that services get and may trust: each is set here, whatever the client said."""
    headers = {
        "X-Real-IP": "$remote_addr",
        "X-Forwarded-For": "$remote_addr",
        "X-Forwarded-Host": "$host",
        "X-Forwarded-Proto": "$scheme",
        "X-Request-Id": "$request_id",
        "traceparent": "$trace",
        "tracestate": "$trace_state",
        "X-Auth-User": "$auth_user",
        "X-Auth-Scopes": "$auth_scopes",
    }
    removed = [name for name in NOT_FROM_OUTSIDE if name not in headers]
    hidden = ("X-Powered-By", "X-Auth-User", "X-Auth-Scopes", *answered(), TRANSPORT)
    return (
        Directive("proxy_http_version", ("1.1",)),
        Directive("proxy_connect_timeout", ("5s",)),
        *(Directive("proxy_set_header", pair) for pair in headers.items()),
        *(Directive("proxy_set_header", (name, "")) for name in removed),
        *(Directive("proxy_hide_header", (name,)) for name in hidden),
    )


def answered() -> dict[str, str]:
    """Headers of every answer; a service chooses its own Content-Security-Policy alone."""
    return {**ANSWERED, "Content-Security-Policy": "$policy", "X-Request-Id": "$request_id"}
