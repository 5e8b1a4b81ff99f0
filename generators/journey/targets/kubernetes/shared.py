"""What the services of an environment share on a cluster: the Gateway that their routes hang on."""

from __future__ import annotations

from journey import names
from journey.facts import delivery, gateways
from journey.facts.gateways import Listener
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.kubernetes import envoy
from journey.workload import gateway_api, network
from journey.workload.namespace import pod_security_labels
from journey.workload.place import Object, Rendered

API = "gateway.networking.k8s.io/v1"
REDIRECT = "https-redirect"


def objects(view: View, environment: str, cluster: str) -> list[Rendered]:
    """The Gateway in a namespace of its own, without pods; with HTTPS, what redirects to it."""
    origin = Pointer(resolve.ROOT_FILE, ("environments", environment))
    found = [_namespace(view, environment, cluster), network.deny(_meta(view, environment, cluster, network.DENY))]
    listeners = gateways.listeners(view, environment, cluster)
    found.append(_gateway(view, environment, cluster, listeners))
    if any(listener.secret for listener in listeners):
        found.append(_redirect(view, environment, cluster))
    found.extend(envoy.policies(view, environment, cluster, _meta(view, environment, cluster, gateways.GATEWAY)))
    return [Rendered(item["kind"], item["metadata"]["name"], item, origin) for item in found]


def _labels(view: View, environment: str) -> dict[str, str]:
    return {
        names.NAME: gateways.GATEWAY,
        names.PART_OF: resolve.settings(view).name,
        names.MANAGED_BY: names.MANAGER,
        names.ENVIRONMENT: environment,
    }


def _meta(view: View, environment: str, cluster: str, name: str) -> Object:
    namespace = delivery.shared_namespace(view, environment, cluster)
    return {"name": name, "namespace": namespace, "labels": _labels(view, environment)}


def _namespace(view: View, environment: str, cluster: str) -> Object:
    security = pod_security_labels(resolve.cluster(view, cluster).kubernetes)
    name = delivery.shared_namespace(view, environment, cluster)
    labels = {**_labels(view, environment), **security}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def _gateway(view: View, environment: str, cluster: str, listeners: tuple[Listener, ...]) -> Object:
    metadata = _meta(view, environment, cluster, gateways.GATEWAY)
    issuer = resolve.cluster(view, cluster).certificate_issuer
    if issuer:
        metadata["annotations"] = {"cert-manager.io/cluster-issuer": issuer}
    parameters = {"group": gateway_api.ENVOY, "kind": "EnvoyProxy", "name": gateways.GATEWAY}
    spec = {
        "gatewayClassName": gateways.class_name(view),
        "infrastructure": {"parametersRef": parameters},
        "listeners": [_listener(item, environment, len(listeners) > 1) for item in listeners],
    }
    return {"apiVersion": API, "kind": "Gateway", "metadata": metadata, "spec": spec}


def _listener(item: Listener, environment: str, redirects: bool) -> Object:
    """A listener; beside HTTPS ones, the one for HTTP takes the redirect alone."""
    services = {"from": "Selector", "selector": {"matchLabels": {names.ENVIRONMENT: environment}}}
    found: Object = {"name": item.name}
    if item.host:
        found["hostname"] = item.host
    if item.secret:
        found.update(port=443, protocol="HTTPS")
        found["tls"] = {"mode": "Terminate", "certificateRefs": [{"name": item.secret}]}
    else:
        found.update(port=80, protocol="HTTP")
    found["allowedRoutes"] = {"namespaces": {"from": "Same"} if redirects and not item.secret else services}
    return found


def _redirect(view: View, environment: str, cluster: str) -> Object:
    to_https = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}
    parent = {"name": gateways.GATEWAY, "sectionName": gateways.HTTP}
    metadata = _meta(view, environment, cluster, REDIRECT)
    spec = {"parentRefs": [parent], "rules": [{"filters": [to_https]}]}
    return {"apiVersion": API, "kind": "HTTPRoute", "metadata": metadata, "spec": spec}
