"""A service's values in a place: all that the place runs, with names of their own for what people look for first."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from journey import names
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.helm import templates
from journey.workload.objects import Workload, workload_of
from journey.workload.place import Object

TEST_IMAGE = "docker.io/library/busybox:1.37"
"""What asks a service whether it answers; `wget` is part of it."""

Values = dict[str, Any]

DEFAULTS: Values = {
    "image": {"repository": "", "tag": "", "digest": ""},
    "deploymentId": "",
    "replicas": 1,
    "resources": {},
    "config": {},
    "scaling": {"min": 1, "max": 1},
    "without": [],
    "test": {"url": "", "image": TEST_IMAGE},
    "objects": [],
}
"""What a chart says without values: nothing is installed."""


def values(view: View, service: str, environment: str, cluster: str) -> Values:
    """The values, in the order of DEFAULTS; empty where the service has no object."""
    workload = workload_of(view, service, environment, cluster)
    if not workload.objects:
        return {}
    objects = [copy.deepcopy(item.content) for item in workload.objects]
    found: Values = {}
    for item in objects:
        found |= _named(item, service)
    image = found.get("image")
    for item in objects:
        for container in _containers(item):
            if image is not None and container.get("image") == image:
                container["image"] = templates.IMAGE
    config = _configured(objects)
    if config is not None:
        found["config"], config["data"] = config["data"], templates.CONFIG
    if image is not None:
        found["image"] = _parts(image)
    found |= _identified(objects, workload)
    url = _url(view, service, environment, cluster, objects)
    if url:
        found["test"] = {"url": url}
    kept = {name: found[name] for name in DEFAULTS if found.get(name)}
    return {**kept, "objects": objects}


def _named(item: Object, service: str) -> Values:
    """Takes the values that have names of their own out of an object, and leaves what is put in their place."""
    kind, spec = item["kind"], item.get("spec") or {}
    if kind in ("HorizontalPodAutoscaler", "ScaledObject"):
        return {"scaling": dict(_scaled(spec))}
    template = _template(item)
    if template is None or not _runs(item, service):
        return {}
    found: Values = {}
    main = template["spec"]["containers"][0]
    if "replicas" in spec:
        found["replicas"], spec["replicas"] = spec["replicas"], templates.REPLICAS
    if main.get("resources"):
        found["resources"], main["resources"] = main["resources"], templates.RESOURCES
    return {**found, "image": main["image"]}


def _scaled(spec: Object) -> Iterator[tuple[str, Any]]:
    for name, field, mark in (
        ("min", "minReplicas", templates.LEAST),
        ("min", "minReplicaCount", templates.LEAST),
        ("max", "maxReplicas", templates.MOST),
        ("max", "maxReplicaCount", templates.MOST),
    ):
        if field in spec:
            yield name, spec[field]
            spec[field] = mark


def _runs(item: Object, service: str) -> bool:
    """Whether an object is the service's workload, not its migrations: the first container has the service's name."""
    containers = (_template(item) or {}).get("spec", {}).get("containers") or [{}]
    return bool(containers[0].get("name") == service and containers[0].get("image"))


def _template(item: Object) -> Any:
    """The pod template of an object; None of one that has none."""
    spec = item.get("spec") or {}
    if item["kind"] == "CronJob":
        return spec["jobTemplate"]["spec"]["template"]
    return spec.get("template") if item["kind"] in ("Deployment", "StatefulSet", "Job") else None


def _containers(item: Object) -> Iterator[Any]:
    template = _template(item)
    if template is not None:
        yield from template["spec"].get("initContainers") or ()
        yield from template["spec"]["containers"]


def _configured(objects: list[Any]) -> Any:
    """The ConfigMap whose keys are environment variables of the pods; None where there is none."""
    named = {
        source["configMapRef"]["name"]
        for item in objects
        for container in _containers(item)
        for source in container.get("envFrom") or ()
        if "configMapRef" in source
    }
    maps = (item for item in objects if item["kind"] == "ConfigMap" and item.get("data"))
    return next((item for item in maps if item["metadata"]["name"] in named), None)


def _parts(image: str) -> Values:
    """Repository, tag and digest of an image."""
    rest, _, digest = image.partition("@")
    repository, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = rest, ""
    found = {"repository": repository, "tag": tag, "digest": digest}
    return {name: value for name, value in found.items() if value}


def _identified(objects: list[Any], workload: Workload) -> Values:
    """Puts a mark in place of the deployment id wherever pods carry it."""
    found = workload.deployment_id
    if not found:
        return {}
    for item in objects:
        template = _template(item)
        if template is None:
            continue
        labels = template.get("metadata", {}).get("labels") or {}
        if labels.get(names.DEPLOYMENT_ID) == found:
            labels[names.DEPLOYMENT_ID] = templates.DEPLOYMENT_ID
        for container in _containers(item):
            for variable in container.get("env") or ():
                if found in str(variable.get("value", "")):
                    variable["value"] = variable["value"].replace(found, templates.DEPLOYMENT_ID)
    return {"deploymentId": found}


def _url(view: View, service: str, environment: str, cluster: str, objects: list[Any]) -> str:
    """Where the service says that it is ready; empty where nothing runs or a GET could not ask it."""
    found = resolve.service(view, service, environment, cluster)
    probe = found.health.readiness if found is not None and found.release is not None else None
    if probe is None or probe.kind != "http":
        return ""
    for item in objects:
        for port in item["spec"].get("ports") or () if item["kind"] == "Service" else ():
            if port.get("name") == probe.port:
                name, space = item["metadata"]["name"], item["metadata"]["namespace"]
                return f"http://{name}.{space}.svc:{port['port']}{probe.path}"
    return ""
