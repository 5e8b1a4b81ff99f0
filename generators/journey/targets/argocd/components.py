"""The processes of Argo CD: controller, repository server, API server, notifications, and their Redis.

Flags, ports, paths and probes are those of its own manifests (argo-cd manifests/base); left out is what serves parts
that are not installed (Dex, ApplicationSets, plug-ins). All pass Pod Security `restricted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from journey import names
from journey.facts import images
from journey.spec.view import View
from journey.targets.argocd.configuration import PARAMETERS, restart_reason
from journey.targets.argocd.distribution import release
from journey.targets.argocd.objects import Object, own_metadata

REDIS = "argocd-redis"
CONTROLLER = "argocd-application-controller"
REPOSITORIES = "argocd-repo-server"
SERVER = "argocd-server"
NOTIFICATIONS = "argocd-notifications-controller"

REDIS_TLS = "argocd-redis-tls"
REPOSITORIES_TLS = "argocd-repo-server-tls"

USER = 999
"""The user `argocd` of Argo CD's image, and `redis` of Redis' (both Dockerfiles)."""

_REDIS_CA = "/app/config/redis/tls"


class Component(NamedTuple):
    """A process. `ports` are (name, port) of its Service, `metrics` the port that Prometheus reads, 0 for none."""

    name: str
    role: str
    ports: tuple[tuple[str, int], ...]
    metrics: int
    memory: tuple[str, str]
    cpu: str
    talks: bool


COMPONENTS = (
    Component(CONTROLLER, "application-controller", (("metrics", 8082),), 8082, ("512Mi", "2Gi"), "250m", True),
    Component(
        REPOSITORIES, "repo-server", (("server", 8081), ("metrics", 8084)), 8084, ("256Mi", "1Gi"), "100m", False
    ),
    Component(SERVER, "server", (("https", 8080), ("metrics", 8083)), 8083, ("128Mi", "512Mi"), "50m", True),
    Component(NOTIFICATIONS, "notifications-controller", (("metrics", 9001),), 9001, ("64Mi", "256Mi"), "50m", True),
    Component(REDIS, "redis", (("tcp-redis", 6379),), 0, ("64Mi", "256Mi"), "50m", False),
)
"""All processes. `memory` is (request, limit); Argo CD publishes no amounts: these hold some hundred Applications, and
docs/operator-manual/high_availability.md says what grows first. `talks`: whether it asks the API server."""


def objects(view: View, hub: str) -> Iterator[Object]:
    """Per process: ServiceAccount, Service and workload."""
    for component in COMPONENTS:
        yield service_account(component)
        yield service(component)
        yield workload(view, hub, component)


def service_account(component: Component) -> Object:
    """The process's identity. Its token is mounted by the pods that need it, and only there."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": own_metadata(component.name, component.role),
        "automountServiceAccountToken": False,
    }


def service(component: Component) -> Object:
    """The process's ports; the API server answers on 443."""
    ports = [
        {"name": name, "port": 443 if name == "https" else port, "targetPort": port, "protocol": "TCP"}
        for name, port in component.ports
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": own_metadata(component.name, component.role),
        "spec": {"type": "ClusterIP", "selector": selector(component), "ports": ports},
    }


def monitor(component: Component) -> Object:
    """Where Prometheus finds the process's metrics; only clusters with its operator know the kind."""
    labels = own_metadata(component.name, component.role)["labels"]
    endpoint = {"port": "metrics", "path": "/metrics", "interval": "30s"}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": own_metadata(component.name, component.role),
        "spec": {"selector": {"matchLabels": labels}, "endpoints": [endpoint]},
    }


def selector(component: Component) -> Object:
    """The label that a process's pods are found by."""
    return {names.NAME: component.name}


