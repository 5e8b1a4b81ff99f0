"""Who may talk to Argo CD's processes, and to whom they talk: all else is closed, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from journey.facts import delivery, platform_peers
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.argocd.components import (
    COMPONENTS,
    CONTROLLER,
    NOTIFICATIONS,
    REDIS,
    REPOSITORIES,
    SERVER,
    Component,
    selector,
)
from journey.targets.argocd.configuration import MAIL_PORT
from journey.targets.argocd.objects import Object, own_metadata

_BY_NAME = {component.name: component for component in COMPONENTS}

CALLERS: dict[str, dict[int, tuple[str, ...]]] = {
    REDIS: {6379: (CONTROLLER, REPOSITORIES, SERVER)},
    REPOSITORIES: {8081: (CONTROLLER, NOTIFICATIONS, SERVER)},
}
"""Per process and port, who calls it."""

GIT_PORTS = {"https": 443, "ssh": 22, "git": 9418}
"""Ports of the protocols that a repository is pulled over (git-fetch(1), "Git URLs")."""


def policies(view: View, hub: str) -> Iterator[Object]:
    """One that closes the namespace, and one a process that opens what it needs."""
    yield {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": own_metadata("argocd-default-deny"),
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }
    for component in COMPONENTS:
        yield {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": own_metadata(component.name, component.role),
            "spec": {
                "podSelector": {"matchLabels": selector(component)},
                "policyTypes": ["Ingress", "Egress"],
                # an empty list is dropped by the API server, and would count as a change at each apply
                **({"ingress": ingress} if (ingress := _ingress(view, hub, component)) else {}),
                "egress": _egress(view, hub, component),
            },
        }


def _tcp(*ports: int) -> list[Object]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def _pods(*process_names: str) -> list[Object]:
    return [{"podSelector": {"matchLabels": selector(_BY_NAME[name])}} for name in process_names]


def _ingress(view: View, hub: str, component: Component) -> list[Object]:
    """Its callers, its metrics for Prometheus; and whoever is in the cluster may ask the API server, which asks who."""
    rules: list[Object] = [
        {"from": _pods(*callers), "ports": _tcp(port)} for port, callers in CALLERS.get(component.name, {}).items()
    ]
    if component.name == SERVER:
        rules.append({"from": [{"namespaceSelector": {}}], "ports": _tcp(8080)})
    monitoring = platform_peers.namespace_of(view, hub, "monitoring")
    if component.metrics and monitoring:
        watcher = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": monitoring}}}
        rules.append({"from": [watcher], "ports": _tcp(component.metrics)})
    return rules


def _egress(view: View, hub: str, component: Component) -> list[Object]:
    rules: list[Object] = [_name_service()]
    if component.talks:
        rules.append(
            {"to": _networks(platform_peers.api_server(view, hub)), "ports": _ports(platform_peers.API_SERVER_PORTS)}
        )
    rules += [
        {"to": _pods(called), "ports": _tcp(port)}
        for called, ports in CALLERS.items()
        for port, callers in ports.items()
        if component.name in callers
    ]
    outside = _outside(view, hub, component.name)
    return [*rules, {"to": _networks(("0.0.0.0/0", "::/0")), "ports": _tcp(*outside)}] if outside else rules


def _name_service() -> Object:
    dns = platform_peers.DNS
    pods = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": dns.namespace}},
        "podSelector": {"matchLabels": dns.selector},
    }
    return {"to": [pods], "ports": _ports(platform_peers.DNS_PORTS)}


def _ports(numbers: tuple[tuple[int, str], ...]) -> list[Object]:
    return [{"protocol": protocol, "port": port} for port, protocol in numbers]


def _networks(cidrs: tuple[str, ...]) -> list[Object]:
    return [{"ipBlock": {"cidr": cidr}} for cidr in cidrs]


def _outside(view: View, hub: str, name: str) -> tuple[int, ...]:
    """Ports outside the cluster: Git and charts; other clusters; chat and mail. Their addresses nobody here knows."""
    if name == REPOSITORIES:
        address = urlsplit(resolve.settings(view).repository.url)
        git = address.port or GIT_PORTS.get(address.scheme, 443)
        return tuple(sorted({git, 443}))
    if name in (CONTROLLER, SERVER) and len(delivery.synced_from(view, hub)) > 1:
        return (443, 6443)
    return (443, MAIL_PORT) if name == NOTIFICATIONS else ()
