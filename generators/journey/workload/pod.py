"""A service's pods: one template for whatever runs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from journey import names
from journey.facts import datastores, images, scaling, termination, traffic
from journey.facts.units import whole_seconds
from journey.spec.service import Amounts, Init, Port, Probe, Resources
from journey.workload.config import Configuration, configuration
from journey.workload.place import Object, Place
from journey.workload.volumes import mounts

NATIVE_SLEEP = 30
"""The minor version from which the kubelet sleeps by itself (KEP-3960: on by default in 1.30, stable in 1.34)."""


class Pods(NamedTuple):
    """The template of a service's pods, and the configuration that it mounts."""

    template: Object
    config: Configuration


class Parts(NamedTuple):
    """What the containers of a pod share."""

    image: str
    env: list[Object]
    env_from: list[Object]
    resources: Object
    mounts: list[Object]
    security: Object


def pods(place: Place) -> Pods | None:
    """The pods of a service that runs; None before the first build."""
    image = images.own_image(place.view, *place.key)
    if image is None:
        return None
    config = configuration(place)
    parts, volumes = _parts(place, image, config)
    spec = _pod_spec(place)
    if place.spec.init:
        spec["initContainers"] = [_init(place, name, init, parts) for name, init in place.spec.init.items()]
    spec["containers"] = [_container(place, parts)]
    if volumes:
        spec["volumes"] = volumes
    return Pods({"metadata": _metadata(place), "spec": spec}, config)


def once(place: Place, pods: Pods, command: tuple[str, ...], component: str) -> Object:
    """The template of pods that run one command of the same image to its end, with the same configuration.

    They are another instance, so that no Service, autoscaler or disruption budget counts them. They mount no claim: the
    pods of the service may hold it.
    """
    spec = pods.template["spec"]
    volumes = [volume for volume in spec.get("volumes", ()) if "persistentVolumeClaim" not in volume]
    container = {
        key: value
        for key, value in spec["containers"][0].items()
        if key in ("image", "env", "envFrom", "resources", "securityContext", "volumeMounts")
    }
    if "volumeMounts" in container:
        known = {volume["name"] for volume in volumes}
        container["volumeMounts"] = [mount for mount in container["volumeMounts"] if mount["name"] in known]
    shared = ("serviceAccountName", "automountServiceAccountToken", "priorityClassName", "securityContext")
    instance = names.join(place.identity, place.environment, component)
    metadata = dict(pods.template["metadata"])
    metadata["labels"] = {**metadata["labels"], names.INSTANCE: instance, names.COMPONENT: component}
    return {
        "metadata": metadata,
        "spec": {
            "restartPolicy": "Never",
            **{key: spec[key] for key in shared if key in spec},
            "containers": [{"name": component, "image": container.pop("image"), "command": list(command), **container}],
            **({"volumes": volumes} if volumes else {}),
        },
    }


def pod_labels(labels: dict[str, str]) -> dict[str, str]:
    """An object's labels as pods have them: without the team, so that another owner restarts nothing."""
    return {key: value for key, value in labels.items() if key != names.TEAM}


def _metadata(place: Place) -> Object:
    labels = pod_labels(place.labels)
    release = place.spec.release
    if release is not None and "recommendedLabels" not in place.spec.without:
        labels[names.VERSION] = names.label_value(release.version)
        if release.commit:
            labels[names.COMMIT] = release.commit
    if place.spec.identity.cloud and place.here.provider == "azure":
        # the webhook of Azure Workload Identity acts on marked pods alone (azure.github.io/azure-workload-identity)
        labels["azure.workload.identity/use"] = "true"
    found: Object = {"labels": labels}
    if place.spec.annotations:
        found["annotations"] = place.spec.annotations
    return found


def wants_token(place: Place) -> bool:
    """Whether the pods talk to the API server: as said, else where the service has permissions there."""
    said = place.spec.security.service_account_token
    return bool(place.spec.identity.kubernetes) if said is None else said


