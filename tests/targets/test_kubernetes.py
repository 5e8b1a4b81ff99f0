"""The target `kubernetes`: its units, its files, and what environments and clusters share."""

from __future__ import annotations

from typing import Any

import pytest

from journey.artifact import Format, Unit
from journey.facts import delivery
from journey.formats import encode
from journey.spec.view import View
from journey.targets import kubernetes
from tests.workload.platforms import Data, schemas, service, store, view_of

ROUTED: dict[str, Data] = {"auth": service(routes={"api": {}}), "mail": service(priority="low")}


def files(view: View, version: str = "1.34") -> dict[str, Any]:
    """All files by path; each such as the cluster takes, at a path of its own."""
    found: dict[str, Any] = {}
    for unit in kubernetes.units(view):
        for artifact in kubernetes.render(unit, view):
            assert artifact.path not in found
            assert artifact.format is Format.YAML
            assert isinstance(artifact.content, dict)
            assert schemas().errors(version, artifact.content) == []
            found[artifact.path] = artifact.content
    return found


def gateway_api(**cluster: Any) -> View:
    return view_of(ROUTED, cluster={"gateway": "gateway-api", "addons": ["envoy"], **cluster})


def test_units_are_services_datastores_and_what_is_shared() -> None:
    view = view_of(ROUTED, datastores={"main": store()}, cluster={"gateway": "gateway-api"})
    assert list(kubernetes.units(view)) == [
        Unit("kubernetes", "dev", "local", "auth"),
        Unit("kubernetes", "dev", "local", "mail"),
        Unit("kubernetes", "dev", "local", name="main"),
        Unit("kubernetes", "dev", "local", name="_shared"),
        Unit("kubernetes", cluster="local"),
    ]


@pytest.mark.parametrize("gateway", ["nginx", "kong", "ingress"])
def test_only_the_gateway_api_has_shared_objects(gateway: str) -> None:
    names = [unit.name for unit in kubernetes.units(view_of(ROUTED, cluster={"gateway": gateway}))]
    assert "_shared" not in names


def test_a_platform_without_services_has_no_units() -> None:
    assert list(kubernetes.units(view_of())) == []


def test_a_file_holds_one_object_and_is_named_by_it() -> None:
    found = files(view_of({"auth": service(config={"values": {"A": "b"}})}, datastores={"main": store()}))
    folder = "environments/dev/local/kubernetes"
    assert found[f"{folder}/auth/deployment-auth.yaml"]["kind"] == "Deployment"
    assert found[f"{folder}/auth/configmap-auth.yaml"]["metadata"]["name"].startswith("auth-")
    assert found[f"{folder}/main/statefulset-main.yaml"]["kind"] == "StatefulSet"
    assert found["clusters/local/shared/priorityclass-normal.yaml"]["value"] == 10_000


def test_the_same_platform_gives_the_same_bytes() -> None:
    def rendered() -> list[bytes]:
        view = view_of(ROUTED, datastores={"main": store(databases=["auth"])})
        units = kubernetes.units(view)
        return [encode(item.format, item.content) for unit in units for item in kubernetes.render(unit, view)]

    assert rendered() == rendered()


def test_the_gateway_takes_routes_of_its_environment_alone() -> None:
    found = files(gateway_api())
    folder = "environments/dev/local/kubernetes/_shared"
    assert sorted(path.removeprefix(f"{folder}/") for path in found if path.startswith(folder)) == [
        "backendtrafficpolicy-gateway.yaml",
        "clienttrafficpolicy-gateway.yaml",
        "envoyproxy-gateway.yaml",
        "gateway-gateway.yaml",
        "namespace-shared-gateway.yaml",
        "networkpolicy-default-deny.yaml",
    ]
    spec = found[f"{folder}/gateway-gateway.yaml"]["spec"]
    labels = {"request-journey.dev/environment": "dev"}
    namespaces = {"from": "Selector", "selector": {"matchLabels": labels}}
    assert spec == {
        "gatewayClassName": "acme",
        "infrastructure": {
            "parametersRef": {"group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "gateway"}
        },
        "listeners": [{"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": namespaces}}],
    }
    auth = found["environments/dev/local/kubernetes/auth/namespace-auth.yaml"]
    assert labels.items() <= auth["metadata"]["labels"].items()


CLIENTS = "environments/dev/local/kubernetes/_shared/clienttrafficpolicy-gateway.yaml"


def test_clients_say_neither_who_they_are_nor_where_from() -> None:
    spec = files(gateway_api())[CLIENTS]["spec"]
    removed = spec["headers"]["earlyRequestHeaders"]["remove"]
    assert {"X-Auth-User", "X-Auth-Scopes", "X-Forwarded-For", "X-Real-IP", "Forwarded"} <= set(removed)
    assert spec["headers"]["requestID"] == "Generate"
    assert spec["path"] == {"escapedSlashesAction": "RejectRequest"}
    assert "tls" not in spec
    assert "clientIPDetection" not in spec


