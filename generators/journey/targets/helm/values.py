"""A service's values in a place: all that the place runs, with names of their own for what people look for first.

A patch or an `extra` manifest can make nonsense of an object. What is not where it belongs then stays as it is: the
schemas say what is wrong with it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from journey import names
from journey.facts import charts
from journey.objects import mapping, mappings, text
from journey.spec import resolve
from journey.spec.view import View
from journey.workload.objects import Workload, workload_of
from journey.workload.place import Object

Values = dict[str, Any]


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
    if image is not None:
        for container in _containers(objects):
            if container.get("image") == image:
                container["image"] = charts.IMAGE
        found["image"] = _parts(image)
    config = _configured(objects)
    if config is not None:
        found["config"], config["data"] = config["data"], charts.CONFIG
    found |= _identified(objects, workload)
    url = _url(view, service, environment, cluster, objects)
    if url:
        found["test"] = {"url": url}
    kept = {name: found[name] for name in charts.DEFAULTS if found.get(name)}
    return {**kept, "objects": objects}


def _containers(objects: list[Object]) -> Iterator[Any]:
    for item in objects:
        yield from charts.containers(item)


def _named(item: Object, service: str) -> Values:
    """Takes the values that have names of their own out of an object, and leaves what is put in their place."""
    spec = item.get("spec")
    if not isinstance(spec, dict):
        return {}
    if item["kind"] in charts.SCALERS:
        return {"scaling": dict(_scaled(spec))}
    main: Any = next(iter(mappings(mapping(charts.template(item), "spec"), "containers")), {})
    # the first container of the service's workload has its name, that of its migrations another
    if main.get("name") != service or not text(main, "image"):
        return {}
    found: Values = {"image": main["image"]}
    if type(spec.get("replicas")) is int:
        found["replicas"], spec["replicas"] = spec["replicas"], charts.REPLICAS
    if mapping(main, "resources"):
        found["resources"], main["resources"] = main["resources"], charts.RESOURCES
    return found


def _scaled(spec: Object) -> Iterator[tuple[str, Any]]:
    for name, field, mark in (
        ("min", "minReplicas", charts.LEAST),
        ("min", "minReplicaCount", charts.LEAST),
        ("max", "maxReplicas", charts.MOST),
        ("max", "maxReplicaCount", charts.MOST),
    ):
        if type(spec.get(field)) is int:
            yield name, spec[field]
            spec[field] = mark


def _configured(objects: list[Object]) -> Any:
    """The ConfigMap whose keys are environment variables of the pods; None where there is none."""
    named = {
        text(mapping(source, "configMapRef"), "name")
        for container in _containers(objects)
        for source in mappings(container, "envFrom")
    }
    for item in objects:
        if item["kind"] == "ConfigMap" and text(mapping(item, "metadata"), "name") in named and mapping(item, "data"):
            return item
    return None


def _parts(image: str) -> Values:
    """Repository, tag and digest of an image."""
    rest, _, digest = image.partition("@")
    repository, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = rest, ""
    found = {"repository": repository, "tag": tag, "digest": digest}
    return {name: value for name, value in found.items() if value}


def _identified(objects: list[Object], workload: Workload) -> Values:
    """Puts a mark in place of the deployment id wherever pods carry it."""
    found = workload.deployment_id
    if not found:
        return {}
    for item in objects:
        labels: Any = mapping(mapping(charts.template(item), "metadata"), "labels")
        if labels.get(names.DEPLOYMENT_ID) == found:
            labels[names.DEPLOYMENT_ID] = charts.DEPLOYMENT_ID
    for container in _containers(objects):
        variable: Any
        for variable in mappings(container, "env"):
            if found in text(variable, "value"):
                variable["value"] = variable["value"].replace(found, charts.DEPLOYMENT_ID)
    return {"deploymentId": found}


def _url(view: View, service: str, environment: str, cluster: str, objects: list[Object]) -> str:
    """Where the service says that it is ready; empty where nothing runs or a GET could not ask it."""
    found = resolve.service(view, service, environment, cluster)
    probe = found.health.readiness if found is not None and found.release is not None else None
    if probe is None or probe.kind != "http":
        return ""
    for item in objects:
        for port in mappings(mapping(item, "spec"), "ports") if item["kind"] == "Service" else ():
            if port.get("name") == probe.port:
                name, space = item["metadata"]["name"], item["metadata"]["namespace"]
                return f"http://{name}.{space}.svc:{port.get('port')}{probe.path}"
    return ""