def workload(view: View, hub: str, component: Component) -> Object:
    """A StatefulSet for the controller, so that never two act at once, and Deployments for the others."""
    spec: Object = {"replicas": 1, "selector": {"matchLabels": selector(component)}}
    if component.name == CONTROLLER:
        spec["serviceName"] = component.name
    elif component.name in (NOTIFICATIONS, REDIS):
        spec["strategy"] = {"type": "Recreate"}
    spec["revisionHistoryLimit"] = 3
    spec["template"] = {
        "metadata": {
            "labels": own_metadata(component.name, component.role)["labels"],
            "annotations": {"request-journey.dev/parameters": restart_reason()},
        },
        "spec": _pod(view, hub, component),
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet" if component.name == CONTROLLER else "Deployment",
        "metadata": own_metadata(component.name, component.role),
        "spec": spec,
    }


def _pod(view: View, hub: str, component: Component) -> Object:
    volumes = _volumes(component.name)
    pod: Object = {
        "serviceAccountName": component.name,
        "automountServiceAccountToken": component.talks,
        "enableServiceLinks": False,
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    image = release().redis if component.name == REDIS else release().image
    pod["containers"] = [_container(component, images.pulled(view, hub, image), volumes)]
    pod["volumes"] = [volume for volume, _ in volumes]
    return pod


def _container(component: Component, image: str, volumes: list[tuple[Object, str]]) -> Object:
    redis = component.name == REDIS
    named = component.name.removeprefix("argocd-") if redis else component.name
    return {
        "name": named,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        **_process(component),
        "env": _environment(component.name),
        "ports": [{"name": name, "containerPort": port, "protocol": "TCP"} for name, port in component.ports],
        **_probes(component),
        "resources": _resources(component),
        "securityContext": _locked(),
        "volumeMounts": [
            {"name": volume["name"], "mountPath": path, **({} if "emptyDir" in volume else {"readOnly": True})}
            for volume, path in volumes
        ],
    }


def _resources(component: Component) -> Object:
    request, limit = component.memory
    return {"requests": {"cpu": component.cpu, "memory": request}, "limits": {"memory": limit}}


def _locked() -> Object:
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


_PROCESSES = {
    CONTROLLER: "argocd-application-controller",
    REPOSITORIES: "argocd-repo-server",
    SERVER: "argocd-server",
    NOTIFICATIONS: "argocd-notifications",
}


def _process(component: Component) -> Object:
    if component.name == REDIS:
        return {"args": _redis_arguments()}
    arguments = [f"/usr/local/bin/{_PROCESSES[component.name]}"]
    if component.name != NOTIFICATIONS:
        arguments += ["--redis-use-tls", "--redis-ca-certificate", f"{_REDIS_CA}/ca.crt"]
    return {"args": arguments}


def _redis_arguments() -> list[str]:
    """TLS only: port 0 closes the plain one (redis.io/docs, "TLS")."""
    return [
        *("--save", "", "--appendonly", "no"),
        *("--port", "0", "--tls-port", "6379", "--tls-auth-clients", "no", "--tls-protocols", "TLSv1.3"),
        *("--tls-cert-file", "/tls/tls.crt", "--tls-key-file", "/tls/tls.key", "--tls-ca-cert-file", "/tls/ca.crt"),
        *("--requirepass", "$(REDIS_PASSWORD)"),
    ]


def _environment(name: str) -> list[Object]:
    password = {"secretKeyRef": {"name": REDIS, "key": "auth"}}
    found: list[Object] = []
    if name != NOTIFICATIONS:
        found.append({"name": "REDIS_PASSWORD", "valueFrom": password})
    if name == REDIS:
        return [*found, {"name": "REDISCLI_AUTH", "valueFrom": password}]
    if name == CONTROLLER:
        found += [
            {"name": "ARGOCD_CONTROLLER_REPLICAS", "value": "1"},
            {"name": "KUBECACHEDIR", "value": "/tmp/kubecache"},
        ]
    if name in (CONTROLLER, REPOSITORIES):
        found += [
            _from_config_map("ARGOCD_RECONCILIATION_TIMEOUT", "argocd-cm", "timeout.reconciliation"),
            _from_config_map("ARGOCD_RECONCILIATION_JITTER", "argocd-cm", "timeout.reconciliation.jitter"),
        ]
    if name == REPOSITORIES:
        found += [{"name": f"HELM_{kind}_HOME", "value": "/helm-working-dir"} for kind in ("CACHE", "CONFIG", "DATA")]
    return found + [_from_config_map(variable, "argocd-cmd-params-cm", key) for variable, key, _ in PARAMETERS[name]]


def _from_config_map(variable: str, name: str, key: str) -> Object:
    return {"name": variable, "valueFrom": {"configMapKeyRef": {"name": name, "key": key}}}


def _probes(component: Component) -> Object:
    if component.name == REDIS:
        # It asks as a client would, certificate and all: one that ran out restarts Redis, which then reads the new one.
        ask = {"exec": {"command": ["redis-cli", "--tls", "--cacert", "/tls/ca.crt", "ping"]}, "timeoutSeconds": 5}
        return {"livenessProbe": {**ask, "periodSeconds": 30}, "readinessProbe": {**ask, "periodSeconds": 10}}
    if component.name == NOTIFICATIONS:
        ask = {"tcpSocket": {"port": "metrics"}}
        return {"livenessProbe": {**ask, "periodSeconds": 30}, "readinessProbe": {**ask, "periodSeconds": 10}}
    ready = {"path": "/healthz", "port": "metrics"}
    alive = {"path": "/healthz", "port": "metrics"}
    if component.name == SERVER:
        ready = {"path": "/healthz", "port": "https", "scheme": "HTTPS"}
        alive = {"path": "/healthz?full=true", "port": "https", "scheme": "HTTPS"}
    if component.name == REPOSITORIES:
        alive = {"path": "/healthz?full=true", "port": "metrics"}
    return {
        "livenessProbe": {"httpGet": alive, "initialDelaySeconds": 30, "periodSeconds": 30, "timeoutSeconds": 5},
        "readinessProbe": {"httpGet": ready, "initialDelaySeconds": 5, "periodSeconds": 10},
    }


def _volumes(name: str) -> list[tuple[Object, str]]:
    """The volumes of a process, each with where it is mounted."""
    if name == REDIS:
        return [(_secret("tls", REDIS_TLS, "tls.crt", "tls.key", "ca.crt"), "/tls")]
    redis = (_secret("redis-tls", REDIS_TLS, "ca.crt"), _REDIS_CA)
    clients = _secret("argocd-repo-server-tls", REPOSITORIES_TLS, "ca.crt")
    certificates = (_config("tls-certs", "argocd-tls-certs-cm"), "/app/config/tls")
    hosts = (_config("ssh-known-hosts", "argocd-ssh-known-hosts-cm"), "/app/config/ssh")
    scratch = (_scratch("tmp", "1Gi"), "/tmp")
    if name == CONTROLLER:
        home = (_scratch("argocd-home", "64Mi"), "/home/argocd")
        return [redis, (clients, "/app/config/controller/tls"), home, scratch]
    if name == SERVER:
        home = (_scratch("plugins-home", "64Mi"), "/home/argocd")
        return [redis, (clients, "/app/config/server/tls"), hosts, certificates, home, scratch]
    if name == NOTIFICATIONS:
        return [(clients, "/app/config/reposerver/tls"), certificates]
    own = _secret("argocd-repo-server-tls", REPOSITORIES_TLS, "tls.crt", "tls.key", "ca.crt")
    return [
        redis,
        (own, "/app/config/reposerver/tls"),
        hosts,
        certificates,
        (_config("gpg-keys", "argocd-gpg-keys-cm"), "/app/config/gpg/source"),
        (_scratch("gpg-keyring", "64Mi"), "/app/config/gpg/keys"),
        (_scratch("helm-working-dir", "1Gi"), "/helm-working-dir"),
        (_scratch("tmp", "10Gi"), "/tmp"),
    ]


def _secret(volume: str, name: str, *keys: str) -> Object:
    items = [{"key": key, "path": key} for key in keys]
    return {"name": volume, "secret": {"secretName": name, "defaultMode": 0o440, "items": items}}


def _config(volume: str, name: str) -> Object:
    return {"name": volume, "configMap": {"name": name}}


def _scratch(volume: str, limit: str) -> Object:
    return {"name": volume, "emptyDir": {"sizeLimit": limit}}
