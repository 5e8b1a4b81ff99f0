"""Why two environments differ, by line of the spec, and how far each one is behind the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from journey.changes.diff.compare import scalars
from journey.changes.history import Run, history
from journey.changes.promote import base_on
from journey.changes.promotion import version
from journey.ci.git import Git
from journey.problem import Pointer, Step
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE, Layer
from journey.spec.view import View


class Why(StrEnum):
    """Why a value differs."""

    INTENDED = "intended"
    BEHIND = "not yet promoted"
    UNEXPLAINED = "unexplained"


class Difference(NamedTuple):
    """A value that two environments do not share. `where`: the lines that say it, in the order of the environments;
    None where an environment leaves it to a default."""

    service: str
    field: str
    values: tuple[Any, Any]
    where: tuple[Pointer | None, Pointer | None]
    why: Why


class Behind(NamedTuple):
    """How far an environment is behind another: changes of the base that it has not got, and since when."""

    changes: int
    since: datetime | None


class Comparison(NamedTuple):
    """Everything that differs, and by service how far the second environment is behind (or ahead of) the first."""

    differences: tuple[Difference, ...]
    behind: Mapping[str, Behind]


def compare(view: View, git: Git, first: str, second: str, services: Sequence[str] = ()) -> Comparison:
    """Why `first` and `second` differ; of these services alone, else of all, and of the environments themselves."""
    found = [] if services else list(_blocks(view, first, second))
    late: dict[str, Behind] = {}
    runs: list[Run] | None = None
    for service in services or resolve.services(view):
        mine = list(_service(view, service, first, second))
        if any(item.why is Why.BEHIND for item in mine):
            runs = history(view, git) if runs is None else runs
            late[service] = behind(runs, service, first, second)
        found += mine
    return Comparison(tuple(found), late)


def behind(runs: Sequence[Run], service: str, ahead: str, late: str) -> Behind:
    """The changes that `ahead` has had since `late` got what it runs."""
    mine = [run for run in runs if run.service == service and run.environment == late and run.until is None]
    begun = mine[-1].begun if mine else None
    newer = [
        run
        for run in runs
        if run.service == service and run.environment == ahead and (begun is None or run.begun > begun)
    ]
    return Behind(len(newer), newer[0].begun if newer else None)


def _blocks(view: View, first: str, second: str) -> Iterator[Difference]:
    """What the two environments' own blocks say differently."""
    both = (view.input(ROOT_FILE, "environments") or {}).get
    left, right = (dict(scalars(both(name) or {})) for name in (first, second))
    for steps in dict.fromkeys((*left, *right)):
        if left.get(steps) != right.get(steps) and steps[0] != "defaults":
            where = tuple(
                Pointer(ROOT_FILE, ("environments", name, *steps)) if steps in side else None
                for name, side in ((first, left), (second, right))
            )
            yield _difference("", steps, (left.get(steps), right.get(steps)), (where[0], where[1]), Why.INTENDED)


class _Leaf(NamedTuple):
    """A value with the layer that says it; `own`: that layer is an environment's or a cluster's."""

    value: Any
    where: Pointer
    own: bool


def _service(view: View, service: str, first: str, second: str) -> Iterator[Difference]:
    here, there = (_place(view, service, name) for name in (first, second))
    if not here or not there:
        if here or there:
            where = Pointer(resolve.service_file(view, service))
            sides = (where if here else None, where if there else None)
            yield Difference(service, "", (bool(here), bool(there)), sides, Why.BEHIND)
        return
    left, right = (_said(view, service, name, cluster) for name, cluster in ((first, here), (second, there)))
    for steps in dict.fromkeys((*left, *right)):
        one, other = left.get(steps), right.get(steps)
        if (one and one.value) == (other and other.value):
            continue
        sides = (one.where if one else None, other.where if other else None)
        values = (one.value if one else None, other.value if other else None)
        yield _difference(service, steps, values, sides, _why(view, one, other, (first, second)))


Sides = tuple[Pointer | None, Pointer | None]


def _difference(service: str, steps: tuple[Step, ...], values: tuple[Any, Any], where: Sides, why: Why) -> Difference:
    return Difference(service, ".".join(map(str, steps)), values, where, why)


def _why(view: View, one: _Leaf | None, other: _Leaf | None, environments: tuple[str, str]) -> Why:
    if (one and one.own) or (other and other.own):
        return Why.INTENDED
    if all(resolve.follows_head(view, name) for name in environments):
        return Why.UNEXPLAINED
    return Why.BEHIND


def _place(view: View, service: str, environment: str) -> str:
    """The first cluster of an environment on which the service runs; empty where it does not."""
    clusters = resolve.environment(view, environment).clusters
    return next((name for name in clusters if resolve.base_of(view, service, environment, name)), "")


def _said(view: View, service: str, environment: str, cluster: str) -> dict[tuple[Step, ...], _Leaf]:
    """Every value of a service there, with the strongest layer that says it."""
    found: dict[tuple[Step, ...], _Leaf] = {}
    merged = dict(scalars(resolve.merged(view, service, environment, cluster)))
    for layer in resolve.layers(view, service, environment, cluster):
        for steps, value in scalars({key: item for key, item in layer.value.items() if key not in _OVERLAYS}):
            if steps in merged or isinstance(value, list):
                found[steps] = _Leaf(merged.get(steps, value), layer.where.child(*steps), _own(layer, environment))
    return {steps: leaf for steps, leaf in found.items() if steps in merged}


_OVERLAYS = ("environments", "clusters")


def _own(layer: Layer, environment: str) -> bool:
    path = layer.where.path
    return path[:1] in (("environments",), ("clusters",)) and (path[:1] == ("clusters",) or environment in path)


class Cell(NamedTuple):
    """A service in an environment: its version, since when, and how far it is behind the environment before."""

    service: str
    environment: str
    version: str = ""
    since: datetime | None = None
    behind: Behind = Behind(0, None)


def matrix(view: View, git: Git) -> list[Cell]:
    """Every service in every environment, in the order of promotion; no version where it does not run."""
    runs = history(view, git)
    return [
        _cell(view, runs, service, environment)
        for service in resolve.services(view)
        for environment in resolve.order(view)
    ]


def _cell(view: View, runs: Sequence[Run], service: str, environment: str) -> Cell:
    cluster = _place(view, service, environment)
    if not cluster:
        return Cell(service, environment)
    base = base_on(view, service, environment, cluster)
    run = next((one for one in reversed(runs) if (one.service, one.environment) == (service, environment)), None)
    before = resolve.environment(view, environment).promotes_from
    late = Behind(0, None)
    if before and not resolve.follows_head(view, environment):
        source = _place(view, service, before)
        if source and base_on(view, service, before, source) != base:
            late = behind(runs, service, before, environment)
    return Cell(service, environment, version(base), run.begun if run else None, late)
