"""Who may talk to a service's pods and whom they may dial: nothing, and then what the traffic matrix says."""

from __future__ import annotations

from collections.abc import Iterable

from journey import names
from journey.facts import datastores, platform_peers, traffic
from journey.facts.routes import targets
from journey.facts.traffic import Peer
from journey.workload.place import FIRST, Object, Place
from journey.workload.pod import wants_token

PortKey = tuple[int, str]
"""A port's number and transport protocol."""

DENY = "default-deny"
_NAMESPACE = "kubernetes.io/metadata.name"


def policies(place: Place) -> list[Object]:
    """The policy that closes the namespace, and the one that opens what the service needs."""
    if "networkPolicy" in place.spec.without:
        return []
    pods = {"matchLabels": {names.NAME: place.identity}}
    allow: Object = {"podSelector": pods, "policyTypes": ["Ingress", "Egress"]}
    if came := ingress(place):
        allow["ingress"] = came
    allow["egress"] = egress(place)
    return [deny(place.meta(DENY, FIRST)), policy(place.meta(place.service, FIRST), allow)]


def policy(metadata: Object, spec: Object) -> Object:
    """A NetworkPolicy."""
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def deny(metadata: Object) -> Object:
    """The policy that lets no pod of its namespace be dialled or dial."""
    return policy(metadata, {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})


def ingress(place: Place) -> list[Object]:
    """Rules for who dials the service, a rule a port: its callers, the gateway where it has routes, Prometheus."""
    if platform_peers.is_gateway(place.view, *place.key):
        return [{"ports": _port_rules((port.port, port.protocol) for port in place.spec.ports.values())}]
    by_port: dict[PortKey, dict[str, Object]] = {}
    for caller in traffic.callers(place.view, *place.key):
        by_port.setdefault((caller.port, caller.protocol), {})[caller.peer.name] = every_pod_of(caller.peer)
    for port, name, peer in (*_gateway(place), *_prometheus(place)):
        by_port.setdefault(port, {}).setdefault(name, peer)
    return [{"from": list(peers.values()), "ports": [port_rule(*port)]} for port, peers in sorted(by_port.items())]


def _gateway(place: Place) -> Iterable[tuple[PortKey, str, Object]]:
    here = platform_peers.gateway(place.view, place.environment, place.cluster)
    if here is None:
        return
    peer = every_pod_of(here) if here.kind == "service" else pods_of(here)
    for route in place.spec.routes.values():
        if route.port in place.spec.ports:
            port = place.spec.ports[route.port]
            yield (port.port, port.protocol), here.name, peer
    for target in targets(place.view, place.environment, place.cluster):
        if target.service == place.service:
            yield (target.port.port, target.port.protocol), here.name, peer


def _prometheus(place: Place) -> Iterable[tuple[PortKey, str, Object]]:
    metrics = place.spec.metrics
    found = platform_peers.namespace_of(place.view, place.cluster, "monitoring")
    if metrics is not None and found and metrics.port in place.spec.ports:
        yield (place.spec.ports[metrics.port].port, "TCP"), f"{found}/", in_namespace(found)


def egress(place: Place) -> list[Object]:
    """Rules for whom the service dials: DNS, services, datastores, the collector, the API server, hosts outside."""
    return [to_dns(), *_to_services(place), *_to_datastores(place), *_to_platform(place), *_to_outside(place)]


def to_dns() -> Object:
    """The rule that lets pods resolve names."""
    return {"to": [pods_of(platform_peers.DNS)], "ports": _port_rules(platform_peers.DNS_PORTS)}


def _to_services(place: Place) -> Iterable[Object]:
    by_port: dict[PortKey, dict[str, Peer]] = {}
    dialled = traffic.dialled(place.view, *place.key)
    if platform_peers.is_gateway(place.view, *place.key):
        dialled = (*dialled, *platform_peers.routed(place.view, place.environment, place.cluster))
    for connection in dialled:
        by_port.setdefault((connection.port, connection.protocol), {})[connection.peer.name] = connection.peer
    for port, peers in sorted(by_port.items()):
        yield {"to": [pods_of(peers[name]) for name in sorted(peers)], "ports": [port_rule(*port)]}


def _to_datastores(place: Place) -> Iterable[Object]:
    for name in traffic.stores(place.view, *place.key):
        login = datastores.login(place.view, place.service, name, place.environment, place.cluster)
        if login is None:
            continue
        peer = datastores.peer(place.view, name, place.environment, place.cluster)
        networks = platform_peers.managed_networks(place.view, place.cluster)
        to = [pods_of(peer)] if peer is not None else [block(cidr, without) for cidr, without in networks]
        yield {"to": to, "ports": [port_rule(login.port, "TCP")]}


def _to_platform(place: Place) -> Iterable[Object]:
    collector = platform_peers.namespace_of(place.view, place.cluster, "collector")
    if collector:
        yield {"to": [in_namespace(collector)], "ports": _port_rules(platform_peers.COLLECTOR_PORTS)}
    if wants_token(place):
        networks = platform_peers.api_server(place.view, place.cluster)
        to = [block(cidr, ()) for cidr in networks]
        yield {"to": to, "ports": _port_rules(platform_peers.API_SERVER_PORTS)}
    if place.spec.identity.cloud:
        for cidr, port in platform_peers.CLOUD_IDENTITY.get(place.here.provider, ()):
            yield {"to": [block(cidr, ())], "ports": [port_rule(port, "TCP")]}


def _to_outside(place: Place) -> Iterable[Object]:
    """Hosts outside, by port. Without networks a host cannot be told from others: all outside is open on its port."""
    by_port: dict[PortKey, dict[str, Object]] = {}
    for item in traffic.outside(place.view, *place.key):
        networks = [(cidr, ()) for cidr in item.cidrs] or platform_peers.outside_networks(place.view)
        found = by_port.setdefault((item.port, item.protocol), {})
        for cidr, without in networks:
            found.setdefault(cidr, block(cidr, without))
    for port, blocks in sorted(by_port.items()):
        yield {"to": [blocks[cidr] for cidr in sorted(blocks)], "ports": [port_rule(*port)]}


def pods_of(peer: Peer) -> Object:
    """The pods at one end of a connection; all of their namespace where nothing selects them."""
    return in_namespace(peer.namespace, peer.selector)


def every_pod_of(peer: Peer) -> Object:
    """All pods of a service, those of its migrations too: they carry its name."""
    return in_namespace(peer.namespace, {names.NAME: peer.selector.get(names.NAME, peer.name)})


def in_namespace(namespace: str, selector: dict[str, str] | None = None) -> Object:
    """Pods of a namespace, by the label that the API server gives each namespace."""
    found: Object = {"namespaceSelector": {"matchLabels": {_NAMESPACE: namespace}}}
    if selector:
        found["podSelector"] = {"matchLabels": selector}
    return found


def block(cidr: str, without: tuple[str, ...]) -> Object:
    """Addresses of a network but for those within it that are meant to stay closed."""
    return {"ipBlock": {"cidr": cidr, "except": list(without)} if without else {"cidr": cidr}}


def port_rule(port: int, protocol: str) -> Object:
    """A port in a rule."""
    return {"port": port, "protocol": protocol}


def _port_rules(ports: Iterable[PortKey]) -> list[Object]:
    return [port_rule(port, protocol) for port, protocol in dict.fromkeys(ports)]
