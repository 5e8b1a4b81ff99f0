"""The Gateway of an environment on a cluster under `gateway: gateway-api`: its class, its listeners, their hosts."""

from __future__ import annotations

from typing import NamedTuple

from journey import names
from journey.facts.routes import entries
from journey.spec import resolve
from journey.spec.view import View, kept, query

GATEWAY = "gateway"
"""The Gateway's name, in the environment's shared namespace."""

CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
"""Envoy Gateway, the controller that this platform's Gateways are written for (gateway.envoyproxy.io/docs/api)."""

HTTP, HTTPS = "http", "https"

IDENTITY = ("X-Auth-User", "X-Auth-Scopes")
"""Who calls, as the authorizer says; nobody outside may."""


class Listener(NamedTuple):
    """A listener: its name, its host (empty: any), and the Secret of its certificate (empty: plain HTTP)."""

    name: str
    host: str
    secret: str


def class_name(view: View) -> str:
    """The GatewayClass of the platform."""
    return resolve.settings(view).name


@kept(tuple[str, ...])
def hosts(view: View, environment: str, cluster: str) -> tuple[str, ...]:
    """All hosts that services answer for in an environment on a cluster, sorted."""
    found: set[str] = set()
    for name in resolve.services_at(view, environment, cluster):
        found.update(entry.host for entry in entries(view, name, environment, cluster))
    return tuple(sorted(found))


@query
def listeners(view: View, environment: str, cluster: str) -> tuple[Listener, ...]:
    """HTTP for every host; with an issuer, HTTPS for all hosts below the environment's domain and one for each other.

    A Gateway has at most 64 listeners (Gateway API v1), so hosts below the domain share one.
    """
    plain = Listener(HTTP, "", "")
    if resolve.cluster(view, cluster).certificate_issuer is None:
        return (plain,)
    found = [plain]
    for host in dict.fromkeys(_covering(view, environment, host) for host in hosts(view, environment, cluster)):
        name = listener_name(view, environment, host)
        found.append(Listener(name, host, names.join(name, "tls")))
    return tuple(found)


def _covering(view: View, environment: str, host: str) -> str:
    """The host of the listener that a host is served by."""
    domain = resolve.domain(view, environment)
    label, _, parent = host.partition(".")
    return f"*.{domain}" if parent == domain and label else host


def listener_name(view: View, environment: str, host: str) -> str:
    """A listener's name: `https` for the environment's domain, closed by the host for another."""
    if host == f"*.{resolve.domain(view, environment)}":
        return HTTPS
    return names.join(HTTPS, host.replace("*", "any").replace(".", "-"))


def listener(view: View, environment: str, cluster: str, host: str) -> str:
    """The name of the listener that serves a host."""
    if resolve.cluster(view, cluster).certificate_issuer is None:
        return HTTP
    return listener_name(view, environment, _covering(view, environment, host))
