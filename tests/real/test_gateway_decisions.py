"""A real NGINX decides every request of the table as the spec says: of this platform, and of one made of edge cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journey.facts.decisions import Decision, decisions
from journey.facts.routes import entries
from journey.spec import resolve
from tests.gateways.edges import difference, platforms
from tests.gateways.nginx import Nginx, files_of
from tests.gateways.standins import Authorizer, StandIn

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
VIEWS = platforms("nginx")
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


def test_every_request_is_decided_as_the_spec_says(served: tuple[str, Nginx]) -> None:
    name, nginx = served
    assert [wrong for row in TABLES[name] if (wrong := difference(nginx, row))] == []
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
    assert {row.status for row in TABLES["edges"]} == {200, 301, 302, 401, 403, 404, 503}


@pytest.mark.parametrize("name", list(VIEWS))
def test_nginx_takes_what_is_rendered(name: str, tmp_path: Path) -> None:
    assert Nginx(tmp_path, files_of(VIEWS[name], "gateway", "dev", "local"), {}).tested() == ""
