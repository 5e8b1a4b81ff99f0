"""A service as the spec says it, read off the workload that runs it and the objects that stand around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from journey.changes.adopt.manifests import Manifest
from journey.names import DNS_LABEL
from journey.spec.service import Convention
from journey.workload.place import Object

KINDS = {"Deployment": "worker", "StatefulSet": "stateful", "CronJob": "cron", "Job": "job"}
"""Workloads that become a service; a Deployment that a Service leads to is of kind `web`."""

REASON = "Adopted as it ran."
_VARIABLE = re.compile(r"^[A-Za-z_][A-Za-z0-9_.-]*$")
_IMAGE = re.compile(
    r"^(?P<repository>[^@]+?)(?::(?P<version>[A-Za-z0-9_][A-Za-z0-9_.-]*))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?$"
)
_PROBES = {"livenessProbe": "liveness", "readinessProbe": "readiness", "startupProbe": "startup"}
_SECONDS = {"initialDelaySeconds": "initialDelay", "periodSeconds": "period", "timeoutSeconds": "timeout"}
_COUNTS = {"failureThreshold": "failures", "successThreshold": "successes"}


def service(workload: Manifest, around: Mapping[tuple[str, str], Manifest], team: str) -> dict[str, Any]:
    """What service.yaml says. around: other objects by kind and name; one counts where it has the service's name."""
    spec = workload.content["spec"]
    template = _template(workload)
    container = _first(workload)
    lead = around.get(("Service", workload.name))
    ports = dict(_ports(container, lead))
    kind = "web" if workload.kind == "Deployment" and lead else KINDS[workload.kind]
    labels = (template.get("metadata") or {}).get("labels") or {}
    selected = (spec.get("selector") or {}).get("matchLabels") or {}
    selector = dict(selected if workload.kind in LASTING else labels)
    namespace = workload.content["metadata"].get("namespace")
    said: dict[str, Any] = {
        "team": team,
        "kind": kind,
        **_image(str(container.get("image", ""))),
        "imagePullPolicy": container.get("imagePullPolicy"),
        "ports": ports,
        "health": dict(_health(container, ports)),
        "resources": _resources(container.get("resources") or {}),
        "command": list(container.get("command") or ()),
        "args": list(container.get("args") or ()),
        "config": {"values": dict(_variables(container))},
        "volumes": dict(_volumes(spec, template["spec"], container)),
        "scaling": _scaling(spec, around.get(("HorizontalPodAutoscaler", workload.name))),
        "schedule": _schedule(spec) if workload.kind == "CronJob" else {},
        "run": {} if workload.kind in LASTING else _run(_job(workload)),
        "security": _security(template["spec"], container),
        "labels": {key: value for key, value in labels.items() if key not in selector},
        "annotations": dict((template.get("metadata") or {}).get("annotations") or {}),
        "live": {
            "namespace": namespace,
            "selector": selector,
            "container": container["name"] if container["name"] != workload.name else None,
            "serviceAccount": template["spec"].get("serviceAccountName"),
        },
        "without": {name: {"reason": REASON} for name in _switched_off(workload, around)},
    }
    said["live"] = {key: value for key, value in said["live"].items() if _says(value)}
    return {key: value for key, value in said.items() if _says(value)}


def _says(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_says(item) for item in value.values())
    return value not in (None, [], "")


def _switched_off(workload: Manifest, around: Mapping[tuple[str, str], Manifest]) -> Iterator[str]:
    """Every convention whose objects and fields are not there already."""
    there = {
        "autoscaler": ("HorizontalPodAutoscaler", workload.name) in around,
        "podDisruptionBudget": ("PodDisruptionBudget", workload.name) in around,
        "serviceAccount": ("ServiceAccount", workload.name) in around
        and _template(workload)["spec"].get("serviceAccountName") == workload.name,
        "portNames": any("name" in port for port in _first(workload).get("ports") or ()),
        "securityContext": bool(_security(_template(workload)["spec"], {})),
    }
    return (name for name in get_args(Convention) if not there.get(name))


LASTING = ("Deployment", "StatefulSet")
"""Workloads that select their pods by labels that someone chose; a Job's are made by the API server."""


def _job(workload: Manifest) -> Object:
    """What runs once: a Job, or what a CronJob makes."""
    spec: Object = workload.content["spec"]
    return spec["jobTemplate"]["spec"] if workload.kind == "CronJob" else spec