def _pod_spec(place: Place) -> Object:
    without, security = place.spec.without, place.spec.security
    own = "serviceAccount" not in without
    account = place.service if own else place.spec.live.service_account
    found: Object = {"serviceAccountName": account} if account else {}
    if "securityContext" not in without or security.service_account_token is not None:
        found["automountServiceAccountToken"] = wants_token(place)
    if "priorityClass" not in without:
        found["priorityClassName"] = place.spec.priority
    if "gracefulTermination" not in without and place.spec.kind not in ("cron", "job"):
        found["terminationGracePeriodSeconds"] = termination.grace_period(place.view, *place.key)
    if "securityContext" not in without:
        found["securityContext"] = pod_security(security.user, security.group)
    if "topologySpread" not in without and place.spec.kind not in ("cron", "job"):
        revision = place.spec.kind != "stateful"
        found["topologySpreadConstraints"] = [
            _spread("topology.kubernetes.io/zone", place.selector, revision),
            _spread("kubernetes.io/hostname", place.selector, revision),
        ]
    return found


def pod_security(user: int, group: int) -> Object:
    """A pod's security context under Pod Security `restricted` (kubernetes.io/docs/concepts/security).

    A volume whose files belong to the group already is not walked through at each start.
    """
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": group,
        "fsGroup": group,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security(read_only_root: bool, added: tuple[str, ...] = ()) -> Object:
    """A container's security context under Pod Security `restricted`."""
    capabilities: Object = {"drop": ["ALL"]}
    if added:
        capabilities["add"] = list(added)
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": read_only_root,
        "capabilities": capabilities,
    }


def _spread(key: str, selector: dict[str, str], revision: bool) -> Object:
    """Evenly over zones or nodes as far as they allow; a Deployment's revisions each by itself."""
    found: Object = {
        "maxSkew": 1,
        "topologyKey": key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector},
    }
    if revision:
        found["matchLabelKeys"] = ["pod-template-hash"]
    return found


def _parts(place: Place, image: str, config: Configuration) -> tuple[Parts, list[Object]]:
    volumes, mounted = mounts(place, config, place.service)
    security = place.spec.security
    off = "securityContext" in place.spec.without
    return (
        Parts(
            image,
            [*([] if config.values_name else literals(config.values)), *secret_variables(place)],
            [{"configMapRef": {"name": config.values_name}}] if config.values_name else [],
            amounts(scaling.resources(place.view, *place.key)),
            mounted,
            {} if off else container_security(security.read_only_root, security.add_capabilities),
        ),
        volumes,
    )


def literals(values: Mapping[str, str]) -> list[Object]:
    """Environment variables that say their value themselves."""
    return [{"name": key, "value": value} for key, value in values.items()]


def secret_variables(place: Place) -> list[Object]:
    """Variables from secrets: the service's own, and the logins to its datastores; sorted by name.

    Of a secret that is a file, a name that ends in `_FILE` holds the path.
    """
    found = {}
    for key, secret in place.spec.secrets.items():
        if secret.file is None:
            found[key] = from_secret(key, place.service, key)
        elif key.endswith("_FILE"):
            found[key] = {"name": key, "value": secret.file}
    for store in traffic.stores(place.view, *place.key):
        login = datastores.login(place.view, place.service, store, place.environment, place.cluster)
        if login is not None:
            for key in ("username", "password"):
                name = f"{login.prefix}_{key.upper()}"
                found.setdefault(name, from_secret(name, login.secret, key))
    return [found[name] for name in sorted(found)]


def from_secret(variable: str, secret: str, key: str) -> Object:
    """An environment variable with a value from a Secret."""
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def amounts(resources: Resources) -> Object:
    """Requests and limits as a container has them."""
    found = {"requests": _amounts(resources.requests), "limits": _amounts(resources.limits)}
    return {side: values for side, values in found.items() if values}


def _amounts(said: Amounts) -> dict[str, str]:
    values = (("cpu", said.cpu), ("memory", said.memory), ("ephemeral-storage", said.ephemeral_storage))
    return {name: value for name, value in values if value is not None}


