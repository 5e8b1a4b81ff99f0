"""A real NGINX with what is rendered: TLS, HTTP/2, headers of answers, traces, the log, pods that fail."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from journey.lab.authority import Authority
from journey.live.local import LOOPBACK, free_port
from tests.gateways.client import parsed
from tests.gateways.nginx import DEPLOYMENT_ID, Nginx, files_of
from tests.gateways.standins import KNOWN, USER, Authorizer, Seen, StandIn
from tests.workload.platforms import Data, service, view_of

pytestmark = pytest.mark.real

HOST = "shop.dev.example.com"
GATEWAY = service(runtime="nginx", ports={"http": {"port": 8080}, "status": {"port": 8081}})
SECURE = service(
    runtime="nginx",
    ports={"http": {"port": 8080}, "https": {"port": 8443}, "status": {"port": 8081}},
    secrets={
        "TLS_CERTIFICATE": {"path": "tls", "key": "tls.crt", "file": "/run/secrets/tls.crt"},
        "TLS_KEY": {"path": "tls", "key": "tls.key", "file": "/run/secrets/tls.key"},
    },
)
ROUTES = {
    "all": {"timeout": "2s", "retries": 1},
    "once": {"path": "/once", "timeout": "2s"},
    "me": {"path": "/me", "auth": "user"},
}
Serve = Callable[..., Nginx]
Trusted = Callable[[Nginx], ssl.SSLContext]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts NGINX over a stand-in `shop`, and others by name."""
    running: list[Any] = []

    def start(gateway: Data = GATEWAY, shop: StandIn | None = None, rewrite: Any = None, **cluster: Any) -> Nginx:
        services = {"gateway": gateway, "auth": service(), "shop": service(routes=ROUTES)}
        told = {"gateway": "nginx", "authorizer": {"service": "auth"}, **cluster}
        files = files_of(view_of(services, cluster=told), "gateway", "dev", "local")
        standins = [shop or StandIn("shop"), Authorizer("/v1/check")]
        running.extend(standins)
        nginx = Nginx(tmp_path, files, {item.name: item.port for item in standins})
        running.append(nginx)
        if rewrite is not None:
            rewrite(nginx, standins[0])
        return nginx

    yield start
    for item in reversed(running):
        item.close()


@pytest.fixture
def tls(tmp_path: Path) -> Trusted:
    """A certificate for NGINX; gives what a client trusts."""

    def make(nginx: Nginx) -> ssl.SSLContext:
        authority = Authority(tmp_path / "authority")
        pair = authority.server("gateway", [HOST])
        secrets = nginx.folder / "run" / "secrets"
        (secrets / "tls.crt").write_bytes(pair.certificate.read_bytes())
        (secrets / "tls.key").write_bytes(pair.key.read_bytes())
        context = ssl.create_default_context(cafile=str(authority.pair.certificate))
        context.set_alpn_protocols(["h2", "http/1.1"])
        return context

    return make


SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "content-security-policy": "default-src 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'",
}


@pytest.mark.parametrize(
    ("host", "path", "status"), [(HOST, "/", 200), (HOST, "/me", 401), (HOST, "/a/../b", 400), ("x.example", "/", 404)]
)
def test_every_answer_has_the_headers_that_browsers_go_by(serve: Serve, host: str, path: str, status: int) -> None:
    answer = serve().start().ask("GET", host, path)
    assert (answer.status, {name: answer.headers.get(name) for name in SECURITY}) == (status, SECURITY)
    assert "strict-transport-security" not in answer.headers


def test_a_service_chooses_its_own_content_security_policy_and_nothing_else(serve: Serve) -> None:
    own = {"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "ALLOWALL", "X-Powered-By": "x"}
    answer = serve(shop=StandIn("shop", own)).start().ask("GET", HOST, "/")
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "x-powered-by" not in answer.headers


def test_tls_is_modern_and_speaks_http_2(serve: Serve, tls: Trusted) -> None:
    nginx = serve(SECURE)
    context = tls(nginx)
    nginx.start()
    head = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    context.set_alpn_protocols(["http/1.1"])
    answer = parsed(nginx.raw(head, 8443, context))
    assert (answer.status, answer.headers["strict-transport-security"]) == (200, "max-age=63072000; includeSubDomains")
    moved = nginx.ask("POST", HOST, "/a?b=c")
    assert (moved.status, moved.headers["location"]) == (308, f"https://{HOST}/a?b=c")
    context.set_alpn_protocols(["h2", "http/1.1"])
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    assert nginx.raw(preface, 8443, context)[3] == 4  # a SETTINGS frame (RFC 9113, section 3.4)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
        nginx.raw(head, 8443, context)


TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("said", "state", "kept"),
    [
        (TRACE, "a=b", True),
        (TRACE.upper(), "a=b", False),
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", "a=b", False),
        ("ff" + TRACE[2:], "a=b", False),
        ("nonsense", "a=b", False),
        ("", "", False),
    ],
)
def test_a_trace_goes_on_or_begins(serve: Serve, said: str, state: str, kept: bool) -> None:
    answer = serve().start().ask("GET", HOST, "/", {"traceparent": said, "tracestate": state} if said else {})
    headers = {name.lower(): value for name, value in answer.said["headers"]}
    if kept:
        assert (headers["traceparent"], headers["tracestate"]) == (said, state)
    else:
        request_id = answer.headers["x-request-id"]
        assert headers["traceparent"] == f"00-{request_id}-{request_id[:16]}-01"
        assert "tracestate" not in headers


