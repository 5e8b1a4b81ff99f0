"""Platforms whose routes tell gateways apart, and how an answer is held against the table, for every gateway."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from journey.facts.decisions import KNOWN as KNOWN_CALLER
from journey.facts.decisions import NOBODY, Decision
from journey.spec import sources
from journey.spec.view import Engine, View
from tests.gateways.client import Answer
from tests.gateways.standins import KNOWN, REFUSED
from tests.workload.platforms import service, view_of

_PORT = re.compile(r"(?<=[a-z]):[0-9]+(?=/)")
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
            "odd": {"path": "/a+b(c)$x*.y~!,=:@", "match": "exact"},
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
EDGE_CLUSTER = {"authorizer": {"service": "auth", "path": "/check"}}


class Asked(Protocol):
    """A gateway that runs."""

    def ask(self, method: str, host: str, path: str, headers: dict[str, str]) -> Answer:
        """One request."""


def platforms(gateway: str) -> dict[str, View]:
    """This platform, and one made of edge cases, each behind a gateway."""
    own = sources.load(str(ROOT)).values
    local = own["platform.yaml"]["clusters"]["local"]
    documents = {**own, "platform.yaml": {**own["platform.yaml"]}}
    documents["platform.yaml"]["clusters"] = {
        **own["platform.yaml"]["clusters"],
        "local": {**local, "gateway": gateway},
    }
    return {"own": View(Engine(documents)), "edges": view_of(EDGES, cluster={**EDGE_CLUSTER, "gateway": gateway})}


def difference(gateway: Asked, row: Decision) -> str:
    """How an answer differs from the table; empty where it does not. A port in a location is the gateway's own."""
    request = row.request
    headers = dict(request.headers)
    if request.caller != NOBODY:
        headers["Authorization"] = KNOWN if request.caller == KNOWN_CALLER else REFUSED
    answer = gateway.ask(request.method, request.host, request.path, headers)
    found = (
        answer.status,
        answer.service,
        answer.said.get("path", ""),
        _PORT.sub("", answer.headers.get("location", "")),
    )
    wanted = (row.status, row.service, row.path, row.location)
    if request.method == "HEAD":
        wanted = (row.status, "", "", row.location)
    return "" if found == wanted else f"{request}: {found}, not {wanted}"
