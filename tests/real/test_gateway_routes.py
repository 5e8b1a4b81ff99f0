"""A real NGINX with what is rendered of a route's fields: bodies, limits of paths, origins, shares, copies, streams.

What a single request decides stands in test_gateway_decisions.py.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from journey.live.local import LOOPBACK
from tests.gateways.nginx import Nginx, files_of
from tests.gateways.standins import KNOWN, Authorizer, Seen, StandIn
from tests.workload.platforms import service, view_of

pytestmark = pytest.mark.real

HOST = "shop.dev.example.com"
LOGIN = {"path": "/api/login", "requests": 2}
PAGES = {
    "origins": ["https://*.example.com", "https://other.example"],
    "methods": ["GET", "PUT"],
    "headers": ["X-A", "Content-Type"],
    "expose": ["X-Total"],
    "credentials": True,
    "maxAge": "1h",
}
SERVICES = {
    "gateway": service(runtime="nginx", ports={"http": {"port": 8080}, "status": {"port": 8081}}),
    "auth": service(),
    "next": service(),
    "shop": service(
        routes={
            "small": {"path": "/size", "methods": ["POST"], "bodyLimit": "1234"},
            "large": {"path": "/size", "methods": ["PUT"], "bodyLimit": "2Mi"},
            "api": {"path": "/api", "limits": {"login": LOGIN}, "rewrite": {"path": "/", "host": "inner.example.com"}},
            "pages": {"path": "/pages", "auth": "user", "cors": PAGES},
            "share": {"path": "/share", "canary": {"service": "next", "weight": 30}},
            "copy": {"path": "/copy", "auth": "user", "mirror": {"service": "next"}},
            "few-copies": {"path": "/few", "mirror": {"service": "next", "percent": 30}},
            "closed": {"path": "/closed", "maintenance": {"message": "Back at noon.", "retryAfter": "30m"}},
            "talk": {"path": "/talk", "auth": "user", "stream": "websocket"},
            "events": {"path": "/events", "stream": "sse"},
            "plain": {"path": "/plain"},
        }
    ),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nginx, dict[str, StandIn]]]:
    standins = {name: StandIn(name) for name in SERVICES}
    standins["authorizer"] = Authorizer("/v1/check")
    view = view_of(SERVICES, cluster={"gateway": "nginx", "authorizer": {"service": "auth"}})
    files = files_of(view, "gateway", "dev", "local")
    nginx = Nginx(tmp_path_factory.mktemp("nginx"), files, {name: item.port for name, item in standins.items()})
    try:
        yield nginx.start(), standins
    finally:
        nginx.close()
        for item in standins.values():
            item.close()


@pytest.fixture
def nginx(served: tuple[Nginx, dict[str, StandIn]]) -> Nginx:
    for item in served[1].values():
        item.seen.clear()
    return served[0]


@pytest.fixture
def standins(served: tuple[Nginx, dict[str, StandIn]]) -> dict[str, StandIn]:
    return served[1]


@pytest.mark.parametrize(
    ("method", "length", "status"),
    [("POST", 1234, 200), ("POST", 1235, 413), ("POST", 9999, 413), ("PUT", 1235, 200), ("PUT", 2097153, 413)],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_as_large_as_its_route_allows(
    nginx: Nginx, method: str, length: int, status: int, chunked: bool
) -> None:
    body = "a" * length
    if chunked:
        answer = nginx.ask(
            method, HOST, "/size", {"Transfer-Encoding": "chunked"}, "", f"{length:x}\r\n{body}\r\n0\r\n\r\n"
        )
    else:
        answer = nginx.ask(method, HOST, "/size", {}, body)
    assert answer.status == status


def test_a_path_has_a_limit_of_its_own_however_it_is_spelt(nginx: Nginx) -> None:
    spelt = ["/api/login", "/api/%6cogin", "/api/login?a=b", "/api/login/x"]
    assert [nginx.ask("GET", HOST, path).status for path in spelt] == [200, 200, 429, 429]
    assert [nginx.ask("GET", HOST, path).status for path in ("/api", "/api/loginx")] == [200, 200]


def test_a_rewritten_request_has_the_other_host(nginx: Nginx, standins: dict[str, StandIn]) -> None:
    nginx.ask("GET", HOST, "/api/a%20b/c?d=e")
    (seen,) = standins["shop"].seen
    assert (seen.path, seen.all("Host"), seen.all("X-Forwarded-Host")) == (
        "/a%20b/c?d=e", ["inner.example.com"], [HOST],
    )  # fmt: skip


def _preflight(nginx: Nginx, origin: str, method: str = "PUT") -> dict[str, str]:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    answer = nginx.ask("OPTIONS", HOST, "/pages", asked)
    assert answer.status == 200
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control")}


@pytest.mark.parametrize("origin", ["https://a.example.com", "https://a.b.example.com", "https://other.example"])
def test_a_page_of_a_named_origin_may_ask(nginx: Nginx, origin: str) -> None:
    assert _preflight(nginx, origin) == {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET, PUT",
        "access-control-allow-headers": "X-A, Content-Type",
        "access-control-max-age": "3600",
    }
    answer = nginx.ask("GET", HOST, "/pages", {"Origin": origin, "Authorization": KNOWN})
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-expose-headers"] == "X-Total"
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "origin",
    ["https://example.com", "http://a.example.com", "https://a.example.com.evil.example", "https://aexample.com",
     "null", "https://evil.example/https://a.example.com"],
)  # fmt: skip
def test_a_page_of_another_origin_may_not(nginx: Nginx, origin: str) -> None:
    assert "access-control-allow-origin" not in _preflight(nginx, origin)
    answer = nginx.ask("GET", HOST, "/pages", {"Origin": origin, "Authorization": KNOWN})
    assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_is_no_way_past_who_calls(nginx: Nginx, standins: dict[str, StandIn]) -> None:
    assert nginx.ask("OPTIONS", HOST, "/pages").status == 401
    assert nginx.ask("GET", HOST, "/pages", {"Origin": "https://a.example.com"}).status == 401
    assert standins["shop"].seen == []


def test_a_canary_has_its_share(nginx: Nginx) -> None:
    found = [nginx.ask("GET", HOST, "/share").service for _ in range(200)]
    assert 30 < found.count("next") < 95  # 60 expected; beyond four standard deviations
    assert found.count("next") + found.count("shop") == 200


def _seen(standin: StandIn, least: int) -> list[Seen]:
    for _ in range(100):
        if len(standin.seen) >= least:
            break
        time.sleep(0.02)
    return standin.seen


def test_a_copy_is_whole_and_only_of_what_is_let_in(nginx: Nginx, standins: dict[str, StandIn]) -> None:
    assert nginx.ask("POST", HOST, "/copy/a?b=c", {}, "body").status == 401
    assert nginx.ask("POST", HOST, "/copy/a?b=c", {"Authorization": KNOWN}, "body").service == "shop"
    (copy,) = _seen(standins["next"], 1)
    assert (copy.method, copy.path, copy.body, copy.all("X-Auth-User")) == ("POST", "/copy/a?b=c", "body", ["someone"])


def test_some_requests_are_copied(nginx: Nginx, standins: dict[str, StandIn]) -> None:
    assert {nginx.ask("GET", HOST, "/few").service for _ in range(200)} == {"shop"}
    assert 30 < len(_seen(standins["next"], 30)) < 95


def test_a_closed_route_says_when_to_come_again(nginx: Nginx, standins: dict[str, StandIn]) -> None:
    answer = nginx.ask("POST", HOST, "/closed", {}, "a")
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, "Back at noon.", "1800")
    assert answer.headers["x-frame-options"] == "DENY"
    assert standins["shop"].seen == []


UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}


def test_only_a_route_that_says_so_is_upgraded(nginx: Nginx, standins: dict[str, StandIn]) -> None:
    nginx.ask("GET", HOST, "/plain", UPGRADE)
    assert nginx.ask("GET", HOST, "/talk", UPGRADE).status == 401
    nginx.ask("GET", HOST, "/talk", {**UPGRADE, "Authorization": KNOWN})
    assert [(seen.path, seen.all("Upgrade"), seen.all("Connection")) for seen in standins["shop"].seen] == [
        ("/plain", [], []),
        ("/talk", ["websocket"], ["upgrade"]),
    ]
    assert [seen.all("Upgrade") for seen in standins["authorizer"].seen] == [[], []]


class Talking:
    """Takes one connection, and gives it to the test."""

    def __init__(self) -> None:
        self.listener = socket.create_server((LOOPBACK, 0))
        self.port = self.listener.getsockname()[1]


@pytest.mark.parametrize(
    ("path", "asked", "answered", "said"),
    [
        ("/talk", UPGRADE, "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade", b"\x81\x02hi"),
        (
            "/events",
            {},
            "200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked",
            b"9\r\ndata: 1\n\n\r\n",
        ),
    ],
)
def test_a_stream_arrives_as_it_is_said(
    path: str, asked: dict[str, str], answered: str, said: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    view = view_of(SERVICES, cluster={"gateway": "nginx", "authorizer": {"service": "auth"}})
    authorizer, talking = Authorizer("/v1/check"), Talking()
    ports = {"shop": talking.port, "authorizer": authorizer.port}
    nginx = Nginx(tmp_path_factory.mktemp("nginx"), files_of(view, "gateway", "dev", "local"), ports).start()
    try:
        with socket.create_connection((LOOPBACK, nginx.ports[8080]), 20) as client:
            head = "".join(f"{name}: {value}\r\n" for name, value in {**asked, "Authorization": KNOWN}.items())
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{head}\r\n".encode())
            pod, _ = talking.listener.accept()
            with pod:
                pod.recv(65536)
                pod.sendall(f"HTTP/1.1 {answered}\r\n\r\n".encode())
                pod.sendall(said)
                found = b""
                while said not in found:  # the pod keeps the answer open: what arrives, arrives before its end
                    part = client.recv(65536)
                    assert part
                    found += part
    finally:
        nginx.close()
        authorizer.close()
        talking.listener.close()