def test_trusted_proxies_say_where_from_and_a_certificate_has_tls_1_3() -> None:
    cluster = {"gateway": "gateway-api", "certificateIssuer": "public", "trustedProxies": ["10.9.0.0/16"]}
    spec = files(view_of({"auth": service(routes={"api": {}})}, cluster=cluster))[CLIENTS]["spec"]
    assert "X-Forwarded-For" not in spec["headers"]["earlyRequestHeaders"]["remove"]
    assert spec["clientIPDetection"] == {"xForwardedFor": {"trustedCIDRs": ["10.9.0.0/16"]}}
    assert spec["tls"] == {"minVersion": "1.3", "alpnProtocols": ["h2", "http/1.1"]}
    assert "Strict-Transport-Security" in [item["name"] for item in spec["headers"]["lateResponseHeaders"]["set"]]


def test_with_an_issuer_the_gateway_speaks_https_and_sends_http_there() -> None:
    view = view_of(
        {
            "auth": service(routes={"api": {}, "other": {"host": "www.example.org"}}),
            "mail": service(routes={"api": {}}),
        },
        cluster={"gateway": "gateway-api", "certificateIssuer": "public"},
    )
    found = files(view)
    folder = "environments/dev/local/kubernetes/_shared"
    gateway = found[f"{folder}/gateway-gateway.yaml"]
    assert gateway["metadata"]["annotations"] == {"cert-manager.io/cluster-issuer": "public"}
    plain, domain, other = gateway["spec"]["listeners"]
    assert plain["allowedRoutes"] == {"namespaces": {"from": "Same"}}
    assert (domain["name"], domain["hostname"], domain["port"]) == ("https", "*.dev.example.com", 443)
    assert domain["tls"] == {"mode": "Terminate", "certificateRefs": [{"name": "https-tls"}]}
    assert (other["name"], other["hostname"]) == ("https-www-example-org", "www.example.org")
    redirect = found[f"{folder}/httproute-https-redirect.yaml"]["spec"]
    assert redirect["parentRefs"] == [{"name": "gateway", "sectionName": "http"}]
    assert redirect["rules"][0]["filters"][0]["requestRedirect"] == {"scheme": "https", "statusCode": 301}
    routes = [item for path, item in found.items() if path.startswith("environments") and "httproute-auth" in path]
    names = {listener["name"] for listener in gateway["spec"]["listeners"]}
    assert {item["spec"]["parentRefs"][0]["sectionName"] for item in routes} <= names


def cluster_files(view: View) -> list[str]:
    folder = "clusters/local/shared/"
    return [path.removeprefix(folder) for path in files(view) if path.startswith(folder)]


def test_a_cluster_has_the_priority_classes_that_are_used_and_its_gateway_class() -> None:
    assert cluster_files(gateway_api()) == [
        "priorityclass-low.yaml",
        "priorityclass-normal.yaml",
        "gatewayclass-acme.yaml",
    ]


def test_a_datastore_in_the_cluster_has_a_priority_too() -> None:
    said = {"auth": service(without={"priorityClass": {"reason": "Adopted."}})}
    cluster = {"gateway": "nginx"}
    assert cluster_files(view_of(said, datastores={"main": store()}, cluster=cluster)) == ["priorityclass-high.yaml"]
    managed = view_of(said, datastores={"main": store()}, environment={"datastores": "managed"}, cluster=cluster)
    assert cluster_files(managed) == []


EVERYTHING: dict[str, Data] = {
    "auth": service(
        routes={"api": {}},
        scaling={"min": 1, "max": 3},
        needs=[{"datastore": "main"}],
        config={"values": {"A": "b"}},
        secrets={"TOKEN": {"path": "a", "key": "b"}},
        identity={"kubernetes": [{"resources": ["pods"], "verbs": ["get"]}]},
        metrics={},
        volumes={"data": {"path": "/data", "kind": "persistent"}},
        migrations={"command": ["migrate"]},
    ),
    "count": service(kind="stateful", scaling={"min": 1, "max": 3, "requestsPerSecond": 9}, metrics={}),
    "clean": service(kind="cron", schedule={"cron": "0 * * * *"}),
    "once": service(kind="job"),
}


@pytest.mark.parametrize("gateway", ["gateway-api", "ingress", "nginx"])
@pytest.mark.parametrize("instances", [1, 3])
def test_whoever_syncs_may_bring_every_kind_that_is_rendered(gateway: str, instances: int) -> None:
    datastores = {"main": store(databases=["auth"], instances=instances), "cache": store(engine="redis", version="7.2")}
    cluster = {"gateway": gateway, "certificateIssuer": "public", "addons": ["prometheus"]}
    view = view_of(EVERYTHING, datastores=datastores, cluster=cluster)
    for unit in kubernetes.units(view):
        if not unit.environment:
            continue
        if unit.service:
            allowed = set(delivery.kinds(view, unit.service, "dev", "local"))
        elif unit.name == delivery.SHARED:
            allowed = set(delivery.SHARED_KINDS)
        else:
            allowed = set(delivery.datastore_kinds(view, unit.name, "dev"))
        made = {kind_of(artifact.content) for artifact in kubernetes.render(unit, view)}
        assert made - allowed == {("", "Namespace")}


def kind_of(content: Any) -> tuple[str, str]:
    return content["apiVersion"].rpartition("/")[0], content["kind"]
