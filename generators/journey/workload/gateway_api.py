"""Routes as the Gateway API has them, and what only Envoy Gateway's own kinds can say of them.

gateway-api.sigs.k8s.io/reference/spec (HTTPRoute, ReferenceGrant); gateway.envoyproxy.io/docs/api/extension_types
(SecurityPolicy, BackendTrafficPolicy, HTTPRouteFilter).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from journey import names
from journey.facts import delivery, gateways, platform_peers
from journey.facts.routes import Entry, entries, service_port, targets
from journey.facts.traffic import namespace
from journey.facts.units import amount, seconds, whole_seconds
from journey.spec import resolve
from journey.spec.routes import Canary, Cors, Mirror, RateLimit, Redirect, Rewrite, Route
from journey.workload.place import LAST, Object, Place

API = "gateway.networking.k8s.io/v1"
ENVOY = "gateway.envoyproxy.io"
EVERYBODY = "0.0.0.0/0"
UNITS = {1: "Second", 60: "Minute", 3600: "Hour", 86400: "Day"}
"""Periods of a limit, in seconds (RateLimitUnit)."""


def objects(place: Place) -> Iterator[tuple[Object, str]]:
    """The objects of each route, with the route's name; and who may lead to this service from other namespaces."""
    for entry in entries(place.view, *place.key):
        yield _http_route(place, entry), entry.name
        if entry.route.maintenance is not None:
            yield _closed(place, entry), entry.name
        if entry.route.auth != "none" and entry.route.maintenance is None and entry.route.redirect is None:
            yield _security(place, entry), entry.name
        traffic = _traffic(entry.route)
        if traffic:
            yield _policy(place, entry, "BackendTrafficPolicy", traffic), entry.name


def grants(place: Place) -> list[Object]:
    """Lets routes and policies of other namespaces lead to this service as canary, copy or authorizer."""
    found = []
    for target in targets(place.view, place.environment, place.cluster):
        if target.service != place.service:
            continue
        asking = sorted(_asking(place), key=str)
        if asking:
            spec = {
                "from": [{"group": group, "kind": kind, "namespace": space} for group, kind, space in asking],
                "to": [{"group": "", "kind": "Service", "name": place.service}],
            }
            metadata = place.meta(names.join(place.service, "asked"), LAST)
            found.append({"apiVersion": API, "kind": "ReferenceGrant", "metadata": metadata, "spec": spec})
        break
    return found


def _asking(place: Place) -> set[tuple[str, str, str]]:
    """(group, kind, namespace) of what leads here."""
    view, here = place.view, (place.environment, place.cluster)
    asked, found = place.here.authorizer, set()
    for name in resolve.services_at(view, *here):
        space = namespace(view, name, *here)
        for route in resolve.routes(view, name, *here).values():
            if any(other is not None and other.service == place.service for other in (route.canary, route.mirror)):
                found.add(("gateway.networking.k8s.io", "HTTPRoute", space))
            if route.auth != "none" and asked is not None and asked.service == place.service:
                found.add((ENVOY, "SecurityPolicy", space))
    return {item for item in found if item[2] != place.namespace}


def _name(place: Place, entry: Entry) -> str:
    return names.join(place.service, entry.name)


def _http_route(place: Place, entry: Entry) -> Object:
    parent = gateways.listener(place.view, place.environment, place.cluster, entry.host)
    return {
        "apiVersion": API,
        "kind": "HTTPRoute",
        "metadata": place.meta(_name(place, entry), LAST),
        "spec": {
            "parentRefs": [
                {
                    "name": gateways.GATEWAY,
                    "namespace": delivery.shared_namespace(place.view, place.environment, place.cluster),
                    "sectionName": parent,
                }
            ],
            "hostnames": [entry.host],
            "rules": list(_rules(place, entry)),
        },
    }