def _template(workload: Manifest) -> Object:
    found: Object = _job(workload)["template"]
    return found


def _first(workload: Manifest) -> Object:
    """The container that is the service's own."""
    found: Object = _template(workload)["spec"]["containers"][0]
    return found


def _schedule(spec: Object) -> dict[str, Any]:
    deadline = spec.get("startingDeadlineSeconds")
    words = {
        "cron": spec.get("schedule"),
        "timeZone": spec.get("timeZone"),
        "concurrency": spec.get("concurrencyPolicy"),
        "deadline": f"{deadline}s" if deadline else None,
        "suspend": spec.get("suspend") or None,
        "keep": spec.get("successfulJobsHistoryLimit"),
    }
    return {key: value for key, value in words.items() if value is not None}


def _run(job: Object) -> dict[str, Any]:
    limit = job.get("activeDeadlineSeconds")
    words = {
        "timeout": f"{limit}s" if limit else None,
        "backoffLimit": job.get("backoffLimit"),
        "completions": job.get("completions"),
        "parallelism": job.get("parallelism"),
    }
    return {key: value for key, value in words.items() if value is not None}


def _image(image: str) -> dict[str, Any]:
    found = _IMAGE.match(image)
    if found is None:
        return {}
    release = {"version": found["version"] or "latest", "digest": found["digest"]}
    return {"image": found["repository"], "release": {key: value for key, value in release.items() if value}}


