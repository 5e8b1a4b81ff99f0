"""Network policies: closed both ways, and opened by what the traffic matrix says and by nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workload.platforms import Data, objects, service, store

DNS = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
}
HTTP = [{"port": 8080, "protocol": "TCP"}]


def policy(said: Data, others: dict[str, Data] | None = None, **platform: Any) -> Data:
    spec: Data = objects(said, others, **platform)["NetworkPolicy/auth"]["spec"]
    return spec


def namespace(name: str) -> Data:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def pods(name: str, **labels: str) -> Data:
    selector = {"app.kubernetes.io/name": name, **{f"app.kubernetes.io/{key}": value for key, value in labels.items()}}
    return {**namespace(name), "podSelector": {"matchLabels": selector}}


def test_the_namespace_is_closed_in_both_directions() -> None:
    closed = objects(service())["NetworkPolicy/default-deny"]["spec"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_a_service_that_needs_nothing_may_resolve_names_and_no_more() -> None:
    assert policy(service()) == {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "auth"}},
        "policyTypes": ["Ingress", "Egress"],
        "egress": [DNS],
    }


def test_callers_come_in_on_the_ports_that_they_dial() -> None:
    said = service(ports={"http": {"port": 8080, "expose": 80}, "grpc": {"port": 9090}})
    others = {
        "shop": service(needs=[{"service": "auth"}]),
        "mail": service(needs=[{"service": "auth", "port": 80}]),
        "till": service(needs=[{"service": "auth", "port": "grpc"}]),
    }
    assert policy(said, others)["ingress"] == [
        {"from": [pods("mail"), pods("shop")], "ports": HTTP},
        {"from": [pods("till")], "ports": [{"port": 9090, "protocol": "TCP"}]},
    ]


def test_needs_go_out_to_the_pods_of_the_service_on_its_container_port() -> None:
    found = policy(service(needs=[{"service": "mail", "port": 80}]), {"mail": service()})
    assert found["egress"] == [DNS, {"to": [pods("mail", instance="mail-dev")], "ports": HTTP}]


@pytest.mark.parametrize("gateway", ["gateway-api", "ingress", "kong"])
def test_the_gateways_namespace_comes_in_only_where_there_are_routes(gateway: str) -> None:
    cluster = {"gateway": gateway, "addons": ["envoy"]}
    found = policy(service(routes={"api": {}}), cluster=cluster)
    assert found["ingress"] == [{"from": [namespace("envoy-system")], "ports": HTTP}]
    assert "ingress" not in policy(service(), cluster=cluster)
    assert "ingress" not in policy(service(routes={"api": {}}), cluster={"gateway": gateway})


def test_our_own_gateway_comes_in_and_goes_out_to_all_that_has_routes() -> None:
    cluster = {"gateway": "nginx", "gatewayService": "edge"}
    edge = service(ports={"http": {"port": 8081}})
    assert policy(service(routes={"api": {}}), {"edge": edge}, cluster=cluster)["ingress"] == [
        {"from": [pods("edge")], "ports": HTTP}
    ]
    cluster["gatewayService"] = "auth"
    found = policy(service(), {"mail": service(routes={"api": {}}), "quiet": service()}, cluster=cluster)
    assert found["ingress"] == [{"ports": HTTP}]
    assert found["egress"] == [DNS, {"to": [pods("mail", instance="mail-dev")], "ports": HTTP}]


def test_prometheus_comes_in_on_the_metrics_port() -> None:
    said = service(ports={"http": {"port": 8080}, "metrics": {"port": 9100}}, metrics={"port": "metrics"})
    found = policy(said, cluster={"addons": ["prometheus"]})
    ports = [{"port": 9100, "protocol": "TCP"}]
    assert found["ingress"] == [{"from": [namespace("prometheus-system")], "ports": ports}]
    assert "ingress" not in policy(said)


def test_telemetry_goes_out_to_the_collector() -> None:
    ports = [{"port": 4317, "protocol": "TCP"}, {"port": 4318, "protocol": "TCP"}]
    found = policy(service(), cluster={"addons": ["collector"]})
    assert found["egress"] == [DNS, {"to": [namespace("collector-system")], "ports": ports}]


def test_the_api_server_is_open_only_to_what_has_permissions_there() -> None:
    identity = {"kubernetes": [{"resources": ["pods"], "verbs": ["get"]}]}
    found = policy(service(identity=identity), cluster={"apiServer": ["192.0.2.0/28"]})
    ports = [{"port": 443, "protocol": "TCP"}, {"port": 6443, "protocol": "TCP"}]
    assert found["egress"] == [DNS, {"to": [{"ipBlock": {"cidr": "192.0.2.0/28"}}], "ports": ports}]


def test_a_datastore_in_the_cluster_is_dialled_at_its_pods() -> None:
    needs = service(needs=[{"datastore": "main"}])
    port = [{"port": 5432, "protocol": "TCP"}]
    found = policy(needs, datastores={"main": store()})
    assert found["egress"][1] == {"to": [pods("main", instance="main-dev")], "ports": port}
    operated = policy(needs, datastores={"main": store(instances=3)})["egress"][1]["to"]
    assert operated == [{**namespace("main"), "podSelector": {"matchLabels": {"cnpg.io/cluster": "main"}}}]


@pytest.mark.parametrize(
    ("cluster", "blocks"),
    [
        (
            {},
            [
                {"cidr": "10.0.0.0/8", "except": ["10.244.0.0/16"]},
                {"cidr": "172.16.0.0/12"},
                {"cidr": "192.168.0.0/16"},
            ],
        ),
        ({"pods": "10.0.0.0/8"}, [{"cidr": "172.16.0.0/12"}, {"cidr": "192.168.0.0/16"}]),
        ({"managedNetworks": ["10.1.32.0/20"]}, [{"cidr": "10.1.32.0/20"}]),
    ],
)
def test_a_managed_datastore_is_dialled_in_its_networks_outside_the_pods(cluster: Data, blocks: list[Data]) -> None:
    needs = service(needs=[{"datastore": "main"}])
    found = policy(needs, environment={"datastores": "managed"}, datastores={"main": store()}, cluster=cluster)
    assert [item["ipBlock"] for item in found["egress"][1]["to"]] == blocks


def test_a_host_with_networks_is_open_there_and_one_without_outside_the_platform() -> None:
    needs = [
        {"host": "a.example.com", "port": 8443, "cidrs": ["192.0.2.0/24"]},
        {"host": "b.example.com"},
        {"host": "c.example.com"},
        {"host": "time.example.com", "port": 123, "protocol": "UDP"},
    ]
    outside = {
        "cidr": "0.0.0.0/0",
        "except": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "11.0.0.0/16"],
    }
    found = policy(service(needs=needs), cluster={"pods": "11.0.0.0/16"})
    assert found["egress"] == [
        DNS,
        {"to": [{"ipBlock": outside}], "ports": [{"port": 123, "protocol": "UDP"}]},
        {"to": [{"ipBlock": outside}], "ports": [{"port": 443, "protocol": "TCP"}]},
        {"to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}], "ports": [{"port": 8443, "protocol": "TCP"}]},
    ]


def test_pods_with_addresses_of_version_6_reach_hosts_outside_too() -> None:
    found = policy(service(needs=[{"host": "a.example.com"}]), cluster={"pods": "fd00:1::/48"})
    assert [item["ipBlock"]["cidr"] for item in found["egress"][1]["to"]] == ["0.0.0.0/0", "::/0"]
    assert found["egress"][1]["to"][1]["ipBlock"]["except"] == ["fc00::/7", "fe80::/10"]


@pytest.mark.parametrize(
    ("provider", "blocks"),
    [
        ("aws", [("169.254.170.23/32", 80)]),
        ("gcp", [("169.254.169.254/32", 80), ("169.254.169.252/32", 988)]),
        ("azure", []),
    ],
)
def test_a_cloud_role_opens_the_way_to_the_clouds_agent(provider: str, blocks: list[tuple[str, int]]) -> None:
    said = service(identity={"cloud": [{"actions": ["read"], "resources": ["all"]}]})
    egress = policy(said, cluster={"provider": provider})["egress"][1:]
    assert [(rule["to"][0]["ipBlock"]["cidr"], rule["ports"][0]["port"]) for rule in egress] == blocks