def _rules(place: Place, entry: Entry) -> Iterator[Object]:
    route = entry.route
    matches = list(_matches(route))
    filters = [_cors(route.cors)] if route.cors is not None else []
    if route.maintenance is not None:
        extension = {"group": ENVOY, "kind": "HTTPRouteFilter", "name": _name(place, entry)}
        yield {"matches": matches, "filters": [*filters, {"type": "ExtensionRef", "extensionRef": extension}]}
        return
    if route.redirect is not None:
        yield {"matches": matches, "filters": [*filters, _redirect(route, route.redirect)]}
        return
    if route.rewrite is not None:
        filters.append({"type": "URLRewrite", "urlRewrite": _rewrite(route, route.rewrite)})
    if route.mirror is not None:
        copies: Object = {"backendRef": _backend(place, route.mirror)}
        if route.mirror.percent < 100:
            copies["percent"] = route.mirror.percent
        filters.append({"type": "RequestMirror", "requestMirror": copies})
    common: Object = {"filters": filters} if filters else {}
    common["timeouts"] = {"request": "0s" if route.stream != "none" else _duration(route.timeout)}
    own: Object = {"name": place.service, "port": entry.port}
    if route.canary is not None and route.canary.headers:
        chosen = [
            {**match, "headers": [*match.get("headers", []), *_headers(route.canary.headers)]} for match in matches
        ]
        yield {"matches": chosen, **common, "backendRefs": [_backend(place, route.canary)]}
    backends = [own]
    if route.canary is not None and route.canary.weight:
        other = {**_backend(place, route.canary), "weight": route.canary.weight}
        backends = [{**own, "weight": 100 - route.canary.weight}, other]
    yield {"matches": matches, **common, "backendRefs": backends}


def _matches(route: Route) -> Iterator[Object]:
    """A match a method; a preflight matches as the request that it asks for."""
    kind = "PathPrefix" if route.match == "prefix" else "Exact"
    base: Object = {"path": {"type": kind, "value": route.path}}
    headers = _headers(route.headers)
    also = {"headers": headers} if headers else {}
    if not route.methods:
        yield {**base, **also}
        return
    for method in route.methods:
        yield {**base, **also, "method": method}
    if route.cors is not None and "OPTIONS" not in route.methods:
        for method in route.methods:
            asked = {"type": "Exact", "name": "Access-Control-Request-Method", "value": method}
            yield {**base, "headers": [*headers, asked], "method": "OPTIONS"}


def _headers(wanted: dict[str, str]) -> list[Object]:
    return [{"type": "Exact", "name": name, "value": value} for name, value in wanted.items()]


def _cors(cors: Cors) -> Object:
    found: Object = {"allowOrigins": list(cors.origins), "allowMethods": list(cors.methods)}
    if cors.headers:
        found["allowHeaders"] = list(cors.headers)
    if cors.expose:
        found["exposeHeaders"] = list(cors.expose)
    if cors.credentials:
        found["allowCredentials"] = True
    return {"type": "CORS", "cors": {**found, "maxAge": max(1, int(seconds(cors.max_age)))}}


def _redirect(route: Route, redirect: Redirect) -> Object:
    found: Object = {"statusCode": 301 if redirect.permanent else 302}
    if redirect.host is not None:
        found["hostname"] = redirect.host
    if redirect.path is not None:
        found["path"] = _path(route, redirect.path)
    return {"type": "RequestRedirect", "requestRedirect": found}


def _rewrite(route: Route, rewrite: Rewrite) -> Object:
    found: Object = {}
    if rewrite.host is not None:
        found["hostname"] = rewrite.host
    if rewrite.path is not None:
        found["path"] = _path(route, rewrite.path)
    return found


def _path(route: Route, path: str) -> Object:
    if route.match == "exact":
        return {"type": "ReplaceFullPath", "replaceFullPath": path}
    return {"type": "ReplacePrefixMatch", "replacePrefixMatch": path}


def _backend(place: Place, other: Canary | Mirror) -> Object:
    """A port of another service; of this one's namespace where it is not elsewhere."""
    ports = resolve.ports(place.view, other.service, place.environment, place.cluster)
    found: Object = {"name": other.service}
    space = namespace(place.view, other.service, place.environment, place.cluster)
    if space != place.namespace:
        found["namespace"] = space
    if other.port in ports:
        found["port"] = service_port(ports[other.port])
    return found


