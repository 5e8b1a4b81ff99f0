"""What a change asks of the nodes: requests and volumes. Money is not told, since no prices are known here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from journey.changes.diff.compare import quantity
from journey.changes.impact.pairs import Pair, Side, Sides
from journey.changes.impact.rollout import replicas
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import TEMPLATES, Tree, descend, mapping, sidecars

REQUESTS = Rule(
    "capacity/requests",
    Effect.CAPACITY,
    "The scheduler keeps what pods request free for them: nodes must have it, whether it is used or not.",
    "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-requests-are-scheduled",
)
VOLUME = Rule(
    "capacity/volume",
    Effect.CAPACITY,
    "A volume is provisioned, or grows, and is paid for as long as it is there.",
    "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims",
)
RULES = (REQUESTS, VOLUME)

Amounts = dict[str, Decimal]
_WORKLOADS = frozenset({"Deployment", "StatefulSet"})


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """More or fewer requests of a workload's pods at their fewest; volumes that come or grow."""
    kind = pair.thing.kind
    if kind in _WORKLOADS:
        before, after = asked(pair, pair.before, sides.before), asked(pair, pair.after, sides.after)
        if before != after:
            names = (*pair.names("spec", "replicas"), *pair.names(*TEMPLATES[kind], "spec", "containers"))
            yield Found(REQUESTS, pair, _change(before, after), names or None)
    elif (pair.api, kind) == ("postgresql.cnpg.io", "Cluster"):
        before, after = _servers(pair.before), _servers(pair.after)
        if before != after:
            names = tuple(name for field in ("instances", "resources", "storage") for name in pair.names("spec", field))
            yield Found(REQUESTS, pair, _change(before, after), names or None)
    elif kind == "PersistentVolumeClaim":
        sizes = [_size(side, ("spec", "resources", "requests")) for side in (pair.before, pair.after)]
        if sizes[0] != sizes[1]:
            yield Found(VOLUME, pair, _change({"storage": sizes[0]}, {"storage": sizes[1]}))


def asked(pair: Pair, workload: Tree, side: Side) -> Amounts:
    """What all pods of a workload request at their fewest."""
    if not workload:
        return {}
    pods = replicas(pair, workload, side)
    pod = descend(workload, (*TEMPLATES[pair.thing.kind], "spec"))
    return _times(pods, [mapping(mapping(item, "resources"), "requests") for item in sidecars(pod)])


def _servers(cluster: Tree) -> Amounts:
    spec = mapping(cluster, "spec")
    if not spec:
        return {}
    instances = spec.get("instances", 1)
    size = mapping(spec, "storage").get("size")
    found = [mapping(mapping(spec, "resources"), "requests"), {"storage": size} if size else {}]
    return _times(instances if isinstance(instances, int) else 1, found)


def _times(pods: int, found: list[Tree]) -> Amounts:
    total: Amounts = {}
    for item in found:
        for name, value in item.items():
            total[name] = total.get(name, Decimal()) + (quantity(value) or Decimal()) * pods
    return total


def _size(claim: Tree, steps: tuple[str, ...]) -> Decimal:
    return quantity(descend(claim, steps).get("storage")) or Decimal()


def _change(before: Amounts, after: Amounts) -> str:
    names = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    zero = Decimal()
    values = ((name, *(amount(name, side.get(name, zero)) for side in (before, after))) for name in names)
    return ", ".join(f"{name} {was} -> {now}" for name, was, now in values)


def amount(name: str, value: Decimal) -> str:
    """An amount as people write it: CPUs with their thousandths, all else in Mi or Gi."""
    if name == "cpu":
        return f"{value.normalize():f}"
    for unit, power in (("Gi", 30), ("Mi", 20)):
        if value >= 2**power:
            return f"{(value / 2**power).quantize(Decimal('0.01')).normalize():f}{unit}"
    return f"{value.normalize():f}"


def total(pairs: list[Pair], sides: Sides) -> dict[str, tuple[Amounts, Amounts]]:
    """What changed workloads request before and after, by place."""
    found: dict[str, tuple[Amounts, Amounts]] = {}
    for pair in pairs:
        if pair.thing.kind in _WORKLOADS:
            here = found.setdefault(pair.place, ({}, {}))
            for side, workload, sums in zip(sides, (pair.before, pair.after), here, strict=True):
                for name, value in asked(pair, workload, side).items():
                    sums[name] = sums.get(name, Decimal()) + value
    return {place: both for place, both in found.items() if both[0] != both[1]}
