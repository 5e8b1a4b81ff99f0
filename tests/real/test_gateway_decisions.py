"""A real NGINX decides every request of the table as the spec says: of this platform, and of one made of edge cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journey.facts.decisions import KNOWN as KNOWN_CALLER
from journey.facts.decisions import NOBODY, Decision, decisions
from journey.facts.routes import entries
from journey.spec import resolve, sources
from journey.spec.view import Engine, View
from tests.gateways.nginx import Nginx, files_of
from tests.gateways.standins import KNOWN, REFUSED, Authorizer, StandIn
from tests.workload.platforms import service, view_of

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
EDGES = {
    "gateway": service(runtime="nginx", ports={"http": {"port": 8080}, "status": {"port": 8081}}),
    "auth": service(),
    "shop": service(
        ports={"http": {"port": 8080}, "https": {"port": 8443, "appProtocol": "http"}},
        routes={
            "all": {},
            "items": {"path": "/items/", "methods": ["GET", "HEAD"]},
            "item-writes": {"path": "/items", "methods": ["POST"], "auth": "user"},
            "one": {"path": "/items/one", "match": "exact", "auth": "token"},
            "deep": {"path": "/items/one/two"},
            "odd": {"path": "/a+b(c)[d]{e}$x*.y~", "match": "exact"},
            "dotted": {"path": "/.well-known"},
        },
    ),
    "any": service(
        routes={"all": {"host": "*.shops.example.com"}, "other": {"host": "shop.dev.example.com", "path": "/any"}}
    ),
    "strict": service(routes={"only": {"path": "/only", "match": "exact", "methods": ["PUT"]}}),
}
PAGES = {"origins": ["https://*.example.com"], "methods": ["GET", "PUT"], "headers": ["X-A"], "credentials": True}
EDGES["changed"] = service(
    routes={
        "all": {"auth": "user", "cors": PAGES},
        "beta": {"headers": {"X-Version": "beta", "X-Kind": "a.b"}, "methods": ["GET"]},
        "gamma": {"headers": {"X-Version": "gamma"}},
        "moved": {"path": "/moved", "redirect": {"path": "/new", "host": "new.example.com", "permanent": True}},
        "elsewhere": {"path": "/elsewhere", "redirect": {"host": "new.example.com"}},
        "exactly": {"path": "/exactly", "match": "exact", "redirect": {"path": "/there"}},
        "shorter": {"path": "/api/v1", "rewrite": {"path": "/"}},
        "longer": {"path": "/long", "rewrite": {"path": "/much/longer", "host": "inside.example.com"}},
        "one": {"path": "/one", "match": "exact", "rewrite": {"path": "/two"}},
        "tried": {"path": "/tried", "canary": {"service": "shop", "headers": {"X-Canary": "always"}}},
        "taken": {"path": "/taken", "canary": {"service": "shop", "weight": 100}},
        "closed": {"path": "/closed", "auth": "user", "maintenance": {}},
        "pages": {"path": "/pages", "methods": ["PUT"], "cors": PAGES},
    }
)
EDGE_CLUSTER = {"gateway": "nginx", "authorizer": {"service": "auth", "path": "/check"}}


def platforms() -> dict[str, View]:
    own = sources.load(str(ROOT))
    return {"own": View(Engine(own.values)), "edges": view_of(EDGES, cluster=EDGE_CLUSTER)}


VIEWS = platforms()
TABLES = {name: decisions(view, "dev", "local") for name, view in VIEWS.items()}


@pytest.fixture(scope="module", params=list(VIEWS))
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Nginx]]:
    view = VIEWS[request.param]
    asked = resolve.cluster(view, "local").authorizer
    assert asked is not None
    names = resolve.services_at(view, "dev", "local")
    standins = [*(StandIn(name) for name in names), Authorizer(asked.path)]
    folder = tmp_path_factory.mktemp("nginx")
    # a limit is proven elsewhere; here one client sends the whole table
    files = {path: _unlimited(text) for path, text in files_of(view, "gateway", "dev", "local").items()}
    nginx = Nginx(folder, files, {item.name: item.port for item in standins})
    try:
        yield request.param, nginx.start()
    finally:
        nginx.close()
        for item in standins:
            item.close()


def _unlimited(text: str) -> str:
    return "".join(line for line in text.splitlines(True) if not line.lstrip().startswith("limit_req zone="))


def _wrong(nginx: Nginx, row: Decision) -> str:
    request = row.request
    headers = dict(request.headers)
    if request.caller != NOBODY:
        headers["Authorization"] = KNOWN if request.caller == KNOWN_CALLER else REFUSED
    answer = nginx.ask(request.method, request.host, request.path, headers)
    found = (answer.status, answer.service, answer.said.get("path", ""), answer.headers.get("location", ""))
    wanted = (row.status, row.service, row.path, row.location)
    if request.method == "HEAD":
        wanted = (row.status, "", "", row.location)
    return "" if found == wanted else f"{request}: {found}, not {wanted}"


def test_every_request_is_decided_as_the_spec_says(served: tuple[str, Nginx]) -> None:
    name, nginx = served
    assert [wrong for row in TABLES[name] if (wrong := _wrong(nginx, row))] == []
    logged = [(line["route"], line["status"]) for line in nginx.log(len(TABLES[name]))]
    assert logged == [(f"{_owner(name, row)}/{row.route}" if row.route else "", row.status) for row in TABLES[name]]


def _owner(name: str, row: Decision) -> str:
    """The service that a route is of, also where another answered or nobody."""
    view, host = VIEWS[name], row.request.host
    owners = [
        found
        for found in resolve.services_at(view, "dev", "local")
        for entry in entries(view, found, "dev", "local")
        if entry.name == row.route and host in (entry.host, entry.host.replace("*", "any"))
    ]
    return owners[0]


def test_the_table_tells_every_route_and_every_refusal() -> None:
    for name, view in VIEWS.items():
        reached = {(_owner(name, row), row.route) for row in TABLES[name] if row.route}
        routes = {
            (found, route)
            for found in resolve.services_at(view, "dev", "local")
            for route in resolve.routes(view, found, "dev", "local")
        }
        assert reached == routes
    assert {row.status for row in TABLES["own"]} == {200, 401, 403, 404}
    assert {row.status for row in TABLES["edges"]} == {200, 204, 301, 302, 401, 403, 404, 503}


@pytest.mark.parametrize("name", list(VIEWS))
def test_nginx_takes_what_is_rendered(name: str, tmp_path: Path) -> None:
    assert Nginx(tmp_path, files_of(VIEWS[name], "gateway", "dev", "local"), {}).tested() == ""
