"""Compose: who runs on one machine, who reaches whom there, and that it is what the clusters have."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from journey.checks.compose import inspect_unit
from journey.facts import locally
from journey.formats import text
from journey.problem import Pointer
from journey.targets import compose, github_actions
from tests import specs
from tests.targets.delivered import artifacts, contents

PLATFORM = f"""{specs.PLATFORM}
datastores:
  main: {{engine: postgresql, version: "15", team: web, secret: datastores/main, databases: [shop], instances: 3}}
  cache: {{engine: valkey, version: "8", team: web, secret: datastores/cache}}
  unused: {{engine: valkey, version: "8", team: web, secret: datastores/unused}}
compose: {{environment: dev, pool: 10.213.0.0/20}}
"""
SHOP = """
team: web
runtime: node
build: {sources: [apps/kit]}
ports: {http: {port: 8080, expose: 80}}
routes: {all: {}}
health: {readiness: {path: /readyz}}
needs:
- {datastore: main}
- {datastore: cache, start: any}
- {service: auth, start: before}
- {service: mail}
- {host: example.com, port: 443}
config:
  values: {PRICE: $5}
  files: {/etc/shop/shop.yaml: "a: $b\\n"}
secrets:
  KEY: {path: shop/key, key: value}
  CERT_FILE: {path: shop/tls, key: tls.crt, file: /etc/tls/tls.crt}
volumes:
  tmp: {path: /tmp, size: 16Mi}
  data: {path: /data, kind: persistent}
