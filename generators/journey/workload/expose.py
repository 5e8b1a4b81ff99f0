"""How a service is reached: its Service, and its routes where objects in the cluster serve them."""

from __future__ import annotations

from journey import names
from journey.facts import platform_peers
from journey.facts.routes import Entry, entries, ready_name, service_port, targets
from journey.facts.termination import is_dialled
from journey.spec.service import Port
from journey.workload import gateway_api
from journey.workload.place import FIRST, LAST, Object, Place


def services(place: Place) -> list[Object]:
    """The Service; a stateful service also has one that gives each pod a name of its own."""
    found = [_service(place)] if is_dialled(place.spec) else []
    if place.spec.kind == "stateful":
        found.append(governing(place))
    if place.here.gateway == "nginx" and _is_led_to(place):
        found.append(_ready(place))
    return found


def _is_led_to(place: Place) -> bool:
    """Whether the way in dials the pods."""
    others = targets(place.view, place.environment, place.cluster)
    return bool(entries(place.view, *place.key)) or any(item.service == place.service for item in others)


def _ready(place: Place) -> Object:
    """The headless Service of the ready pods: NGINX balances over them, and leaves out one that fails."""
    ports = [{**_port(place, name, port), "port": port.port} for name, port in place.spec.ports.items()]
    spec: Object = {"clusterIP": "None", "selector": place.selector, "ports": ports}
    metadata = place.meta(ready_name(place.service), FIRST)
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def _service(place: Place) -> Object:
    ports = [_port(place, name, port) for name, port in place.spec.ports.items()]
    spec: Object = {"type": "ClusterIP", "selector": place.selector, "ports": ports}
    if platform_peers.is_gateway(place.view, *place.key):
        # the way in: `Local` keeps the clients' addresses, which limits and logs go by
        kind = "NodePort" if place.here.provider == "local" else "LoadBalancer"
        spec = {"type": kind, "externalTrafficPolicy": "Local", "selector": place.selector, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": place.meta(place.service, FIRST), "spec": spec}


def governing_name(place: Place) -> str:
    """The Service that a StatefulSet's pods have their names from; it can never change, as the StatefulSet names it."""
    return names.join(place.identity, "pods")


def governing(place: Place) -> Object:
    """The headless Service of a StatefulSet; peers find each other before they are ready."""
    spec: Object = {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": place.selector}
    if place.spec.ports:
        spec["ports"] = [{**_port(place, name, port), "port": port.port} for name, port in place.spec.ports.items()]
    metadata = place.meta(governing_name(place), FIRST)
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def _port(place: Place, name: str, port: Port) -> Object:
    target = name if "portNames" not in place.spec.without else port.port
    found: Object = {"name": name, "port": service_port(port), "targetPort": target, "protocol": port.protocol}
    if port.app_protocol is not None and port.app_protocol != "tcp":
        found["appProtocol"] = port.app_protocol
    return found


def routes(place: Place) -> list[tuple[Object, str]]:
    """What serves the routes, each with the route's name: HTTPRoutes, or one Ingress; nothing under nginx and kong."""
    found = entries(place.view, *place.key)
    if place.here.gateway == "gateway-api":
        return [*gateway_api.objects(place), *((item, "") for item in gateway_api.grants(place))]
    if place.here.gateway == "ingress" and found:
        return [(_ingress(place, found), "")]
    return []


def _ingress(place: Place, found: tuple[Entry, ...]) -> Object:
    hosts: dict[str, list[Entry]] = {}
    for entry in found:
        hosts.setdefault(entry.host, []).append(entry)
    issuer = place.here.certificate_issuer
    annotations = {"cert-manager.io/cluster-issuer": issuer} if issuer else None
    spec: Object = {"ingressClassName": place.here.ingress_class} if place.here.ingress_class else {}
    if issuer:
        spec["tls"] = [{"hosts": list(hosts), "secretName": names.join(place.service, "tls")}]
    spec["rules"] = [
        {"host": host, "http": {"paths": [_ingress_path(place, entry) for entry in listed]}}
        for host, listed in hosts.items()
    ]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": place.meta(place.service, LAST, annotations),
        "spec": spec,
    }


def _ingress_path(place: Place, entry: Entry) -> Object:
    return {
        "path": entry.route.path,
        "pathType": "Prefix" if entry.route.match == "prefix" else "Exact",
        "backend": {"service": {"name": place.service, "port": {"name": entry.port_name}}},
    }
