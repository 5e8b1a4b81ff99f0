"""Routes under the Gateway API, and Envoy Gateway's policies of them; `make e2e-gateway` has a real one serve the like.

Every object is held against its kind's schema on the way (tests/workload/platforms.py).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.workload.platforms import Data, objects, service

NEXT = service(ports={"http": {"port": 8080, "expose": 80}})


def found(route: Data, **cluster: Any) -> dict[str, Data]:
    """Specs by kind of the objects of a route `api` of the service `auth`."""
    told = {"gateway": "gateway-api", "authorizer": {"service": "keys", "path": "/check"}, **cluster}
    others = {"keys": service(), "next": NEXT}
    items = objects(service(routes={"api": route}), others, cluster=told)
    return {key.partition("/")[0]: item["spec"] for key, item in items.items() if key.endswith("/auth-api")}


def test_a_plain_route_has_no_policy() -> None:
    assert sorted(found({})) == ["HTTPRoute"]


@pytest.mark.parametrize("auth", ["user", "token"])
def test_who_calls_is_asked_of_the_authorizer(auth: str) -> None:
    spec = found({"auth": auth})["SecurityPolicy"]
    assert spec["targetRefs"] == [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "auth-api"}]
    assert spec["extAuth"]["http"] == {
        "backendRefs": [{"name": "keys", "port": 80, "namespace": "keys"}],
        "pathOverride": f"/check/{auth}",
        "headersToBackend": ["X-Auth-User", "X-Auth-Scopes"],
    }


def test_nobody_is_let_in_where_nobody_can_tell_who_calls() -> None:
    spec = found({"auth": "user"}, authorizer={"service": "absent"})["SecurityPolicy"]
    assert spec["authorization"] == {"defaultAction": "Deny"}


def test_who_is_asked_lets_the_policy_lead_to_it() -> None:
    told = {"gateway": "gateway-api", "authorizer": {"service": "auth"}}
    items = objects(service(), {"shop": service(routes={"api": {"auth": "user"}})}, cluster=told)
    assert items["ReferenceGrant/auth-asked"]["spec"] == {
        "from": [{"group": "gateway.envoyproxy.io", "kind": "SecurityPolicy", "namespace": "shop"}],
        "to": [{"group": "", "kind": "Service", "name": "auth"}],
    }


def test_a_canary_and_a_copy_are_let_in_from_the_routes_namespace() -> None:
    shop = service(routes={"api": {"canary": {"service": "auth", "weight": 5}}})
    items = objects(service(), {"shop": shop}, cluster={"gateway": "gateway-api"})
    allowed = [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop"}]
    assert items["ReferenceGrant/auth-asked"]["spec"]["from"] == allowed


@pytest.mark.parametrize(
    ("limit", "client", "unit"),
    [
        ({"requests": 5}, {"sourceCIDR": {"type": "Distinct", "value": "0.0.0.0/0"}}, "Minute"),
        ({"requests": 5, "per": "24h"}, {"sourceCIDR": {"type": "Distinct", "value": "0.0.0.0/0"}}, "Day"),
        ({"requests": 5, "by": "user"}, {"headers": [{"type": "Distinct", "name": "Authorization"}]}, "Minute"),
    ],
)
def test_a_limit_counts_each_client_by_itself(limit: Data, client: Data, unit: str) -> None:
    rules = found({"rateLimit": limit})["BackendTrafficPolicy"]["rateLimit"]["local"]["rules"]
    assert rules == [{"clientSelectors": [client], "limit": {"requests": 5, "unit": unit}}]


def test_a_policy_of_a_route_joins_the_gateways_unless_it_is_of_a_websocket() -> None:
    said = found({"bodyLimit": "10Mi", "retries": 2})["BackendTrafficPolicy"]
    assert (said["mergeType"], said["requestBuffer"]) == ("StrategicMerge", {"limit": "10485760"})
    assert said["retry"]["numRetries"] == 2
    talk = found({"stream": "websocket", "timeout": "5m"})
    assert "mergeType" not in talk["BackendTrafficPolicy"]
    assert talk["BackendTrafficPolicy"]["timeout"] == {"http": {"streamIdleTimeout": "5m"}}
    assert talk["HTTPRoute"]["rules"][0]["timeouts"] == {"request": "0s"}


def test_requests_with_the_canarys_header_have_a_rule_before_the_shares() -> None:
    canary = {"service": "next", "weight": 10, "headers": {"X-Canary": "always"}}
    chosen, shared = found({"headers": {"X-A": "b"}, "canary": canary})["HTTPRoute"]["rules"]
    assert [header["name"] for header in chosen["matches"][0]["headers"]] == ["X-A", "X-Canary"]
    assert chosen["backendRefs"] == [{"name": "next", "namespace": "next", "port": 80}]
    assert [backend["weight"] for backend in shared["backendRefs"]] == [90, 10]


def test_a_closed_route_answers_by_itself() -> None:
    items = found({"auth": "user", "maintenance": {"message": "Back at noon.", "retryAfter": "30m"}})
    assert sorted(items) == ["HTTPRoute", "HTTPRouteFilter"]
    answer = items["HTTPRouteFilter"]["directResponse"]
    assert (answer["statusCode"], answer["body"]["inline"]) == (503, "Back at noon.")
    assert answer["header"] == {"set": [{"name": "Retry-After", "value": "1800"}]}
    assert "backendRefs" not in items["HTTPRoute"]["rules"][0]


def test_a_preflight_matches_as_what_it_asks_for() -> None:
    cors = {"origins": ["https://a.example.com"], "methods": ["PUT"]}
    matches = found({"methods": ["PUT"], "cors": cors})["HTTPRoute"]["rules"][0]["matches"]
    assert [match["method"] for match in matches] == ["PUT", "OPTIONS"]
    assert matches[1]["headers"] == [{"type": "Exact", "name": "Access-Control-Request-Method", "value": "PUT"}]


def test_copies_and_rewrites_are_filters() -> None:
    said = {
        "path": "/api",
        "rewrite": {"path": "/", "host": "inner.example.com"},
        "mirror": {"service": "next", "percent": 5},
    }
    rewrite, mirror = found(said)["HTTPRoute"]["rules"][0]["filters"]
    path = {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}
    assert rewrite["urlRewrite"] == {"hostname": "inner.example.com", "path": path}
    assert mirror["requestMirror"]["percent"] == 5
