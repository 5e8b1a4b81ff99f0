"""What every service meets on a cluster besides other services: the way in, Prometheus, the collector, DNS.

Network policies, meshes and firewalls all ask here who these are and where they run.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from journey.facts.delivery import addon_namespace
from journey.facts.routes import targets
from journey.facts.traffic import Connection, Peer, peer
from journey.spec import resolve
from journey.spec.service import Port
from journey.spec.view import View, kept, query

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""Private IPv4 networks (RFC 1918): where clusters, nodes and managed datastores have their addresses."""

NOT_OUTSIDE = (*PRIVATE, "100.64.0.0/10", "169.254.0.0/16")
"""Networks that no host outside has: private ones, shared address space (RFC 6598), link-local (RFC 3927)."""

NOT_OUTSIDE_6 = ("fc00::/7", "fe80::/10")
"""The same for IPv6: unique local (RFC 4193) and link-local (RFC 4291)."""

DNS = Peer("addon", "dns", "kube-system", {"k8s-app": "kube-dns"})
"""The cluster's DNS. CoreDNS kept the label `kube-dns` (kubernetes.io/docs/tasks/administer-cluster/coredns)."""
DNS_PORTS = ((53, "UDP"), (53, "TCP"))

API_SERVER_PORTS = ((443, "TCP"), (6443, "TCP"))
"""The API server's Service port and its endpoints' usual one: which a policy sees depends on the network plug-in."""

COLLECTOR_PORTS = ((4317, "TCP"), (4318, "TCP"))
"""OTLP over gRPC and HTTP (IANA service names `otlp-grpc`, `otlp-http`)."""

CLOUD_IDENTITY = {
    "aws": (("169.254.170.23/32", 80),),
    "gcp": (("169.254.169.254/32", 80), ("169.254.169.252/32", 988)),
}
"""Where a pod asks for its cloud role: the EKS Pod Identity agent, GKE's metadata server (the vendors' documentation
on network policies for each); on Azure it is a public host."""


@query
def provider(view: View, cluster: str, feature: str) -> str:
    """The first add-on of a cluster that provides a feature; empty where none does."""
    for name in resolve.addons(view, cluster):
        if feature in resolve.addon(view, cluster, name).provides:
            return name
    return ""


@query
def namespace_of(view: View, cluster: str, feature: str) -> str:
    """The namespace of the add-on that provides a feature; empty where none does."""
    found = provider(view, cluster, feature)
    return addon_namespace(view, cluster, found) if found else ""


@query
def gateway(view: View, environment: str, cluster: str) -> Peer | None:
    """What leads requests from outside to services: our own gateway service, or an add-on's pods; None: nothing."""
    here = resolve.cluster(view, cluster)
    if here.gateway == "nginx":
        name = here.gateway_service
        known = resolve.service_file(view, name) and resolve.service(view, name, environment, cluster)
        return peer(view, name, environment, cluster) if known else None
    found = namespace_of(view, cluster, "gateway")
    return Peer("addon", provider(view, cluster, "gateway"), found, {}) if found else None


def is_gateway(view: View, service: str, environment: str, cluster: str) -> bool:
    """Whether a service of ours is itself the way in."""
    found = gateway(view, environment, cluster)
    return found is not None and found.kind == "service" and found.name == service


def authorizer(view: View, environment: str, cluster: str) -> tuple[str, Port] | None:
    """The service, and its port, that tells the way in who calls; None where there is none."""
    asked = resolve.cluster(view, cluster).authorizer
    if asked is None or asked.service not in resolve.services_at(view, environment, cluster):
        return None
    port = resolve.ports(view, asked.service, environment, cluster).get(asked.port)
    return (asked.service, port) if port is not None else None


@kept(tuple[Connection, ...])
def routed(view: View, environment: str, cluster: str) -> tuple[Connection, ...]:
    """The services that the gateway dials, each with the container's port: those with routes, and targets."""
    found: set[tuple[str, int, str]] = set()
    for name in resolve.services_at(view, environment, cluster):
        routes = resolve.routes(view, name, environment, cluster)
        ports = resolve.ports(view, name, environment, cluster)
        dialled = (ports[route.port] for route in routes.values() if route.port in ports)
        found.update((name, port.port, port.protocol) for port in dialled)
    found.update((item.service, item.port.port, item.port.protocol) for item in targets(view, environment, cluster))
    return tuple(Connection(peer(view, name, environment, cluster), port, proto) for name, port, proto in sorted(found))


@query
def api_server(view: View, cluster: str) -> tuple[str, ...]:
    """Networks of the API server's endpoints."""
    return resolve.cluster(view, cluster).api_server or PRIVATE


@query
def managed_networks(view: View, cluster: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Networks of managed datastores, each with what of it is not meant: the cluster's own pods."""
    here = resolve.cluster(view, cluster)
    return tuple(_without(here.managed_networks or PRIVATE, (here.pods,)))


@query
def outside_networks(view: View) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Everything outside the platform's own ranges, as networks with exceptions: the most that a name can stand for."""
    own = tuple(dict.fromkeys(resolve.cluster(view, name).pods for name in resolve.clusters(view)))
    version_6 = any(ip_network(pods, strict=False).version == 6 for pods in own)
    whole = ("0.0.0.0/0", "::/0") if version_6 else ("0.0.0.0/0",)
    return tuple(_without(whole, (*NOT_OUTSIDE, *(NOT_OUTSIDE_6 if version_6 else ()), *own)))


def _without(networks: tuple[str, ...], unwanted: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Each network with those unwanted ones that lie strictly within it, none within another; one all unwanted goes.

    A policy's `except` must lie strictly within its `cidr` (Kubernetes API, IPBlock).
    """
    removed = _widest([ip_network(item, strict=False) for item in unwanted])
    found = []
    for text in networks:
        network = ip_network(text, strict=False)
        if not any(_within(network, item) for item in removed):
            found.append((str(network), tuple(str(item) for item in removed if _within(item, network))))
    return found


def _widest(networks: list[IPv4Network | IPv6Network]) -> list[IPv4Network | IPv6Network]:
    """The networks that lie within no other, each once, in order."""
    once = list(dict.fromkeys(networks))
    return [item for item in once if not any(item != other and _within(item, other) for other in once)]


def _within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and inner.subnet_of(outer)
