"""A service's namespace: how safe its pods must be, and how much they may use."""

from __future__ import annotations

from journey import names
from journey.facts import scaling
from journey.facts.scaling import Scale
from journey.workload.place import FIRST, KEEP, Object, Place
from journey.workload.pod import amounts

_SECURITY = "pod-security.kubernetes.io"


def namespace_objects(place: Place, scale: Scale) -> list[Object]:
    """Namespace, quota and limit range."""
    if "namespaceObjects" in place.spec.without:
        return []
    return [_namespace(place), *_bounds(place, scale)]


def _namespace(place: Place) -> Object:
    metadata = place.meta(place.namespace, FIRST, KEEP if place.stateful else None)
    enforced = "securityContext" not in place.spec.without
    labels = {**place.labels, names.ENVIRONMENT: place.environment}
    metadata["labels"] = {**labels, **pod_security_labels(place.here.kubernetes, enforced)}
    del metadata["namespace"]
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def pod_security_labels(kubernetes: str, enforced: bool = True) -> dict[str, str]:
    """Pod Security `restricted` as this version of Kubernetes has it; only told and logged where it is not enforced."""
    found = {}
    for mode in ("enforce", "audit", "warn"):
        if mode != "enforce" or enforced:
            found[f"{_SECURITY}/{mode}"] = "restricted"
            found[f"{_SECURITY}/{mode}-version"] = f"v{kubernetes}"
    return found


def _bounds(place: Place, scale: Scale) -> list[Object]:
    """The quota; and what a container without resources of its own gets, so that the quota admits it."""
    each = scaling.resources(place.view, *place.key)
    hard = scaling.quota(place.spec, scale, each, place.around.quota.headroom)
    metadata = place.meta(place.service, FIRST)
    found: list[Object] = [
        {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": hard}},
    ]
    defaults = amounts(each)
    if defaults:
        item: Object = {"type": "Container"}
        if "limits" in defaults:
            item["default"] = defaults["limits"]
        if "requests" in defaults:
            item["defaultRequest"] = defaults["requests"]
        found.append({"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": {"limits": [item]}})
    return found
