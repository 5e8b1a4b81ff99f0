"""Which pods restart, how many at a time, for how long, within the budget or not; and how many there are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from journey.changes.diff.compare import MISSING
from journey.changes.impact.pairs import Pair, Side, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import TEMPLATES, Object, Tree, descend, mapping, mappings, selects, text

_DOCS = "https://kubernetes.io/docs"

ROLLS = Rule(
    "pods/rolling-update",
    Effect.RESTART,
    "Any change of the pod template replaces all pods, some at a time.",
    f"{_DOCS}/concepts/workloads/controllers/deployment/#rolling-update-deployment",
)
RECREATES = Rule(
    "pods/recreate",
    Effect.RESTART,
    "Strategy `Recreate`: all old pods end before the first new one starts.",
    f"{_DOCS}/concepts/workloads/controllers/deployment/#recreate-deployment",
)
ORDERED = Rule(
    "pods/ordered-update",
    Effect.RESTART,
    "A StatefulSet replaces its pods one by one, the highest ordinal first.",
    f"{_DOCS}/concepts/workloads/controllers/statefulset/#rolling-updates",
)
ON_DELETE = Rule(
    "pods/on-delete",
    Effect.NOTHING,
    "Strategy `OnDelete`: a pod takes the new template when somebody deletes it.",
    f"{_DOCS}/concepts/workloads/controllers/statefulset/#on-delete",
)
NEXT_RUN = Rule(
    "pods/next-run",
    Effect.RELOAD,
    "A CronJob's template is that of its next run; jobs that run go on.",
    f"{_DOCS}/concepts/workloads/controllers/cron-jobs/#modifying-a-cronjob",
)
SCALES = Rule(
    "pods/scale",
    Effect.SCALE,
    "Pods are added, or taken away, until there are as many as wanted.",
    f"{_DOCS}/concepts/workloads/controllers/deployment/#scaling-a-deployment",
)
UNSAID = Rule(
    "pods/replicas-unsaid",
    Effect.SCALE,
    "A number of replicas that is no longer said falls to 1 until an autoscaler sets it.",
    f"{_DOCS}/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
)
IN_PLACE = Rule(
    "pods/untouched",
    Effect.NOTHING,
    "Outside the pod template a workload changes without touching a pod.",
    f"{_DOCS}/concepts/workloads/controllers/deployment/#updating-a-deployment",
)
BUDGET = f"{_DOCS}/concepts/workloads/pods/disruptions/#pod-disruption-budgets"
"""That a roll-out is not limited by a budget, though its pods count against it."""
DATABASE = Rule(
    "postgresql/rolling-update",
    Effect.RESTART,
    "CloudNativePG restarts the standbys one by one, then the primary, by a switchover.",
    "https://cloudnative-pg.io/docs/current/rolling_update/",
)

RULES = (ROLLS, RECREATES, ORDERED, ON_DELETE, NEXT_RUN, SCALES, UNSAID, IN_PLACE, DATABASE)

_RESTARTS_DATABASE = ("imageName", "resources", "affinity", "priorityClassName", "projectedVolumeTemplate", "env")
_SPREADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
_DEADLINE = 600
"""Seconds after which a Deployment that makes no progress counts as failed, where none are said."""


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """What happens to the pods of a workload that stays."""
    if pair.came or pair.gone or pair.renamed:
        return
    kind = pair.thing.kind
    if kind in _SPREADS:
        yield from _workload(pair, sides)
    elif kind == "CronJob" and pair.names("spec"):
        yield Found(NEXT_RUN, pair, "the next run takes it", pair.names("spec"))
    elif kind == "HorizontalPodAutoscaler":
        yield from _autoscaler(pair)
    elif (pair.api, kind) == ("postgresql.cnpg.io", "Cluster"):
        yield from _database(pair)


def _workload(pair: Pair, sides: Sides) -> Iterator[Found]:
    steps = TEMPLATES[pair.thing.kind]
    template = pair.names(*steps)
    other = [name for name in pair.names("spec") if name not in template and name[:2] != ("spec", "replicas")]
    if template:
        yield _restart(pair, sides, template)
    elif other:
        said = ", ".join(dict.fromkeys(str(name[1]) for name in other if len(name) > 1))
        yield Found(IN_PLACE, pair, f"{said or 'it'} changes, and no pod restarts", tuple(other))
    number = pair.names("spec", "replicas")
    if any(len(name) > 1 for name in number):
        yield from _scale(pair, number)


def _restart(pair: Pair, sides: Sides, names: tuple[tuple[object, ...], ...]) -> Found:
    spec = mapping(pair.after, "spec")
    found = plan(pair.thing.kind, spec, replicas(pair, pair.after, sides.after))
    if found.rule is ON_DELETE:
        return Found(ON_DELETE, pair, "no pod restarts until it is deleted by hand", names)
    budget = _budget(pair, sides.after, found)
    return Found(found.rule, pair, f"{found.says}; {budget}", names, interrupts=found.down >= max(found.pods, 1))


class Plan(NamedTuple):
    """How a roll-out goes: of `pods` at most `down` are missing at a time. `says` in words."""

    rule: Rule
    pods: int
    down: int
    says: str


def plan(kind: str, spec: Tree, pods: int) -> Plan:
    """The roll-out of a workload's template by its spec (`updateStrategy`, or a Deployment's `strategy`)."""
    strategy = mapping(spec, "strategy" if kind == "Deployment" else "updateStrategy")
    if text(strategy, "type") == "OnDelete":
        return Plan(ON_DELETE, pods, 0, "")
    if kind == "Deployment" and text(strategy, "type") == "Recreate":
        took = _ready(spec)
        return Plan(RECREATES, pods, pods, f"{_pods(pods, 'end')}, then start: down for at least {took}s")
    if kind == "Deployment":
        return _rolling(spec, mapping(strategy, "rollingUpdate"), pods)
    rolling = mapping(strategy, "rollingUpdate")
    if kind == "DaemonSet":
        at_once = f"{rolling.get('maxUnavailable', 1)} at a time"
        return Plan(ROLLS._replace(source=_DAEMONS), 0, 0, f"a pod on every node restarts, {at_once}")
    last = rolling.get("partition", 0)
    moving = max(pods - (last if isinstance(last, int) else 0), 0)
    took = moving * (_ready(spec) + _minimum(spec))
    return Plan(ORDERED, moving, 1, f"{_pods(moving, 'restart')} one by one, for at least {took}s")


_DAEMONS = f"{_DOCS}/tasks/manage-daemon/update-daemon-set/"


def _rolling(spec: Tree, rolling: Tree, pods: int) -> Plan:
    """`maxSurge` rounds up, `maxUnavailable` down; they cannot both be 0 (apps/v1, RollingUpdateDeployment)."""
    surge = _share(rolling.get("maxSurge", "25%"), pods, math.ceil)
    down = _share(rolling.get("maxUnavailable", "25%"), pods, math.floor)
    down = 1 if not surge and not down else down
    at_once = max(surge + down, 1)
    took = math.ceil(pods / at_once) * (_ready(spec) + _minimum(spec))
    deadline = spec.get("progressDeadlineSeconds", _DEADLINE)
    says = (
        f"{_pods(pods, 'restart')}, {min(at_once, max(pods, 1))} at a time, at most {min(down, pods)} missing, "
        f"for at least {took}s (it counts as failed after {deadline}s without progress)"
    )
    return Plan(ROLLS, pods, min(down, pods), says)


def _share(said: Any, pods: int, rounded: Any) -> int:
    if isinstance(said, str) and said.endswith("%") and said[:-1].isdigit():
        return int(rounded(pods * int(said[:-1]) / 100))
    return said if isinstance(said, int) else 0


def _pods(number: int, do: str) -> str:
    return f"{number} pod {do}s" if number == 1 else f"{number} pods {do}"


def _ready(spec: Tree) -> int:
    """Seconds until a new pod can be ready at the soonest: what its probes wait before their first answer."""
    waits = [0]
    for container in mappings(descend(spec, ("template", "spec")), "containers"):
        for name in ("startupProbe", "readinessProbe"):
            delay = mapping(container, name).get("initialDelaySeconds", 0)
            waits.append(delay if isinstance(delay, int) else 0)
        if "readinessProbe" in container:
            waits.append(1)
    return max(waits)


def _minimum(spec: Tree) -> int:
    said = spec.get("minReadySeconds", 0)
    return said if isinstance(said, int) else 0


def replicas(pair: Pair, workload: Tree, side: Side) -> int:
    """How many pods of a workload there are at least: as said, else the autoscaler's fewest, else one."""
    said = mapping(workload, "spec").get("replicas")
    if isinstance(said, int):
        return said
    for scaler in side.of_kind(pair.unit, "HorizontalPodAutoscaler"):
        target = mapping(scaler.spec, "scaleTargetRef")
        if (text(target, "kind"), text(target, "name")) == (pair.thing.kind, pair.thing.name):
            fewest = scaler.spec.get("minReplicas", 1)
            return fewest if isinstance(fewest, int) else 1
    return 1


