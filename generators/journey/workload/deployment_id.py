"""The deployment id: which template and which configuration a pod, a span or a log line comes from.

It is a hash of the pod template without the id and of the content of the configuration that the pods mount, so a
change of either is a release, and nothing else is. It stands in the template's labels and in the environment, never in
a selector and never in a mounted file.
"""

from __future__ import annotations

from typing import Any

from journey import names
from journey.workload.config import content_hash
from journey.workload.place import Object, Place

VARIABLE = "JOURNEY_DEPLOYMENT_ID"
ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"
NAME = "OTEL_SERVICE_NAME"
"""Variables that SDKs read (opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables)."""

_TEMPLATE = {"CronJob": ("spec", "jobTemplate", "spec", "template")}
_USUAL = ("spec", "template")


def template_of(workload: Object) -> Object:
    """The pod template of a workload; empty where a patch took it away."""
    found: Any = workload
    for step in _TEMPLATE.get(workload["kind"], _USUAL):
        found = found.get(step) or {} if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def hash_of(workload: Object, configuration: list[Object]) -> str:
    """The id of a workload's pods, given the ConfigMaps that they mount."""
    return content_hash([template_of(workload), [item.get("data") for item in configuration]])


def stamped(workload: Object, place: Place, values: dict[str, str], deployment_id: str) -> Object:
    """The workload with the id in its template's labels and its first container's environment; the given one stays.

    What a patch took apart is left as it is: the object's schema says what is wrong with it.
    """
    template = template_of(workload)
    if not template:
        return workload
    metadata, spec = _mapping(template.get("metadata")), _mapping(template.get("spec"))
    metadata["labels"] = {**_mapping(metadata.get("labels")), names.DEPLOYMENT_ID: deployment_id}
    containers = spec.get("containers")
    if isinstance(containers, list) and containers and isinstance(containers[0], dict):
        env = containers[0].get("env")
        before = env if isinstance(env, list) else []
        first = {**containers[0], "env": [*before, *_variables(place, values, deployment_id)]}
        spec["containers"] = [first, *containers[1:]]
    template = {**template, "metadata": metadata, "spec": spec}
    return _replaced(workload, _TEMPLATE.get(workload["kind"], _USUAL), template)


def _mapping(value: Any) -> Object:
    """A copy of a mapping; empty for anything else."""
    return dict(value) if isinstance(value, dict) else {}


def _replaced(node: Object, path: tuple[str, ...], value: Object) -> Object:
    if not path:
        return value
    return {**node, path[0]: _replaced(node[path[0]], path[1:], value)}


def _variables(place: Place, values: dict[str, str], deployment_id: str) -> list[Object]:
    found: list[Object] = [{"name": VARIABLE, "value": deployment_id}]
    if NAME not in values:
        found.append({"name": NAME, "value": place.service})
    attributes = (
        f"deployment.environment.name={place.environment},deployment.id={deployment_id},"
        f"k8s.cluster.name={place.cluster},k8s.namespace.name={place.namespace}"
    )
    release = place.spec.release
    if release is not None:
        attributes += f",service.version={release.version}"
    # what the service says of itself goes last: later attributes win
    said = values.get(ATTRIBUTES)
    found.append({"name": ATTRIBUTES, "value": f"{attributes},{said}" if said else attributes})
    return found
