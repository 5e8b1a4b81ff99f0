"""A new service: `service.yaml` as it is first written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from journey import names
from journey.scaffold.templates import schema_path, text
from journey.spec.rules.presence import LISTENING, SCALED
from journey.spec.sources import DEFAULT_INCLUDES

MAIN = "http"
"""The name of the first port unless one is given."""


class Wanted(NamedTuple):
    """What is asked of a new service.

    ports: numbers by name. routes: paths by name. needs: as in the spec, one mapping each. schedule: of a cron service.
    environment: one of the platform's, for the example of an overlay.
    """

    name: str
    team: str
    kind: str = "web"
    runtime: str = ""
    description: str = "Says what it is for."
    ports: Mapping[str, int] = {}
    routes: Mapping[str, str] = {}
    needs: tuple[Mapping[str, Any], ...] = ()
    schedule: str = ""
    environment: str = "dev"


NEWEST = 2
"""The newest version of the golden path `service`. Earlier ones are kept as `templates/service-<version>.yaml.j2`:
`journey upgrade` merges what came between into what a service says today."""


def service_text(wanted: Wanted, file: str, version: int = NEWEST) -> str:
    """The text of the service's file at `file`, below the root of the platform, by a version of the golden path."""
    ports = wanted.ports or ({MAIN: 8080} if wanted.kind in LISTENING else {})
    main = next(iter(ports), "")
    http = wanted.kind == "web"
    return text(
        "service.yaml" if version == NEWEST else f"service-{version}.yaml",
        **wanted._replace(ports=ports)._asdict(),
        schema=schema_path(file, "service"),
        main=main,
        serves=http,
        scales=wanted.kind in SCALED,
        http=http,
        port="" if main == MAIN else f", port: {main}",
        probes=(("liveness", "/livez"), ("readiness", "/readyz")) if main else (),
    )


def wanted_again(name: str, said: Mapping[str, Any], environment: str) -> Wanted:
    """What was asked of a service that is there, as its file says it today; texts of two versions then differ in what
    the versions differ in, and in nothing that a person chose."""
    return Wanted(
        name,
        str(said.get("team", "")),
        str(said.get("kind", "web")),
        str(said.get("runtime", "")),
        str(said.get("description", "")),
        {port: item["port"] for port, item in (said.get("ports") or {}).items()},
        {route: item.get("path", "/") for route, item in (said.get("routes") or {}).items()},
        tuple(said.get("needs") or ()),
        str((said.get("schedule") or {}).get("cron", "")),
        environment,
    )


def parse_port(given: str) -> tuple[str, int]:
    """`8080` -> ("http", 8080); `grpc=9090` -> ("grpc", 9090). Raises ValueError."""
    name, _, number = given.rpartition("=")
    if not number.isdecimal():
        raise ValueError(f"`{given}` is neither a number nor NAME=NUMBER")
    return name or MAIN, int(number)


def parse_route(given: str, service: str) -> tuple[str, str]:
    """`/orders` -> (service, "/orders"); `api=/v1` -> ("api", "/v1")."""
    if given.startswith("/"):
        return service, given
    name, _, path = given.partition("=")
    return name, path


def parse_need(given: str, services: Iterable[str], datastores: Iterable[str]) -> dict[str, Any]:
    """A need as the spec has it: `auth`, `main`, `service:auth`, `datastore:main`, `api.example.com:443`.

    A bare name is a datastore's where there is one of that name, otherwise a service's. Raises ValueError.
    """
    kind, _, name = given.partition(":")
    if kind in ("service", "datastore") and name:
        return {kind: name}
    if "." in kind:
        if not name.isdecimal():
            raise ValueError(f"`{given}`: a host outside is named with its port, as in {kind}:443")
        return {"host": kind, "port": int(name)}
    known = {**dict.fromkeys(services, "service"), **dict.fromkeys(datastores, "datastore")}
    if name:
        raise ValueError(f"`{given}` is none of service:NAME, datastore:NAME and HOST:PORT")
    return {known.get(kind, "service"): kind}


def name_fault(name: str) -> str:
    """Why a service cannot have this name; empty where it can."""
    if len(name) <= names.LABEL_LIMIT and re.fullmatch(names.DNS_LABEL, name):
        return ""
    return f"`{name}` is no DNS label: lower-case letters, digits and `-` between them, at most {names.LABEL_LIMIT}"


def file_of(name: str, includes: Iterable[str] = DEFAULT_INCLUDES) -> str | None:
    """Where a service of this name stands by the first of the platform's `includes` that has room for it."""
    for pattern in includes:
        folder = pattern.removesuffix("/*/service.yaml")
        if folder != pattern and not set("*?[") & set(folder):
            return f"{folder}/{name}/service.yaml"
    return None