def _container(place: Place, parts: Parts) -> Object:
    spec = place.spec
    named = "portNames" not in spec.without
    found: Object = {"name": spec.live.container or place.service, "image": parts.image}
    if spec.image_pull_policy:
        found["imagePullPolicy"] = spec.image_pull_policy
    if spec.command:
        found["command"] = list(spec.command)
    if spec.args:
        found["args"] = list(spec.args)
    if spec.ports:
        found["ports"] = [_port(name, port, named) for name, port in spec.ports.items()]
    if "deploymentId" not in spec.without:
        found["env"] = []  # its place in the order of keys; the id comes when the template is whole
    _shared(found, parts)
    health = spec.health
    for name, probe in (
        ("livenessProbe", health.liveness),
        ("readinessProbe", health.readiness),
        ("startupProbe", health.startup),
    ):
        if probe is not None:
            found[name] = _probe(probe, spec.ports, named)
    if "gracefulTermination" not in spec.without and (seconds := termination.drain(place.view, *place.key)):
        found["lifecycle"] = {"preStop": _sleep(seconds, place.minor)}
    return found


def _shared(container: Object, parts: Parts) -> None:
    """Give a container what all of a pod's have, each in its usual place."""
    if parts.env:
        container["env"] = parts.env
    if parts.env_from:
        container["envFrom"] = parts.env_from
    if parts.resources:
        container["resources"] = parts.resources
    if parts.security:
        container["securityContext"] = parts.security
    if parts.mounts:
        container["volumeMounts"] = parts.mounts


def _init(place: Place, name: str, init: Init, parts: Parts) -> Object:
    image = images.pulled(place.view, place.cluster, init.image) if init.image else parts.image
    found: Object = {"name": name, "image": image}
    if init.command:
        found["command"] = list(init.command)
    if init.args:
        found["args"] = list(init.args)
    own = [{"name": key, "value": value} for key, value in init.env.items()]
    _shared(found, parts._replace(env=[*(item for item in parts.env if item["name"] not in init.env), *own]))
    return found


def _port(name: str, port: Port, named: bool) -> Object:
    if named:
        return {"name": name, "containerPort": port.port, "protocol": port.protocol}
    return {"containerPort": port.port, **({"protocol": port.protocol} if port.protocol != "TCP" else {})}


def _probe(probe: Probe, ports: Mapping[str, Port], named: bool) -> Object:
    found = _question(probe, ports, named)
    if (delay := whole_seconds(probe.initial_delay)) > 0:
        found["initialDelaySeconds"] = delay
    found["periodSeconds"] = max(whole_seconds(probe.period), 1)
    found["timeoutSeconds"] = max(whole_seconds(probe.timeout), 1)
    found["failureThreshold"] = probe.failures
    if probe.successes > 1:
        found["successThreshold"] = probe.successes
    return found


def _question(probe: Probe, ports: Mapping[str, Port], named: bool) -> Object:
    if probe.kind == "exec":
        return {"exec": {"command": list(probe.command)}}
    known = ports.get(probe.port)
    number = known.port if known else 0
    port = probe.port if named else number
    if probe.kind == "tcp":
        return {"tcpSocket": {"port": port}}
    if probe.kind == "grpc":
        return {"grpc": {"port": number}}  # the kubelet asks gRPC by number only (Kubernetes API, GRPCAction)
    found: Object = {"path": probe.path, "port": port}
    if probe.headers:
        found["httpHeaders"] = [{"name": name, "value": value} for name, value in probe.headers.items()]
    return {"httpGet": found}


def _sleep(seconds: int, minor: int) -> Object:
    """Keep answering for a while; before 1.30 by the image's `sleep`, without which the pod just goes at once."""
    if minor >= NATIVE_SLEEP:
        return {"sleep": {"seconds": seconds}}
    return {"exec": {"command": ["sleep", str(seconds)]}}
