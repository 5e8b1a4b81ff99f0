"""Whether a workload stays up: probes, disruption budgets, and who counts its pods."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from journey.objects import Object, Tree, Workload, mapping, selects, text
from journey.problem import Level, Problem

PROBES = "workloads/probes"
DISRUPTION = "workloads/disruption"
REPLICAS = "workloads/replicas"

_SERVING = ("DaemonSet", "Deployment", "StatefulSet")
_COUNTED = ("Deployment", "ReplicaSet", "StatefulSet")


def inspect(found: Sequence[Object], workloads: Sequence[Workload], own_scaling: bool = False) -> Iterator[Problem]:
    """Problems among a unit's objects; `workloads` are those that make pods.

    `own_scaling`: the convention about autoscalers is off, so what scales the service is its own affair.
    """
    for item in found:
        if item.kind == "Service":
            yield from _probes(item, workloads)
        elif item.kind == "PodDisruptionBudget":
            yield from _disruption(item, found, workloads)
        elif item.kind in ("HorizontalPodAutoscaler", "ScaledObject") and not own_scaling:
            yield from _replicas(item, workloads)


def _selected(selecting: Object, selector: Tree, workloads: Sequence[Workload], kinds: Sequence[str]) -> list[Workload]:
    return [
        item
        for item in workloads
        if item.kind in kinds and item.namespace == selecting.namespace and selects(selector, item.labels)
    ]


def _probes(service: Object, workloads: Sequence[Workload]) -> Iterator[Problem]:
    """Missing probes are a warning: no convention switches them off, and what runs today without them must pass."""
    labels = mapping(service.spec, "selector")
    if not labels:
        return
    for workload in _selected(service, {"matchLabels": labels}, workloads, _SERVING):
        for probe, what in (("livenessProbe", "lives"), ("readinessProbe", "is ready")):
            if not any(probe in container for container in workload.containers):
                message = f"{workload}: no container has a {probe}: nobody sees whether it {what}"
                hint = f"say health.{probe.removesuffix('Probe')} in the service's spec"
                yield Problem(workload.artifact.origin, PROBES, message, hint, Level.WARNING)


def _disruption(budget: Object, found: Sequence[Object], workloads: Sequence[Workload]) -> Iterator[Problem]:
    selector = mapping(budget.spec, "selector")
    counts = [_fewest(item, found) for item in _selected(budget, selector, workloads, _COUNTED)]
    fault = _blocks(budget.spec, sum(counts) if counts else None)
    if fault:
        hint = "say maxUnavailable: 1, which lets pods move one by one"
        yield Problem(budget.artifact.origin, DISRUPTION, f"{budget}: {fault}: no node can be drained", hint)


def _blocks(spec: Tree, pods: int | None) -> str:
    """Why a budget never lets a pod go; empty where it does. `pods` is None where their number is unknown.

    Percentages are rounded up (Kubernetes docs, "Specifying a Disruption Budget").
    """
    most, least = spec.get("maxUnavailable"), spec.get("minAvailable")
    if pods == 0:
        return ""
    if most in (0, "0", "0%"):
        return f"maxUnavailable is {most}"
    share = _percent(least)
    if share is not None and (share >= 100 or (pods is not None and math.ceil(pods * share / 100) >= pods)):
        return f"minAvailable {least}" + (f" is all of its {pods} pods" if pods else " is all of its pods")
    if isinstance(least, int) and pods is not None and least >= pods:
        return f"minAvailable {least} is all of its {pods} pods"
    return ""


def _percent(value: object) -> int | None:
    if isinstance(value, str) and value.endswith("%") and value[:-1].isdecimal():
        return int(value[:-1])
    return None


def _fewest(workload: Object, found: Sequence[Object]) -> int:
    """The fewest pods of a workload: what its autoscaler goes down to, else its replicas (one unless said)."""
    for item in found:
        if item.kind in ("HorizontalPodAutoscaler", "ScaledObject") and _target(item) == _key(workload):
            fewest = item.spec.get("minReplicas", item.spec.get("minReplicaCount"))
            return fewest if isinstance(fewest, int) else 1
    replicas = workload.spec.get("replicas", 1)
    return replicas if isinstance(replicas, int) else 1


def _target(autoscaler: Object) -> tuple[str, str, str]:
    target = mapping(autoscaler.spec, "scaleTargetRef")
    return str(target.get("kind", "Deployment")), autoscaler.namespace, text(target, "name")


def _key(workload: Object) -> tuple[str, str, str]:
    return workload.kind, workload.namespace, workload.name


def _replicas(autoscaler: Object, workloads: Sequence[Workload]) -> Iterator[Problem]:
    for workload in workloads:
        if _key(workload) == _target(autoscaler) and "replicas" in workload.spec:
            message = f"{workload}: says replicas, which {autoscaler.kind} {autoscaler.name} counts"
            hint = "leave replicas out: each sync would put the number back"
            yield Problem(workload.artifact.origin, REPLICAS, message, hint)
    spec = autoscaler.spec
    least = spec.get("minReplicas", spec.get("minReplicaCount"))
    most = spec.get("maxReplicas", spec.get("maxReplicaCount"))
    if isinstance(least, int) and isinstance(most, int) and least > most:
        message = f"{autoscaler}: fewest pods {least} are more than most {most}"
        yield Problem(autoscaler.artifact.origin, REPLICAS, message, "raise scaling.max, or lower scaling.min")