def test_the_log_says_who_asked_what_and_which_release_answered(serve: Serve) -> None:
    nginx = serve().start()
    answer = nginx.ask("GET", HOST, '/me?token=secret"', {"Authorization": KNOWN, "traceparent": TRACE})
    (line,) = nginx.log(1)
    port = line.pop("upstream")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", line.pop("time"))
    assert isinstance(line.pop("duration_seconds"), float)
    assert re.fullmatch(r"127\.0\.0\.1:\d+", port)
    assert line == {
        "request_id": answer.headers["x-request-id"],
        "traceparent": TRACE,
        "deployment_id": DEPLOYMENT_ID,
        "route": "shop/me",
        "method": "GET",
        "host": HOST,
        "path": "/me",
        "client": "127.0.0.1",
        "user": USER,
        "upstream_status": "200",
        "status": 200,
        "bytes": len(answer.body),
    }


def test_nothing_breaks_out_of_a_line_of_the_log(serve: Serve) -> None:
    nginx = serve().start()
    nginx.ask("GET", HOST, '/"%0a{}', {"traceparent": '"}\t\\'})
    assert [line["path"] for line in nginx.log(1)] == ['/"\n{}']


def test_a_trusted_proxy_says_who_the_client_is(serve: Serve) -> None:
    nginx = serve(trustedProxies=["127.0.0.0/8", "10.9.0.0/16"]).start()
    answer = nginx.ask("GET", HOST, "/", {"X-Forwarded-For": "192.0.2.9, 198.51.100.7, 10.9.0.1"})
    assert ["X-Forwarded-For", "198.51.100.7"] in answer.said["headers"]


def two_pods(failing: int) -> Callable[[Nginx, StandIn], None]:
    """Puts a pod that does not listen before the one that does."""

    def change(nginx: Nginx, shop: StandIn) -> None:
        file = nginx.folder / "etc/nginx/journey/upstreams.conf"
        one = f"server {LOOPBACK}:{shop.port} max_fails=3 fail_timeout=10s;"
        assert one in file.read_text()
        file.write_text(file.read_text().replace(one, f"{one.replace(str(shop.port), str(failing))}\n{one}"))

    return change


def test_what_is_safe_to_repeat_is_tried_on_another_pod_and_one_that_fails_is_left_out(serve: Serve) -> None:
    dead = free_port()
    nginx = serve(rewrite=two_pods(dead)).start()
    assert [nginx.ask("GET", HOST, "/").status for _ in range(20)] == [200] * 20
    tried = [line["upstream"].count(",") for line in nginx.log(20)]
    assert sum(tried) == 3  # `max_fails`: then nobody asks it for the time of `fail_timeout`
    assert tried[-5:] == [0] * 5


def test_a_route_without_retries_tries_once(serve: Serve) -> None:
    nginx = serve(rewrite=two_pods(free_port())).start()
    assert sorted({nginx.ask("GET", HOST, "/once").status for _ in range(2)}) == [200, 502]


class Failing(StandIn):
    """Takes a request in and closes the connection."""

    def answer(self, seen: Seen) -> tuple[int, dict[str, str], str]:
        """Nothing."""
        raise ConnectionError


@pytest.mark.parametrize(("method", "statuses", "tries"), [("GET", [200, 200], 3), ("POST", [200, 502], 2)])
def test_what_a_pod_may_have_done_is_not_done_again(serve: Serve, method: str, statuses: list[int], tries: int) -> None:
    failing, shop = Failing("shop"), StandIn("shop")
    nginx = serve(shop=shop, rewrite=two_pods(failing.port)).start()
    assert sorted(nginx.ask(method, HOST, "/", {}, "a").status for _ in range(2)) == statuses
    assert len(failing.seen) + len(shop.seen) == tries
    failing.close()


class Slow(StandIn):
    """Answers `/once` when it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        super().__init__("shop")

    def answer(self, seen: Seen) -> tuple[int, dict[str, str], str]:
        """As the others, in the end."""
        if seen.path == "/once":
            self.may.wait()
        return super().answer(seen)


def test_a_service_has_the_routes_time(serve: Serve) -> None:
    shop = Slow()
    nginx = serve(shop=shop).start()
    assert nginx.until_closed(f"GET /once HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()) == [504]
    shop.may.set()


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(serve: Serve) -> None:
    nginx = serve().start()
    head = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    assert nginx.raw(head.encode()).startswith(b"HTTP/1.1 100 Continue")


def test_the_kubelet_is_answered_on_a_port_of_its_own(serve: Serve) -> None:
    nginx = serve().start()
    asked = {
        path: parsed(nginx.raw(f"GET {path} HTTP/1.0\r\n\r\n".encode(), 8081)).status
        for path in ("/livez", "/readyz", "/")
    }
    assert asked == {"/livez": 200, "/readyz": 200, "/": 404}
    assert nginx.log(0) == []