def _budget(pair: Pair, side: Side, found: Plan) -> str:
    labels = mapping(descend(pair.after, (*TEMPLATES[pair.thing.kind], "metadata")), "labels")
    budgets = [
        item
        for item in side.of_kind(pair.unit, "PodDisruptionBudget")
        if selects(mapping(item.spec, "selector"), labels)
    ]
    if not budgets:
        return "there is no disruption budget"
    allowed = min(_allows(item, found.pods) for item in budgets)
    if found.down <= allowed:
        return f"within the budget, which lets {allowed} be missing"
    return f"beyond the budget, which lets {allowed} be missing and does not stop a roll-out"


def _allows(budget: Object, pods: int) -> int:
    """Both shares round up (kubernetes.io, "Specifying a Disruption Budget for your Application")."""
    if "maxUnavailable" in budget.spec:
        return _share(budget.spec["maxUnavailable"], pods, math.ceil)
    return max(pods - _share(budget.spec.get("minAvailable", 0), pods, math.ceil), 0)


def _scale(pair: Pair, names: tuple[tuple[object, ...], ...]) -> Iterator[Found]:
    before, after = (mapping(side, "spec").get("replicas", MISSING) for side in (pair.before, pair.after))
    if after is MISSING:
        yield Found(UNSAID, pair, f"{before} replicas are no longer said: 1 until an autoscaler sets them", names)
    elif before is MISSING:
        yield Found(SCALES, pair, f"{after} replicas are said; what an autoscaler sets is put back to that", names)
    else:
        yield Found(SCALES, pair, f"{before} -> {after} pods", names, interrupts=after == 0)


def _autoscaler(pair: Pair) -> Iterator[Found]:
    for field in ("minReplicas", "maxReplicas"):
        names = pair.names("spec", field)
        before, after = (mapping(side, "spec").get(field, 1) for side in (pair.before, pair.after))
        if names and before != after:
            word = "fewest" if field == "minReplicas" else "most"
            yield Found(SCALES, pair, f"{word} pods {before} -> {after}", names, field)


def _database(pair: Pair) -> Iterator[Found]:
    names = tuple(name for field in _RESTARTS_DATABASE for name in pair.names("spec", field))
    if names:
        instances = mapping(pair.after, "spec").get("instances", 1)
        says = f"{instances} servers restart one by one, the primary last"
        yield Found(DATABASE, pair, says, names, interrupts=instances == 1)
    if pair.names("spec", "instances"):
        before, after = (mapping(side, "spec").get("instances", 1) for side in (pair.before, pair.after))
        yield Found(SCALES, pair, f"{before} -> {after} servers", pair.names("spec", "instances"))