def _ports(container: Object, lead: Manifest | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The container's ports with the Service's in front of them; those that the Service alone names follow."""
    fronts = list((lead.content.get("spec") or {}).get("ports") or ()) if lead else []
    taken: set[str] = set()
    for port in container.get("ports") or ():
        number, name = port.get("containerPort"), port.get("name")
        front = next((item for item in fronts if _target(item) in (number, name)), None)
        if front is not None:
            fronts.remove(front)
        yield _port(number, name or (front or {}).get("name"), port, front, taken)
    for front in fronts:
        if isinstance(_target(front), int):
            yield _port(_target(front), front.get("name"), front, front, taken)


def _target(front: Object) -> Any:
    return front.get("targetPort", front.get("port"))


def _port(number: Any, name: Any, port: Object, front: Object | None, taken: set[str]) -> tuple[str, dict[str, Any]]:
    label = name if name and re.fullmatch(DNS_LABEL, name) and len(name) <= 15 and name not in taken else f"p{number}"
    taken.add(label)
    found: dict[str, Any] = {"port": number}
    if front is not None and front.get("port") != number:
        found["expose"] = front["port"]
    if port.get("protocol", "TCP") == "UDP":
        found["protocol"] = "UDP"
    if front is not None and front.get("appProtocol"):
        found["appProtocol"] = front["appProtocol"]
    return label, found


def _health(container: Object, ports: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for field, name in _PROBES.items():
        probe = container.get(field) or {}
        question = _question(probe, ports)
        if question is None:
            continue
        for key, word in _SECONDS.items():
            if probe.get(key):
                question[word] = f"{probe[key]}s"
        for key, word in _COUNTS.items():
            if probe.get(key):
                question[word] = probe[key]
        yield name, question


def _question(probe: Object, ports: Mapping[str, Any]) -> dict[str, Any] | None:
    """How a probe asks; None where the spec has no word for it, or it asks a port that nothing names."""
    if "exec" in probe:
        return {"kind": "exec", "command": list(probe["exec"].get("command") or ())}
    for kind, field in (("http", "httpGet"), ("tcp", "tcpSocket"), ("grpc", "grpc")):
        asked = probe.get(field) or {}
        port = _named_port(asked.get("port"), ports)
        if port is None:
            continue
        found: dict[str, Any] = {"kind": kind, "port": port}
        if kind == "http":
            found["path"] = asked.get("path", "/")
            headers = {item["name"]: item["value"] for item in asked.get("httpHeaders") or ()}
            found |= {"headers": headers} if headers else {}
        return found
    return None


def _named_port(port: Any, ports: Mapping[str, Any]) -> str | None:
    if port in ports:
        return str(port)
    return next((name for name, item in ports.items() if item["port"] == port), None)


def _resources(resources: Object) -> dict[str, Any]:
    words = {"cpu": "cpu", "memory": "memory", "ephemeral-storage": "ephemeralStorage"}
    return {
        side: {words[key]: str(value) for key, value in resources[side].items() if key in words}
        for side in ("requests", "limits")
        if resources.get(side)
    }


def _variables(container: Object) -> Iterator[tuple[str, str]]:
    """Variables that say their value; one from elsewhere, or that another refers to, is left to a patch."""
    for item in container.get("env") or ():
        if isinstance(item.get("value"), str) and _VARIABLE.match(item["name"]):
            yield item["name"], item["value"]


def _volumes(spec: Object, pod: Object, container: Object) -> Iterator[tuple[str, dict[str, Any]]]:
    mounted = {item["name"]: item["mountPath"] for item in container.get("volumeMounts") or () if "subPath" not in item}
    for volume in pod.get("volumes") or ():
        if volume["name"] in mounted and "emptyDir" in volume:
            empty = volume["emptyDir"] or {}
            found = {"path": mounted[volume["name"]], "kind": "memory" if empty.get("medium") else "temporary"}
            yield volume["name"], found | ({"size": str(empty["sizeLimit"])} if empty.get("sizeLimit") else {})
    for claim in spec.get("volumeClaimTemplates") or ():
        name, wanted = claim["metadata"]["name"], claim["spec"]
        if name in mounted:
            size = str(wanted["resources"]["requests"]["storage"])
            found = {"path": mounted[name], "kind": "persistent", "size": size}
            found |= {"storageClass": wanted["storageClassName"]} if wanted.get("storageClassName") else {}
            yield name, found | {"accessMode": wanted["accessModes"][0]}


def _scaling(spec: Object, scaler: Manifest | None) -> dict[str, Any]:
    if scaler is None:
        return {"min": spec["replicas"]} if spec.get("replicas", 1) != 1 else {}
    wanted = scaler.content["spec"]
    found: dict[str, Any] = {"min": wanted.get("minReplicas", 1), "max": wanted["maxReplicas"]}
    for metric in wanted.get("metrics") or ():
        resource = metric.get("resource") or {}
        percent = (resource.get("target") or {}).get("averageUtilization")
        if resource.get("name") in ("cpu", "memory") and percent:
            found[resource["name"]] = percent
    if wanted.get("targetCPUUtilizationPercentage"):
        found["cpu"] = wanted["targetCPUUtilizationPercentage"]
    return found


def _security(pod: Object, container: Object) -> dict[str, Any]:
    """Who the process is, where the pod says so as the convention would."""
    context = pod.get("securityContext") or {}
    if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
        return {}
    found: dict[str, Any] = {"user": context["runAsUser"], "group": context.get("runAsGroup", context["runAsUser"])}
    own = container.get("securityContext") or {}
    if own and own.get("readOnlyRootFilesystem") is not True:
        found["readOnlyRoot"] = False
    added = (own.get("capabilities") or {}).get("add")
    if added:
        found["addCapabilities"] = list(added)
    if "automountServiceAccountToken" in pod:
        found["serviceAccountToken"] = bool(pod["automountServiceAccountToken"])
    return found


def owned(workload: Manifest, others: Iterable[Manifest]) -> Iterator[Manifest]:
    """The objects that stand around a workload: of its name, that select its pods, or that its pods or they name."""
    named = set(_names(_template(workload)["spec"]))
    labels = ((_template(workload).get("metadata") or {}).get("labels") or {}).items()
    found = []
    for item in others:
        selector = (item.content.get("spec") or {}).get("selector") or {}
        if isinstance(selector, Mapping):
            selector = selector.get("matchLabels", selector)
        selects = isinstance(selector, Mapping) and bool(selector) and _subset(selector, dict(labels))
        if item.name == workload.name or selects or item.name in named:
            found.append(item)
    leads = {item.name for item in found if item.kind == "Service"}
    for item in others:
        if item not in found and leads & set(_names(item.content.get("spec"))):
            found.append(item)
    return iter(found)


def _subset(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


_NAMING = frozenset(("name", "claimName", "secretName", "serviceAccountName", "serviceName"))


def _names(value: Any) -> Iterator[str]:
    """Every name that a part of an object gives to something."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key in _NAMING and isinstance(item, str):
                yield item
            yield from _names(item)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)
