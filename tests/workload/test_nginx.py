"""NGINX as the way in: what its pods mount, and who is reached by it. tests/real/test_gateway_* serve the like."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.workload.platforms import Data, container_of, objects, service

GATEWAY = service(runtime="nginx", ports={"http": {"port": 8080}, "status": {"port": 8081}})
SHOP = service(routes={"all": {"retries": 2}, "writes": {"path": "/items", "methods": ["POST"], "auth": "user"}})


def found(others: dict[str, Data] | None = None, said: Data = GATEWAY, **cluster: Any) -> dict[str, Data]:
    """The gateway's objects; the service asked for is always called `auth` here, so that it is the way in."""
    told = {"gateway": "nginx", "gatewayService": "auth", **cluster}
    return objects(said, others if others is not None else {"shop": SHOP}, cluster=told)


def files(items: dict[str, Data]) -> dict[str, str]:
    """What is mounted, by path; the ConfigMap's name ends in a hash of it."""
    maps = {key: item for key, item in items.items() if key.startswith("ConfigMap/auth-files")}
    data: dict[str, str] = next(iter(maps.values()))["data"] if maps else {}
    mounts = container_of(items["Deployment/auth"]).get("volumeMounts", [])
    return {mount["mountPath"]: data[mount["subPath"]] for mount in mounts if mount.get("subPath") in data}


def test_the_pods_mount_a_whole_configuration() -> None:
    mounted = files(found())
    assert sorted(mounted) == [
        "/etc/nginx/journey/clients.conf",
        "/etc/nginx/journey/limits.conf",
        "/etc/nginx/journey/log.conf",
        "/etc/nginx/journey/proxy.conf",
        "/etc/nginx/journey/routes.conf",
        "/etc/nginx/journey/servers.conf",
        "/etc/nginx/journey/upstreams.conf",
        "/etc/nginx/journey/variables.conf",
        "/etc/nginx/nginx.conf",
        "/etc/nginx/templates/deployment.conf.template",
    ]
    included = re.findall(r"include (\S+);", mounted["/etc/nginx/nginx.conf"])
    assert [path for path in included if path not in mounted] == ["/etc/nginx/conf.d/*.conf"]


def test_the_deployment_id_is_read_from_the_environment_and_mounted_nowhere() -> None:
    items = found()
    template = items["Deployment/auth"]["spec"]["template"]
    deployed = template["metadata"]["labels"]["request-journey.dev/deployment-id"]
    variables = {item["name"]: item.get("value") for item in container_of(items["Deployment/auth"])["env"]}
    assert variables["JOURNEY_DEPLOYMENT_ID"] == deployed
    assert [path for path, text in files(items).items() if deployed in text] == []
    assert "${JOURNEY_DEPLOYMENT_ID}" in files(items)["/etc/nginx/templates/deployment.conf.template"]


def test_a_route_of_another_service_is_a_release_of_the_gateway() -> None:
    def deployed(shop: Data) -> str:
        labels = found({"shop": shop})["Deployment/auth"]["spec"]["template"]["metadata"]["labels"]
        label: str = labels["request-journey.dev/deployment-id"]
        return label

    assert deployed(SHOP) == deployed({**SHOP, "description": "Sells."})
    assert deployed(SHOP) != deployed({**SHOP, "routes": {"all": {"retries": 1}}})


@pytest.mark.parametrize(
    ("said", "cluster"),
    [
        (GATEWAY, {"gateway": "ingress"}),
        (GATEWAY, {"gatewayService": "shop"}),
        ({**GATEWAY, "runtime": "generic"}, {}),
        ({**GATEWAY, "ports": {}}, {}),
    ],
)
def test_what_is_not_the_way_in_on_nginx_mounts_nothing_of_it(said: Data, cluster: Data) -> None:
    items = found(said=said, **cluster)
    assert [key for key in items if key.startswith("ConfigMap/")] == []


def test_a_guarded_route_lets_nobody_in_where_nobody_can_tell_who_calls() -> None:
    text = files(found())["/etc/nginx/journey/servers.conf"]
    place = text[text.index("location @shop_writes {") :]
    assert "return 503;" in place[: place.index("}")]
    assert "auth_request" not in text


READY = {"clusterIP": "None", "ports": [{"name": "http", "port": 8080, "targetPort": "http", "protocol": "TCP"}]}


@pytest.mark.parametrize(
    ("said", "cluster", "there"),
    [
        (service(routes={"all": {}}), {}, True),
        (service(), {"authorizer": {"service": "auth"}}, True),
        (service(), {}, False),
        (service(routes={"all": {}}), {"gateway": "ingress"}, False),
    ],
)
def test_the_gateway_finds_ready_pods_by_a_service_without_an_address(said: Data, cluster: Data, there: bool) -> None:
    told = {"gateway": "nginx", "gatewayService": "edge", **cluster}
    items = objects(said, {"edge": GATEWAY}, cluster=told)
    ready = items.get("Service/auth-ready")
    assert (ready is not None) == there
    if ready is not None:
        selector = items["Service/auth"]["spec"]["selector"]
        assert ready["spec"] == {**READY, "selector": selector}


def test_the_authorizer_is_dialled_by_the_gateway_alone() -> None:
    told = {"gateway": "nginx", "gatewayService": "edge", "authorizer": {"service": "auth"}}
    ingress = objects(service(), {"edge": GATEWAY}, cluster=told)["NetworkPolicy/auth"]["spec"]["ingress"]
    peers = [peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in ingress[0]["from"]]
    assert (len(ingress), peers) == (1, ["edge"])
    egress = found({"keys": service()}, authorizer={"service": "keys"})["NetworkPolicy/auth"]["spec"]["egress"]
    assert [rule["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for rule in egress[1:]] == ["keys"]


def test_networks_of_trusted_proxies_are_told() -> None:
    text = files(found(trustedProxies=["10.9.0.0/16"]))["/etc/nginx/journey/clients.conf"]
    assert "set_real_ip_from 10.9.0.0/16;" in text
    assert "set_real_ip_from" not in files(found())["/etc/nginx/journey/clients.conf"]
