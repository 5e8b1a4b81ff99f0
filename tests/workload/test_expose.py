"""Services and routes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workload.platforms import Data, objects, service

PORT = {"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}
SELECTOR = {"app.kubernetes.io/name": "auth", "app.kubernetes.io/instance": "auth-dev"}


def test_a_service_leads_to_the_named_port_of_the_pods() -> None:
    assert objects(service())["Service/auth"]["spec"] == {"type": "ClusterIP", "selector": SELECTOR, "ports": [PORT]}


def test_the_application_protocol_is_told_to_gateways_and_meshes() -> None:
    ports = {"grpc": {"port": 9090, "appProtocol": "grpc"}, "raw": {"port": 9091, "appProtocol": "tcp"}}
    found = objects(service(ports=ports))["Service/auth"]["spec"]["ports"]
    assert [item.get("appProtocol") for item in found] == ["grpc", None]


@pytest.mark.parametrize(
    ("fields", "services"),
    [
        ({"ports": {}}, []),
        ({"kind": "worker"}, ["Service/auth"]),
        ({"kind": "worker", "metrics": {}}, []),
        ({"kind": "cron", "schedule": {"cron": "0 * * * *"}}, []),
        ({"kind": "job"}, []),
        ({"kind": "stateful"}, ["Service/auth", "Service/auth-pods"]),
        ({"kind": "stateful", "ports": {}}, ["Service/auth-pods"]),
    ],
)
def test_only_what_is_dialled_has_a_service(fields: Data, services: list[str]) -> None:
    assert [key for key in objects(service(**fields)) if key.startswith("Service/")] == services


def test_pods_of_a_stateful_service_have_names_of_their_own() -> None:
    spec = objects(service(kind="stateful"))["Service/auth-pods"]["spec"]
    assert spec == {
        "clusterIP": "None",
        "publishNotReadyAddresses": True,
        "selector": SELECTOR,
        "ports": [{**PORT, "port": 8080}],
    }


@pytest.mark.parametrize(("provider", "kind"), [("local", "NodePort"), ("aws", "LoadBalancer")])
def test_the_gateway_service_is_reached_from_outside(provider: str, kind: str) -> None:
    cluster = {"gateway": "nginx", "gatewayService": "auth", "provider": provider}
    spec = objects(service(), cluster=cluster)["Service/auth"]["spec"]
    assert (spec["type"], spec["externalTrafficPolicy"]) == (kind, "Local")


def routes(said: Data, **cluster: Any) -> dict[str, Data]:
    found = objects(service(routes=said), cluster={"gateway": "gateway-api", **cluster})
    return {key: item["spec"] for key, item in found.items() if key.startswith("HTTPRoute/")}


def test_a_route_hangs_on_the_environments_gateway() -> None:
    assert routes({"api": {"path": "/api", "timeout": "20s"}}) == {
        "HTTPRoute/auth-api": {
            "parentRefs": [{"name": "gateway", "namespace": "shared-gateway", "sectionName": "http"}],
            "hostnames": ["auth.dev.example.com"],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/api"}}],
                    "timeouts": {"request": "20s"},
                    "backendRefs": [{"name": "auth", "port": 80}],
                }
            ],
        }
    }


def test_methods_are_matches_of_their_own() -> None:
    found = routes({"api": {"path": "/keys", "match": "exact", "methods": ["GET", "HEAD"]}})["HTTPRoute/auth-api"]
    path = {"type": "Exact", "value": "/keys"}
    assert found["rules"][0]["matches"] == [{"path": path, "method": "GET"}, {"path": path, "method": "HEAD"}]


@pytest.mark.parametrize(("said", "written"), [("300ms", "300ms"), ("2m", "2m"), ("1d", "24h"), ("100000s", "28h")])
def test_timeouts_are_written_as_the_gateway_api_writes_durations(said: str, written: str) -> None:
    assert routes({"api": {"timeout": said}})["HTTPRoute/auth-api"]["rules"][0]["timeouts"] == {"request": written}


@pytest.mark.parametrize(
    ("host", "listener"),
    [
        (None, "https"),
        ("shop.dev.example.com", "https"),
        ("dev.example.com", "https-dev-example-com"),
        ("www.example.org", "https-www-example-org"),
        ("*.example.org", "https-any-example-org"),
    ],
)
def test_with_an_issuer_a_route_hangs_on_the_listener_of_its_host(host: str | None, listener: str) -> None:
    said = {"api": {"host": host} if host else {}}
    found = routes(said, certificateIssuer="public")["HTTPRoute/auth-api"]
    assert found["parentRefs"][0]["sectionName"] == listener


def test_an_ingress_serves_all_routes_of_a_service() -> None:
    said = {"api": {"path": "/api"}, "home": {"host": "example.org", "match": "exact"}}
    cluster = {"gateway": "ingress", "ingressClass": "nginx", "certificateIssuer": "public"}
    found = objects(service(routes=said), cluster=cluster)["Ingress/auth"]
    assert found["metadata"]["annotations"] == {"cert-manager.io/cluster-issuer": "public"}
    backend = {"service": {"name": "auth", "port": {"name": "http"}}}
    assert found["spec"] == {
        "ingressClassName": "nginx",
        "tls": [{"hosts": ["auth.dev.example.com", "example.org"], "secretName": "auth-tls"}],
        "rules": [
            {
                "host": "auth.dev.example.com",
                "http": {"paths": [{"path": "/api", "pathType": "Prefix", "backend": backend}]},
            },
            {"host": "example.org", "http": {"paths": [{"path": "/", "pathType": "Exact", "backend": backend}]}},
        ],
    }


def test_an_ingress_without_issuer_speaks_http() -> None:
    spec = objects(service(routes={"api": {}}), cluster={"gateway": "ingress"})["Ingress/auth"]["spec"]
    assert set(spec) == {"rules"}


@pytest.mark.parametrize("gateway", ["nginx", "kong"])
def test_gateways_with_a_configuration_of_their_own_need_no_object(gateway: str) -> None:
    kinds = {key.partition("/")[0] for key in objects(service(routes={"api": {}}), cluster={"gateway": gateway})}
    assert not kinds & {"HTTPRoute", "Ingress"}
