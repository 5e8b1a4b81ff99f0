"""A real Envoy Gateway decides as the table of the spec says, and is attacked: `make e2e-gateway`.

tests/real/test_gateway_* do the same with NGINX, from the same table.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from journey.facts.decisions import decisions
from journey.lab.programs import LabError
from journey.spec import resolve
from journey.spec.view import View
from tests.e2e.table import Row, Table
from tests.gateways.edges import difference, platforms
from tests.gateways.envoy import Envoy
from tests.gateways.standins import KNOWN, USER, Authorizer, StandIn
from tests.workload.platforms import service, view_of

PROOF = "gateway"
HOST = "shop.dev.example.com"
ATTACKED = {
    "auth": service(),
    "shop": service(
        routes={
            "public": {"path": "/public"},
            "admin": {"path": "/admin", "auth": "user"},
            "few": {"path": "/few", "rateLimit": {"requests": 3}},
            "small": {"path": "/small", "bodyLimit": "1000"},
            "pages": {"path": "/pages", "limits": {"login": {"path": "/pages/login", "requests": 2}}},
        }
    ),
}
SPELT = (
    "/public/../admin",
    "/public/..%2fadmin",
    "/public/%2e%2e/admin",
    "/public/..;/admin",
    "//admin",
    "/public/%5c..%5cadmin",
    "/public/%252e%252e/admin",
    "/%61dmin",
)
SMUGGLED = f"GET /admin HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
SMUGGLING = {
    "cl-te": (f"Content-Length: {len(SMUGGLED) + 5}\r\nTransfer-Encoding: chunked\r\n", f"0\r\n\r\n{SMUGGLED}"),
    "te-odd": ("Transfer-Encoding: xchunked\r\n", f"0\r\n\r\n{SMUGGLED}"),
    "bad-chunk": ("Transfer-Encoding: chunked\r\n", f"zz\r\n{SMUGGLED}"),
    "two-lengths": ("Content-Length: 0\r\nContent-Length: 5\r\n", SMUGGLED),
}


@contextmanager
def served(view: View) -> Iterator[tuple[Envoy, dict[str, StandIn]]]:
    """The gateway of a platform, over stand-ins for its services."""
    asked = resolve.cluster(view, "local").authorizer
    standins = {name: StandIn(name) for name in resolve.services_at(view, "dev", "local")}
    if asked is not None:
        standins[asked.service] = Authorizer(asked.path, asked.service)
    with tempfile.TemporaryDirectory(prefix="journey-gateway-") as folder:
        envoy = Envoy(Path(folder), view, {name: item.port for name, item in standins.items()})
        try:
            yield envoy.start(), standins
        finally:
            envoy.close()
            for item in standins.values():
                item.close()


def decided(row: Row, view: View) -> None:
    """Every request of the table."""
    with served(view) as (envoy, _):
        table = decisions(view, "dev", "local")
        wait(envoy, HOST)
        for decision in table:
            wrong = difference(envoy, decision)
            row.expect(not wrong, wrong)


def wait(envoy: Envoy, host: str) -> None:
    """Until Envoy has its routes: it listens a moment before."""
    for _ in range(50):
        if envoy.ask("GET", host, "/").status != 0:
            return
        time.sleep(0.1)


def attacked(row: Row) -> None:
    """What must not reach a service, or not so."""
    view = view_of(ATTACKED, cluster={"gateway": "gateway-api", "authorizer": {"service": "auth"}})
    with served(view) as (envoy, standins):
        wait(envoy, HOST)
        shop = standins["shop"]
        for path in SPELT:
            shop.seen.clear()
            status = envoy.ask("GET", HOST, path).status
            reached = [seen.path for seen in shop.seen if not seen.path.startswith("/public")]
            row.expect(not reached and status != 0, f"{path}: {status}, reached {reached}")
        for name, (headers, body) in SMUGGLING.items():
            shop.seen.clear()
            statuses = envoy.answers(f"POST /public HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n{body}".encode())
            row.expect(statuses in ([400], [501]) and not shop.seen, f"{name}: {statuses}, reached {len(shop.seen)}")
        _identity(row, envoy, shop)
        _amounts(row, envoy)


def _identity(row: Row, envoy: Envoy, shop: StandIn) -> None:
    """Nobody says who they are, or where from."""
    forged = {"X-Auth-User": "root", "X-Forwarded-For": "192.0.2.1", "X-Real-IP": "192.0.2.1", "X-Request-Id": "chosen"}
    shop.seen.clear()
    envoy.ask("GET", HOST, "/public", forged)
    envoy.ask("GET", HOST, "/admin", {**forged, "Authorization": KNOWN})
    for seen, user in zip(shop.seen, ([], [USER]), strict=True):
        row.expect(seen.all("X-Auth-User") == user, f"{seen.path}: X-Auth-User {seen.all('X-Auth-User')}")
        row.expect("192.0.2.1" not in str(seen.headers), f"{seen.path}: a forged address arrived")
        row.expect(seen.all("X-Request-Id") != ["chosen"], f"{seen.path}: a chosen id arrived")


def _amounts(row: Row, envoy: Envoy) -> None:
    """Sizes, and limits that a forged address does not renew."""
    found = [envoy.ask("GET", HOST, "/few", {"X-Forwarded-For": f"192.0.2.{number}"}).status for number in range(5)]
    row.expect(found == [200, 200, 200, 429, 429], f"a limit of 3: {found}")
    found = [envoy.ask("GET", HOST, path).status for path in ("/pages/login",) * 3 + ("/pages",)]
    row.expect(found == [200, 200, 429, 200], f"a path's limit of 2: {found}")
    found = [envoy.ask("POST", HOST, "/small", {}, "a" * length).status for length in (1000, 1001)]
    row.expect(found == [200, 413], f"a body of at most 1000: {found}")
    headers = envoy.ask("GET", HOST, "/public").headers
    row.expect(headers.get("x-frame-options") == "DENY", "no X-Frame-Options")
    row.expect("content-security-policy" in headers, "no Content-Security-Policy")


def main() -> int:
    """Exit 0 where all is as the spec says, 2 where a program cannot be had."""
    table = Table()
    try:
        for name, view in platforms("gateway-api").items():
            with table.row(PROOF, f"Envoy Gateway decides: {name}") as row:
                decided(row, view)
        with table.row(PROOF, "Envoy Gateway under attack") as row:
            attacked(row)
    except LabError as error:
        sys.stderr.write(f"e2e-gateway: {error}\n")
        return 2
    return table.close()


if __name__ == "__main__":
    sys.exit(main())
