"""What Envoy Gateway is told of all routes of an environment: clients, bodies, pods that fail, headers, the log.

gateway.envoyproxy.io/docs/api/extension_types (ClientTrafficPolicy, BackendTrafficPolicy, EnvoyProxy). What differs
from route to route stands beside the routes.
"""

from __future__ import annotations

from journey.facts import gateways
from journey.facts.units import amount
from journey.spec import resolve
from journey.spec.gateway import ANSWERED, CSP, NOT_FROM_OUTSIDE, TRANSPORT, TRANSPORT_AGE
from journey.spec.routes import Route
from journey.spec.view import View
from journey.workload.gateway_api import ENVOY
from journey.workload.place import Object

_VERSION = f"{ENVOY}/v1alpha1"
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")

_LOG = {
    "time": "%START_TIME%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "traceparent": "%REQ(TRACEPARENT)%",
    "route": "%ROUTE_NAME%",
    "method": "%REQ(:METHOD)%",
    "host": "%REQ(:AUTHORITY)%",
    "path": "%PATH(NQ)%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "user": "%REQ(X-AUTH-USER)%",
    "upstream": "%UPSTREAM_HOST%",
    "status": "%RESPONSE_CODE%",
    "reason": "%RESPONSE_FLAGS%",
    "duration_ms": "%DURATION%",
    "bytes": "%BYTES_SENT%",
}
"""Fields of a line of the access log (envoyproxy.io, "Access logging", Command Operators); never the query."""


def policies(view: View, environment: str, cluster: str, metadata: Object) -> list[Object]:
    """The policies of the Gateway, and what its pods run with."""
    found = [
        ("ClientTrafficPolicy", {"targetRefs": [_TARGET], **_clients(view, cluster)}),
        ("BackendTrafficPolicy", {"targetRefs": [_TARGET], **_traffic()}),
        ("EnvoyProxy", {"telemetry": {"accessLog": {"settings": [_log()]}}}),
    ]
    return [{"apiVersion": _VERSION, "kind": kind, "metadata": metadata, "spec": spec} for kind, spec in found]


_TARGET = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": gateways.GATEWAY}


def _clients(view: View, cluster: str) -> Object:
    """Headers and addresses that nobody outside may set; paths and times; TLS where there is a certificate."""
    here = resolve.cluster(view, cluster)
    removed = list(NOT_FROM_OUTSIDE)
    if not here.trusted_proxies:
        removed.extend(_FORWARDED)
    answered = {**ANSWERED, **({TRANSPORT: TRANSPORT_AGE} if here.certificate_issuer else {})}
    late = {
        "set": [{"name": name, "value": value} for name, value in answered.items()],
        "addIfAbsent": [{"name": "Content-Security-Policy", "value": CSP}],
        "remove": ["X-Powered-By"],
    }
    found: Object = {
        "headers": {
            "requestID": "Generate",
            "withUnderscoresAction": "DropHeader",
            "earlyRequestHeaders": {"remove": removed},
            "lateResponseHeaders": late,
        },
        "path": {"escapedSlashesAction": "RejectRequest"},
        "timeout": {"http": {"requestHeadersReceivedTimeout": "10s"}},
    }
    if here.trusted_proxies:
        found["clientIPDetection"] = {"xForwardedFor": {"trustedCIDRs": list(here.trusted_proxies)}}
    if here.certificate_issuer:
        found["tls"] = {"minVersion": "1.3", "alpnProtocols": ["h2", "http/1.1"]}
    return found


def _traffic() -> Object:
    """A pod that fails three times in a row is left out for ten seconds; a body is held until it is known to fit."""
    passive = {"consecutiveGatewayErrors": 3, "consecutive5XxErrors": 100, "interval": "1s", "baseEjectionTime": "10s"}
    return {
        "healthCheck": {"passive": passive},
        "requestBuffer": {"limit": str(int(amount(Route().body_limit)))},
    }


def _log() -> Object:
    sink = {"type": "File", "file": {"path": "/dev/stdout"}}
    return {"format": {"type": "JSON", "json": _LOG}, "sinks": [sink]}
