"""A real NGINX with what is rendered, under attack: nothing reaches what its path, host or caller may not reach."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.gateways.client import Answer, parsed
from tests.gateways.nginx import Nginx, files_of
from tests.gateways.standins import KNOWN, USER, Authorizer, StandIn
from tests.workload.platforms import service, view_of

pytestmark = pytest.mark.real

HOST = "shop.dev.example.com"
SERVICES = {
    "gateway": service(runtime="nginx", ports={"http": {"port": 8080}, "status": {"port": 8081}}),
    "auth": service(),
    "shop": service(
        routes={
            "public": {"path": "/public"},
            "admin": {"path": "/admin", "auth": "user"},
            "form": {"path": "/form", "methods": ["POST"]},
            "few": {"path": "/few", "rateLimit": {"requests": 3}},
            "few-users": {
                "path": "/few-users",
                "auth": "user",
                "rateLimit": {"requests": 3, "by": "user"},
            },
        }
    ),
    "internal": service(routes={"all": {"auth": "user"}}),
}
CLUSTER = {"gateway": "nginx", "authorizer": {"service": "auth", "path": "/check"}}


class Place:
    """The gateway, and what it leads to."""

    def __init__(self, nginx: Nginx, standins: dict[str, StandIn]) -> None:
        self.nginx = nginx
        self.standins = standins

    def reached(self) -> list[tuple[str, str, str]]:
        """Which stand-ins were reached since it was asked last, besides the authorizer."""
        found = []
        for name, standin in self.standins.items():
            if name != "authorizer":
                found += [(name, seen.method, seen.path) for seen in standin.seen]
                standin.seen.clear()
        return found

    def get(self, path: str, **headers: str) -> Answer:
        return self.nginx.ask("GET", HOST, path, {name.replace("_", "-"): value for name, value in headers.items()})

    def raw(self, text: str) -> list[int]:
        """The status of every answer to these bytes."""
        found = self.nginx.raw(text.encode("latin-1"))
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", found)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    standins = {name: StandIn(name) for name in SERVICES}
    standins["authorizer"] = Authorizer("/check")
    files = files_of(view_of(SERVICES, cluster=CLUSTER), "gateway", "dev", "local")
    # the rendered ten seconds, made one: a slow client is waited for no longer than the test has to
    files = {path: re.sub(r"(client_(?:header|body)_timeout) 10s", r"\1 1s", text) for path, text in files.items()}
    nginx = Nginx(tmp_path_factory.mktemp("nginx"), files, {name: item.port for name, item in standins.items()})
    try:
        yield Place(nginx.start(), standins)
    finally:
        nginx.close()
        for item in standins.values():
            item.close()


@pytest.fixture
def place(served: Place) -> Place:
    served.reached()
    return served


@pytest.mark.parametrize(
    "path",
    [
        "/public/../admin",
        "/public/..%2fadmin",
        "/public/%2e%2e/admin",
        "/public/%2E./admin",
        "/public/.%2e/admin",
        "/public/..",
        "/public/./x",
        "//admin",
        "/public//admin",
        "/public/..;/admin",
        "/public;a=b/admin",
        "/public/%3b/admin",
        "/public/..\\admin",
        "/public/%5c..%5cadmin",
        "/public/%252e%252e/admin",
        "/public/%00/admin",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/%61dmin",
        "/admin%20",
        "/_journey/authorize",
    ],
)
def test_no_spelling_of_a_path_reaches_a_guarded_route(place: Place, path: str) -> None:
    assert place.get(path).status in (400, 401, 404)
    assert place.reached() == []


def test_a_question_mark_ends_what_is_refused_of_a_path(place: Place) -> None:
    assert place.get("/public?next=/../admin;a//b%2e%2e").status == 200
    assert place.reached() == [("shop", "GET", "/public?next=/../admin;a//b%2e%2e")]


LINES = f"Host: {HOST}\r\n"
MANY = "".join(f"X-{number}: {'a' * 7000}\r\n" for number in range(6))
SMUGGLED = f"GET /admin HTTP/1.1\r\n{LINES}\r\n"


CHUNKED = "Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (f"Content-Length: {len(SMUGGLED) + 5}\r\n{CHUNKED}", f"0\r\n\r\n{SMUGGLED}"),
        (f"Content-Length: 4\r\n{CHUNKED}", f"{len(SMUGGLED):x}\r\n{SMUGGLED}\r\n0\r\n\r\n"),
        (f"{CHUNKED}Transfer-Encoding: identity\r\n", f"0\r\n\r\n{SMUGGLED}"),
        ("Transfer-Encoding: xchunked\r\n", f"0\r\n\r\n{SMUGGLED}"),
        ("Transfer-Encoding : chunked\r\n", f"0\r\n\r\n{SMUGGLED}"),
        (CHUNKED, f"zz\r\n{SMUGGLED}"),
        (CHUNKED, f"-1\r\n{SMUGGLED}"),
        (CHUNKED, f"ffffffffffffffff1\r\n{SMUGGLED}"),
        ("Content-Length: 0\r\nContent-Length: 5\r\n", SMUGGLED),
        ("Content-Length: +0\r\n", SMUGGLED),
        ("Content-Length: 0,0\r\n", SMUGGLED),
    ],
    ids=["cl-te", "te-cl", "te-te", "odd", "space", "letters", "sign", "huge", "two-lengths", "plus", "list"],
)
@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_no_request_is_smuggled(place: Place, version: str, headers: str, body: str) -> None:
    statuses = place.raw(f"POST /form HTTP/{version}\r\n{LINES}{headers}\r\n{body}")
    assert len(statuses) == 1
    assert statuses[0] in (400, 501)
    assert place.reached() == []


def test_a_right_chunked_body_arrives_whole(place: Place) -> None:
    assert place.raw(
        f"POST /form HTTP/1.1\r\n{LINES}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    ) == [200]
    assert [seen.body for seen in place.standins["shop"].seen] == ["abcde"]


IDENTITY = {
    "X-Auth-User": "root",
    "X-Auth-Scopes": "all",
    "X_Auth_User": "root",
    "X-Forwarded-User": "root",
    "X-Forwarded-For": "192.0.2.1",
    "X-Real-IP": "192.0.2.1",
    "Forwarded": "for=192.0.2.1",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Original-URL": "/admin",
    "X-Rewrite-URL": "/admin",
    "X-HTTP-Method-Override": "DELETE",
    "Proxy": "http://evil.example",
    "X-Request-Id": "chosen",
}


def test_what_only_the_gateway_may_say_is_not_taken_from_outside(place: Place) -> None:
    answer = place.nginx.ask("GET", HOST, "/public", IDENTITY)
    (seen,) = place.standins["shop"].seen
    values = {name: seen.all(name) for name in IDENTITY}
    request_id = values.pop("X-Request-Id")
    assert values == {
        **{name: [] for name in values},
        "X-Forwarded-For": ["127.0.0.1"],
        "X-Real-IP": ["127.0.0.1"],
        "X-Forwarded-Host": [HOST],
        "X-Forwarded-Proto": ["http"],
    }
    assert [answer.headers["x-request-id"]] == request_id
    assert re.fullmatch("[0-9a-f]{32}", request_id[0])


def test_who_calls_is_what_the_authorizer_says(place: Place) -> None:
    place.standins["authorizer"].seen.clear()
    answer = place.nginx.ask("GET", HOST, "/admin?a=b", {**IDENTITY, "Authorization": KNOWN})
    (seen,) = place.standins["shop"].seen
    (asked,) = place.standins["authorizer"].seen
    assert (answer.status, seen.all("X-Auth-User"), seen.all("X-Auth-Scopes")) == (200, [USER], ["read write"])
    assert (asked.method, asked.path, asked.body, asked.all("X-Auth-User")) == ("GET", "/check/user", "", [])
    assert asked.all("X-Original-Path") == ["/admin?a=b"]
    assert [name for name in answer.headers if name.startswith("x-auth")] == []


@pytest.mark.parametrize(
    "line",
    [
        "X-A: 1\rX-Auth-User: root",
        "X-A: 1\n X-B: 2",
        "X-Auth-User\0: root",
        " X-Auth-User: root",
        "X-A: \0",
        "X-Auth-User : root",
    ],
)
def test_no_header_hides_in_another(place: Place, line: str) -> None:
    place.raw(f"GET /public HTTP/1.1\r\n{LINES}{line}\r\n\r\n")
    assert [seen.all("X-Auth-User") for seen in place.standins["shop"].seen] in ([], [[]])


def test_a_path_injects_no_header_into_an_answer(place: Place) -> None:
    answer = place.get("/public%0d%0aSet-Cookie:%20a=b")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("head", "statuses"),
    [
        ("GET /x HTTP/1.1\r\nHost: internal.dev.example.com\r\nHost: shop.dev.example.com\r\n\r\n", [400]),
        ("GET /public HTTP/1.1\r\n\r\n", [400]),
        ("GET /public HTTP/1.1\r\nHost: \r\n\r\n", [400]),
        ("GET /public HTTP/1.1\r\nHost: shop.dev.example.com@internal.dev.example.com\r\n\r\n", [400]),
        ("GET /public HTTP/1.1\r\nHost: shop.dev.example.com/../x\r\n\r\n", [400]),
        ("GET /public HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: shop.dev.example.com\r\n\r\n", [404]),
        ("GET http://internal.dev.example.com/x HTTP/1.1\r\nHost: shop.dev.example.com\r\n\r\n", [401]),
        ("GET http://shop.dev.example.com/admin HTTP/1.1\r\nHost: internal.dev.example.com\r\n\r\n", [401]),
        ("CONNECT internal:80 HTTP/1.1\r\nHost: internal\r\n\r\n", [405]),
        ("GET /public HTTP/1.1\r\nHost: shop.dev.example.com.\r\n\r\n", [200]),
        ("GET /public HTTP/1.1\r\nHost: SHOP.dev.example.com:8080\r\n\r\n", [200]),
    ],
)
def test_a_host_is_one_and_known(place: Place, head: str, statuses: list[int]) -> None:
    assert place.raw(head) == statuses
    assert len(place.reached()) == statuses.count(200)


def test_h2c_opens_no_tunnel(place: Place) -> None:
    upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
    assert place.raw(f"GET /public HTTP/1.1\r\n{LINES}{upgrade}\r\n") == [200]
    (seen,) = place.standins["shop"].seen
    assert (seen.all("Upgrade"), seen.all("Connection"), seen.all("HTTP2-Settings")) == ([], [], [])


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (f"POST /form HTTP/1.1\r\n{LINES}Content-Length: 1048577\r\n\r\n", 413),
        (
            f"POST /form HTTP/1.1\r\n{LINES}{CHUNKED}\r\n100001\r\n{'a' * 0x100001}\r\n0\r\n\r\n",
            413,
        ),
        (f"GET /public HTTP/1.1\r\n{LINES}X-Big: {'a' * 9000}\r\n\r\n", 400),
        (
            f"GET /public HTTP/1.1\r\n{LINES}{MANY}\r\n",
            400,
        ),
        (f"GET /public/{'a' * 9000} HTTP/1.1\r\n{LINES}\r\n", 414),
    ],
    ids=["length", "chunks", "header", "headers", "path"],
)
def test_what_is_too_large_is_refused(place: Place, request_: str, status: int) -> None:
    assert place.raw(request_) == [status]
    assert place.reached() == []


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (f"GET /public HTTP/1.1\r\n{LINES}", []),
        (f"POST /form HTTP/1.1\r\n{LINES}Content-Length: 9\r\n\r\na", []),
    ],
)
def test_a_slow_client_is_left(place: Place, request_: str, statuses: list[int]) -> None:
    assert place.nginx.until_closed(request_.encode()) == statuses
    assert place.reached() == []


def test_a_forged_address_is_no_new_client(place: Place) -> None:
    forged = ["X_Forwarded_For", "X_Real_IP", "Forwarded", "True_Client_IP", "CF_Connecting_IP"]
    found = [place.get("/few", **dict.fromkeys(forged, f"192.0.2.{number}")).status for number in range(5)]
    assert found == [200, 200, 200, 429, 429]


def test_a_limit_by_user_counts_credentials(place: Place) -> None:
    assert [place.get("/few-users", Authorization=KNOWN).status for _ in range(4)] == [200, 200, 200, 429]
    assert place.get("/few-users", Authorization="Bearer another").status == 401
    assert [place.get("/few-users", X_Forwarded_For=f"192.0.2.{n}").status for n in range(4)] == [401, 401, 401, 429]


def test_an_answer_says_nothing_of_the_server(place: Place) -> None:
    assert parsed(place.nginx.raw(f"GET /nothing HTTP/1.1\r\n{LINES}\r\n".encode())).headers["server"] == "nginx"
