"""Networks: what is the platform's own, and what lies outside."""

from __future__ import annotations

from journey.facts import platform_peers
from tests.workload.platforms import addon, service, view_of


def clusters(**pods: str) -> dict[str, dict[str, str]]:
    return {name: {"provider": "local", "kubernetes": "1.34", "pods": said} for name, said in pods.items()}


def test_outside_is_all_but_private_networks_and_every_clusters_pods() -> None:
    view = view_of(clusters=clusters(local="10.1.0.0/16", other="100.64.0.0/10", third="11.1.0.0/16"))
    assert platform_peers.outside_networks(view) == (
        (
            "0.0.0.0/0",
            ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "11.1.0.0/16"),
        ),
    )


def test_a_network_with_host_bits_is_the_network() -> None:
    view = view_of(clusters=clusters(local="11.1.2.3/16"))
    assert platform_peers.outside_networks(view)[0][1][-1] == "11.1.0.0/16"


def test_the_first_addon_that_provides_a_feature_runs_in_its_namespace() -> None:
    addons = {"one": addon("one"), "two": addon("two", "monitoring"), "three": addon("three", "monitoring")}
    view = view_of(cluster={"addons": list(addons)}, addons=addons)
    assert platform_peers.provider(view, "local", "monitoring") == "two"
    assert platform_peers.namespace_of(view, "local", "monitoring") == "two-system"
    assert platform_peers.namespace_of(view, "local", "tracing") == ""


def test_a_gateway_service_that_does_not_run_is_none() -> None:
    cluster = {"gateway": "nginx"}
    assert platform_peers.gateway(view_of(cluster=cluster), "dev", "local") is None
    disabled = view_of({"gateway": service(enabled=False)}, cluster=cluster)
    assert platform_peers.gateway(disabled, "dev", "local") is None
    assert not platform_peers.is_gateway(disabled, "gateway", "dev", "local")
