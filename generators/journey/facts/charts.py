"""What a service's Helm chart and its values agree on: the names of values, and what stands in an object for one.

`placed` says in Python what `templates/_helpers.tpl` says to Helm; tests hold Helm's own engine against it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from journey.objects import TEMPLATES, Tree, descend, mapping, mappings

IMAGE, RESOURCES, REPLICAS, CONFIG, LEAST, MOST, DEPLOYMENT_ID = (
    f"${{{name}}}"
    for name in ("image", "resources", "replicas", "config", "scaling.min", "scaling.max", "deploymentId")
)
"""What stands in an object of `objects` in place of a value that has a name of its own."""

TEST_IMAGE = "docker.io/library/busybox:1.37"
"""What asks a service whether it answers; `wget` is part of it."""

DEFAULTS: dict[str, Any] = {
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

RUNS = ("Deployment", "StatefulSet", "CronJob", "Job")
"""Kinds whose pods are given values."""
SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")


def template(item: Tree) -> Tree:
    """The pod template of an object; empty of one that has none."""
    kind = item.get("kind")
    return descend(item, TEMPLATES[kind]) if kind in RUNS else {}


def containers(item: Tree) -> Iterator[Tree]:
    """The containers of an object's pods, those that run first before the others."""
    pod = mapping(template(item), "spec")
    yield from mappings(pod, "initContainers")
    yield from mappings(pod, "containers")


def image(parts: Mapping[str, str]) -> str:
    """An image as a pod names it."""
    tag, digest = parts.get("tag"), parts.get("digest")
    return parts.get("repository", "") + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def placed(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects that a chart makes of values."""
    said = {name: values.get(name, default) for name, default in DEFAULTS.items()}
    said["scaling"] = {**DEFAULTS["scaling"], **said["scaling"]}
    return [_placed(item, said) for item in said["objects"] if item["kind"] not in said["without"]]


def _placed(item: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    kind = item["kind"]
    if kind == "ConfigMap":
        return {**item, "data": said["config"]} if item.get("data") == CONFIG else item
    if kind in SCALERS:
        bounds = {LEAST: said["scaling"]["min"], MOST: said["scaling"]["max"]}
        bound = {key: _value(value, bounds) for key, value in mapping(item, "spec").items()}
        return {**item, "spec": bound} if bound else item
    if kind not in RUNS:
        return item
    made: dict[str, Any] = copy.deepcopy(item)
    spec = made.get("spec")
    if isinstance(spec, dict) and spec.get("replicas") == REPLICAS:
        spec["replicas"] = said["replicas"]
    _fill(made, said)
    return made


def _fill(item: dict[str, Any], said: Mapping[str, Any]) -> None:
    """Puts the values into the pods of an object that is nobody else's."""
    found = said["deploymentId"]
    labels: Any = mapping(mapping(template(item), "metadata"), "labels")
    for name, value in labels.items():
        if isinstance(value, str):
            labels[name] = value.replace(DEPLOYMENT_ID, found)
    marks = {"image": (IMAGE, image(said["image"])), "resources": (RESOURCES, said["resources"])}
    container: Any
    for container in containers(item):
        for name, (mark, value) in marks.items():
            if container.get(name) == mark:
                container[name] = value
        variable: Any
        for variable in mappings(container, "env"):
            if isinstance(variable.get("value"), str):
                variable["value"] = variable["value"].replace(DEPLOYMENT_ID, found)


def _value(value: Any, marks: Mapping[str, Any]) -> Any:
    return marks.get(value, value) if isinstance(value, str) else value