metrics: {interval: 15s}
resources: {limits: {cpu: 500m, memory: 256Mi}}
"""
AUTH = """
team: web
runtime: python
build: {}
ports: {http: {port: 8000}}
health: {readiness: {path: /readyz}}
"""
MAIL = "{team: web, kind: worker, ports: {smtp: {port: 25}}, release: {version: '1'}}"
UNBUILT = "{team: web, ports: {http: {port: 1}}}"


def view(platform: str = PLATFORM, **services: str) -> Any:
    texts = {"shop": SHOP, "auth": AUTH, "mail": MAIL, "idea": UNBUILT, **services}
    files = {f"apps/{name}/service.yaml": found for name, found in texts.items()}
    return specs.platform({"platform.yaml": platform, **files})


def file(platform: str = PLATFORM, **services: str) -> dict[str, Any]:
    found: dict[str, Any] = contents(compose, view(platform, **services))["compose.yaml"]
    return found


def members(found: dict[str, Any]) -> dict[str, set[str]]:
    """Who is in each network."""
    networks: dict[str, set[str]] = {}
    for name, container in found["services"].items():
        for network in container["networks"]:
            networks.setdefault(network, set()).add(name)
    return networks


def test_it_is_rendered_where_the_platform_says_so() -> None:
    assert sorted(artifacts(compose, view())) == [
        ".env.example",
        "compose.yaml",
        "environments/dev/local/compose/prometheus.yaml",
        "environments/dev/local/compose/shop/etc_shop_shop.yaml",
    ]
    assert artifacts(compose, view(specs.PLATFORM)) == {}
    assert artifacts(compose, view(f"{PLATFORM}targets: [images]\n")) == {}


def test_it_fits_the_schema() -> None:
    found = artifacts(compose, view())
    unit = next(iter(compose.units(view())))
    assert list(inspect_unit(unit, list(found.values()), None)) == []


def test_what_has_an_image_runs_with_the_datastores_that_it_dials() -> None:
    found = file()["services"]
    assert list(found) == ["cache", "main", "main-databases", "auth", "mail", "shop", "prometheus", "jaeger"]
    assert {name for name, item in found.items() if item["profiles"] == ["core", "full"]} == {
        *("cache", "main", "main-databases", "auth", "mail", "shop"),
    }
    assert {name for name, item in found.items() if item["profiles"] == ["observability", "full"]} == {
        *("prometheus", "jaeger"),
    }


def test_only_those_share_a_network_of_whom_one_needs_the_other() -> None:
    found = members(file())
    assert {name: ends for name, ends in found.items() if not name.startswith("_")} == {
        "auth.shop": {"auth", "shop"},
        "cache.shop": {"cache", "shop"},
        "mail.shop": {"mail", "shop"},
        "main.shop": {"main", "shop"},
        "main.main-databases": {"main", "main-databases"},
    }
    assert found["_outside.shop"] == {"shop"}
    assert found["_scrape.shop"] == {"shop", "prometheus"}
    assert found["_way-in.shop"] == {"shop"}


def test_networks_are_parts_of_the_pool_and_lead_out_only_where_they_must() -> None:
    found = file()["networks"]
    subnets = [IPv4Network(item["ipam"]["config"][0]["subnet"]) for item in found.values()]
    assert len(set(subnets)) == len(subnets)
    assert all(net.prefixlen == 29 and net.subnet_of(IPv4Network("10.213.0.0/20")) for net in subnets)
    inner = {name for name, item in found.items() if item.get("internal")}
    assert {name for name in found if name not in inner} == {
        *("_way-in.shop", "_way-in.prometheus", "_way-in.jaeger", "_outside.shop"),
    }


def test_another_service_moves_no_network() -> None:
    before = {name: item["ipam"] for name, item in file()["networks"].items()}
    after = {name: item["ipam"] for name, item in file(new=AUTH)["networks"].items()}
    assert {name: after[name] for name in before} == before
    assert sorted(after.keys() - before.keys()) == ["_traces.new"]


def test_names_that_look_alike_share_no_network() -> None:
    found = members(file(a="team: web\nbuild: {start: [x]}\nneeds: [{service: b-c}]\n", **{"b-c": AUTH, "a-b": AUTH}))
    assert found["a.b-c"] == {"a", "b-c"}


def test_a_pool_without_room_gives_no_network() -> None:
    small = PLATFORM.replace("10.213.0.0/20", "10.213.0.0/27")
    assert file(small)["networks"] == {}


def test_a_name_is_the_one_that_pods_dial() -> None:
    found = file()["services"]
    assert found["auth"]["networks"]["auth.shop"] == {
        "aliases": [f"auth.auth{end}" for end in ("", ".svc", ".svc.cluster.local")]
    }
    assert found["shop"]["networks"]["auth.shop"] == {}
    assert found["shop"]["environment"]["MAIN_HOST"] in found["main"]["networks"]["main.shop"]["aliases"]


def test_what_is_needed_before_must_be_healthy() -> None:
    assert file()["services"]["shop"]["depends_on"] == {
        "main": {"condition": "service_healthy"},
        "main-databases": {"condition": "service_completed_successfully"},
        "auth": {"condition": "service_healthy"},
    }
    anyhow = SHOP.replace("{datastore: main}", "{datastore: main, start: any}")
    assert list(file(shop=anyhow)["services"]["shop"]["depends_on"]) == ["main-databases", "auth"]
    former = PLATFORM.replace("databases: [shop]", "databases: [till]")
    renamed = file(former, shop=f"renamedFrom: till\n{anyhow.strip()}\n")["services"]["shop"]
    assert list(renamed["depends_on"]) == ["main-databases", "auth"]
    unasked = AUTH.replace("health: {readiness: {path: /readyz}}\n", "")
    assert file(auth=unasked)["services"]["shop"]["depends_on"]["auth"] == {"condition": "service_started"}


def test_secrets_are_files_below_one_folder() -> None:
    found = file()
    shop = found["services"]["shop"]
    assert {"source": "shop.key.value", "target": "/run/secrets/KEY"} in shop["secrets"]
    assert {"source": "shop.tls.tls.crt", "target": "/etc/tls/tls.crt"} in shop["secrets"]
    assert shop["environment"]["KEY_FILE"] == "/run/secrets/KEY"
    assert shop["environment"]["CERT_FILE"] == "/etc/tls/tls.crt"
    assert shop["environment"]["MAIN_PASSWORD_FILE"] == "/run/secrets/MAIN_PASSWORD"
    assert "KEY" not in shop["environment"]
    assert found["secrets"]["shop.tls.tls.crt"] == {"file": "./.secrets/shop/tls/tls.crt"}
    assert found["secrets"]["datastores.main.shop.password"] == {"file": "./.secrets/datastores/main/shop/password"}
    used = {item["source"] for container in found["services"].values() for item in container.get("secrets", ())}
    assert used == set(found["secrets"])


def test_nothing_of_the_spec_is_taken_for_a_variable() -> None:
    assert file()["services"]["shop"]["environment"]["PRICE"] == "$$5"


def test_configuration_files_are_mounted_as_they_are() -> None:
    found = artifacts(compose, view())
    path = "environments/dev/local/compose/shop/etc_shop_shop.yaml"
    assert text.emit(found[path].content) == "a: $b\n"
    assert found[path].origin == Pointer("apps/shop/service.yaml", ("config", "files"))
    assert file()["configs"]["shop.etc_shop_shop.yaml"] == {"file": f"./{path}"}
    mounted = [{"source": "shop.etc_shop_shop.yaml", "target": "/etc/shop/shop.yaml"}]
    assert file()["services"]["shop"]["configs"] == mounted


def test_a_service_has_the_limits_and_hardening_of_its_pods() -> None:
    shop = file()["services"]["shop"]
    assert shop["deploy"] == {"resources": {"limits": {"memory": "256M", "cpus": "0.5", "pids": 512}}}
    assert (shop["user"], shop["read_only"], shop["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert shop["tmpfs"] == ["/tmp:size=16m,mode=1777"]
    assert shop["volumes"] == ["shop-data:/data"]
    assert set(file()["volumes"]) == {"shop-data", "main-data", "cache-data"}


def test_a_service_is_built_by_its_dockerfile_and_again_at_each_change() -> None:
    found = file()["services"]
    assert found["shop"]["image"] == "ghcr.io/example/shop:local"
    assert found["shop"]["build"]["dockerfile"] == "apps/shop/Dockerfile"
    assert [item["path"] for item in found["shop"]["develop"]["watch"]] == ["./apps/shop", "./apps/kit"]
    assert found["mail"]["image"] == "ghcr.io/example/mail:1"
    assert "build" not in found["mail"]


def test_the_way_in_is_on_this_machine_alone() -> None:
    found = file()["services"]
    assert found["shop"]["ports"] == ["127.0.0.1:${SHOP_PORT:-0}:8080"]
    assert "ports" not in found["auth"]
    ports = [port for item in found.values() for port in item.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_prometheus_asks_each_service_with_metrics() -> None:
    assert contents(compose, view())["environments/dev/local/compose/prometheus.yaml"] == {
        "scrape_configs": [
            {
                "job_name": "shop",
                "scrape_interval": "15s",
                "metrics_path": "/metrics",
                "static_configs": [{"targets": ["shop:8080"], "labels": {"service": "shop"}}],
            }
        ]
    }


def test_jobs_wait_to_be_called() -> None:
    job = "team: web\nkind: job\nruntime: python\nbuild: {}\n"
    found = file(once=job)["services"]["once"]
    assert found["profiles"] == ["once"]
    assert "restart" not in found


def test_the_example_names_every_variable_of_the_file() -> None:
    example = text.emit(contents(compose, view())[".env.example"])
    assert "SHOP_PORT=0\n" in example and "COMPOSE_PROFILES=core\n" in example and "COMMIT=unknown\n" in example


def test_attributes_name_the_file_only_where_it_is_rendered() -> None:
    def lines(platform: str) -> list[str]:
        content = artifacts(github_actions, view(platform))[".gitattributes"].content
        return [line.split()[0] for line in text.emit(content).splitlines() if "compose" in line or ".env" in line]

    assert lines(PLATFORM) == ["/compose.yaml", "/.env.example"]
    assert lines(specs.PLATFORM) == []


def test_a_service_without_ports_breaks_nothing() -> None:
    """Who looks for the causes of a field leaves parts of the spec out."""
    for text_of_shop in (
        SHOP.replace("ports: {http: {port: 8080, expose: 80}}\n", ""),
        "team: web\nbuild: {start: [x]}\n",
    ):
        assert "shop" in file(shop=text_of_shop.replace("metrics: {interval: 15s}\n", ""))["services"]


def test_an_unknown_place_gives_nothing() -> None:
    assert locally.spot(view(PLATFORM.replace("environment: dev, pool", "environment: nowhere, pool"))) is None
