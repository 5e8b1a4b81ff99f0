"""A new service: clean for every kind, its examples too; options are read as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from journey.scaffold import service
from journey.scaffold.judging import judge
from journey.scaffold.service import Wanted, service_text
from journey.scaffold.templates import schema_path
from journey.spec.yaml import parse
from tests import specs
from tests.scaffold.examples import uncommented

FILE = "apps/orders/service.yaml"
PLATFORM = specs.PLATFORM.replace("gateway: ingress}", "gateway: ingress, addons: [secrets]}") + (
    "addons:\n"
    "  secrets:\n"
    "    provides: [secrets]\n"
    "    team: web\n"
    "    chart: {repository: https://charts.example.com, name: secrets, version: 1.0.0}\n"
)
KINDS = {"web": "", "worker": "", "cron": "*/15 * * * *", "job": "", "stateful": ""}
"""Kinds of workload, with the schedule of one that has some."""


def value(**wanted: Any) -> Any:
    return parse(service_text(Wanted("orders", "web", **wanted), FILE).encode(), FILE).value


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_clean_and_so_are_its_examples(kind: str) -> None:
    text = service_text(Wanted("orders", "web", kind, schedule=KINDS[kind]), FILE)
    assert text.startswith("# yaml-language-server: $schema=../../schemas/service.schema.json\n")
    assert specs.judge({FILE: text}) == []
    other = service_text(Wanted("other", "web"), FILE)
    assert specs.judge({"platform.yaml": PLATFORM, FILE: uncommented(text), "apps/other/service.yaml": other}) == []


def test_a_web_service_listens() -> None:
    found = value()
    assert found["ports"] == {"http": {"port": 8080, "expose": 80}}
    assert found["health"] == {
        "liveness": {"path": "/livez"},
        "readiness": {"path": "/readyz"},
        "startup": {"path": "/livez", "period": "1s", "failures": 60},
    }
    assert found["goldenPath"] == {"name": "service", "version": service.NEWEST}
    assert not {"routes", "needs", "schedule", "volumes"} & set(found)


def test_what_is_asked_for_is_in_it() -> None:
    found = value(
        runtime="node",
        description="Takes orders: all of them.",
        ports={"grpc": 9090, "admin": 9091},
        routes={"api": "/v1"},
        needs=({"service": "auth"}, {"host": "api.example.com", "port": 443}),
    )
    assert (found["runtime"], found["description"]) == ("node", "Takes orders: all of them.")
    assert found["ports"] == {"grpc": {"port": 9090, "expose": 80}, "admin": {"port": 9091}}
    assert found["routes"] == {"api": {"path": "/v1", "port": "grpc", "timeout": "15s"}}
    assert found["health"]["readiness"] == {"path": "/readyz", "port": "grpc"}
    assert found["needs"] == [{"service": "auth"}, {"host": "api.example.com", "port": 443}]


def test_a_worker_listens_only_when_asked() -> None:
    assert "ports" not in value(kind="worker") and "health" not in value(kind="worker")
    found = value(kind="worker", ports={"http": 8080})
    assert (found["ports"], found["health"]["liveness"]) == ({"http": {"port": 8080}}, {"kind": "tcp"})


def test_a_cron_service_says_when() -> None:
    found = value(kind="cron", schedule="*/15 * * * *")
    assert found["schedule"] == {"cron": "*/15 * * * *"} and "scaling" not in found


@pytest.mark.parametrize(("given", "port"), [("8080", ("http", 8080)), ("grpc=9090", ("grpc", 9090))])
def test_a_port_is_read(given: str, port: tuple[str, int]) -> None:
    assert service.parse_port(given) == port


@pytest.mark.parametrize("given", ["", "http", "http=", "80a"])
def test_no_port_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="is neither a number nor NAME=NUMBER"):
        service.parse_port(given)


def test_a_route_is_read() -> None:
    assert service.parse_route("/orders", "orders") == ("orders", "/orders")
    assert service.parse_route("api=/v1=x", "orders") == ("api", "/v1=x")


@pytest.mark.parametrize(
    ("given", "need"),
    [
        ("auth", {"service": "auth"}),
        ("main", {"datastore": "main"}),
        ("both", {"datastore": "both"}),
        ("unknown", {"service": "unknown"}),
        ("service:both", {"service": "both"}),
        ("datastore:cache", {"datastore": "cache"}),
        ("api.example.com:443", {"host": "api.example.com", "port": 443}),
    ],
)
def test_a_need_is_read(given: str, need: dict[str, Any]) -> None:
    assert service.parse_need(given, ["auth", "both"], ["main", "both"]) == need


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("api.example.com", "`api.example.com`: a host outside is named with its port, as in api.example.com:443"),
        ("auth:80", "`auth:80` is none of service:NAME, datastore:NAME and HOST:PORT"),
    ],
)
def test_no_need_is_refused(given: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        service.parse_need(given, ["auth"], [])
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("includes", "file"),
    [
        (["apps/*/service.yaml"], "apps/orders/service.yaml"),
        (["one/service.yaml", "src/*/service.yaml"], "src/orders/service.yaml"),
        (["teams/*/apps/*/service.yaml"], None),
        ([], None),
    ],
)
def test_it_stands_where_the_platform_looks(includes: list[str], file: str | None) -> None:
    assert service.file_of("orders", includes) == file


@pytest.mark.parametrize("name", ["Orders", "", "-a", "a/b", "a" * 64, "a\n"])
def test_a_name_that_is_no_label_is_refused(name: str) -> None:
    assert service.name_fault(name).endswith("lower-case letters, digits and `-` between them, at most 63")


def test_a_schema_is_found_from_anywhere() -> None:
    assert schema_path("platform.yaml", "platform") == "schemas/platform.schema.json"
    assert schema_path("a/b/c/service.yaml", "service") == "../../../schemas/service.schema.json"


def test_only_what_a_new_file_brings_is_told() -> None:
    known: dict[str, Any] = {"platform.yaml": parse(specs.PLATFORM.encode(), "").value}
    known["apps/old/service.yaml"] = {"team": "nobody"}
    found = judge({FILE: "team: webb\nkind: worker\n"}, known, specs.VERSIONS)
    assert [(problem.rule, problem.where.file) for problem in found] == [("spec/unknown-team", FILE)]


def test_what_a_new_file_asks_of_the_platform_is_told() -> None:
    known = {"platform.yaml": parse(specs.PLATFORM.encode(), "").value}
    text = f"{specs.SERVICE}secrets: {{A: {{path: a/b, key: c}}}}\n"
    (found,) = judge({FILE: text}, known, specs.VERSIONS)
    assert (found.rule, found.where.file) == ("spec/feature", "platform.yaml")
    assert "provides `secrets`, which is needed by `secrets` of service `orders`" in found.message


def test_a_file_that_is_no_yaml_is_a_problem() -> None:
    known = {"platform.yaml": parse(specs.PLATFORM.encode(), "").value}
    assert judge({FILE: "team: [\n"}, known, specs.VERSIONS)[0].rule == "yaml/syntax"