def _duration(text: str) -> str:
    """A duration as the Gateway API writes it (GEP-2257): it knows no days, and at most five digits."""
    digits = text.rstrip("mshd")
    return text if len(digits) <= 5 and text[-1] != "d" else f"{math.ceil(seconds(text) / 3600)}h"


def _closed(place: Place, entry: Entry) -> Object:
    maintenance = entry.route.maintenance
    assert maintenance is not None
    wait = str(math.ceil(seconds(maintenance.retry_after)))
    answer = {
        "statusCode": 503,
        "contentType": "text/plain",
        "body": {"type": "Inline", "inline": maintenance.message},
        "header": {"set": [{"name": "Retry-After", "value": wait}]},
    }
    return {
        "apiVersion": f"{ENVOY}/v1alpha1",
        "kind": "HTTPRouteFilter",
        "metadata": place.meta(_name(place, entry), LAST),
        "spec": {"directResponse": answer},
    }


def _policy(place: Place, entry: Entry, kind: str, spec: Object) -> Object:
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": _name(place, entry)}
    return {
        "apiVersion": f"{ENVOY}/v1alpha1",
        "kind": kind,
        "metadata": place.meta(_name(place, entry), LAST),
        "spec": {"targetRefs": [target], **spec},
    }


def _security(place: Place, entry: Entry) -> Object:
    """Asks the authorizer; whoever cannot be asked about is refused."""
    found = platform_peers.authorizer(place.view, place.environment, place.cluster)
    asked = place.here.authorizer
    if found is None or asked is None:
        return _policy(place, entry, "SecurityPolicy", {"authorization": {"defaultAction": "Deny"}})
    name, port = found
    backend: Object = {"name": name, "port": service_port(port)}
    space = namespace(place.view, name, place.environment, place.cluster)
    if space != place.namespace:
        backend["namespace"] = space
    http = {
        "backendRefs": [backend],
        "pathOverride": f"{asked.path}/{entry.route.auth}",
        "headersToBackend": list(gateways.IDENTITY),
    }
    headers = ["authorization", "cookie", "x-request-id", "traceparent"]
    return _policy(place, entry, "SecurityPolicy", {"extAuth": {"http": http, "headersToExtAuth": headers}})


def _traffic(route: Route) -> Object:
    """What differs from the Gateway's own policy, which is merged; a WebSocket's request has no end to wait for."""
    if route.maintenance is not None or route.redirect is not None:
        return {}
    found: Object = {} if route.stream == "websocket" else {"mergeType": "StrategicMerge"}
    rules = [rule for limit in route.limits.values() for rule in _limit(limit, limit.path)]
    if route.rate_limit is not None:
        rules.extend(_limit(route.rate_limit, ""))
    if rules:
        found["rateLimit"] = {"local": {"rules": rules}}
    if route.retries:
        triggers = ["connect-failure", "refused-stream", "reset-before-request"]
        found["retry"] = {"numRetries": route.retries, "retryOn": {"triggers": triggers}}
    if route.stream != "none":
        found["timeout"] = {"http": {"streamIdleTimeout": _duration(route.timeout)}}
    if route.stream == "websocket":
        found["httpUpgrade"] = [{"type": "websocket"}]
    elif route.body_limit != Route().body_limit:
        found["requestBuffer"] = {"limit": str(int(amount(route.body_limit)))}
    return found if set(found) != {"mergeType"} else {}


def _limit(limit: RateLimit, path: str) -> Iterator[Object]:
    """Each client is counted by itself, in each pod of Envoy."""
    client: Object = {"sourceCIDR": {"type": "Distinct", "value": EVERYBODY}}
    if limit.by != "address":
        client = {"headers": [{"type": "Distinct", "name": "Authorization"}]}
    if path:
        client["path"] = {"type": "PathPrefix", "value": path}
    unit = UNITS.get(whole_seconds(limit.per), "Minute")
    yield {"clientSelectors": [client], "limit": {"requests": limit.requests, "unit": unit}}
