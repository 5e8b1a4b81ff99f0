"""A chart with the values of a place makes the plain manifests: by Helm or without it, the same is synced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from journey.artifact import Artifact, Unit
from journey.facts import charts
from journey.objects import mapping, text
from journey.objectschemas.messages import dotted
from journey.problem import Problem, Step
from journey.spec.view import View
from journey.workload.objects import workload_of

OBJECTS = "charts/objects"
VALUE = "charts/value"

RULES: dict[str, str] = {
    OBJECTS: "The objects that a chart makes of an environment's values are the plain manifests, field for field.",
    VALUE: "A value has a name and a type that the charts know.",
}

_MARKED = "write no value as ${...} in `patches` and `extra`: charts put a value of theirs in its place"
_HINT = "the target `helm` has a fault: please report it, and say delivery: manifests until then"


class Context(Protocol):
    """What this check asks of the run."""

    @property
    def view(self) -> View: ...


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: Context) -> Iterator[Problem]:
    """Problems of the values of a service in a place."""
    if unit.target != "helm" or not unit.environment:
        return
    made = workload_of(context.view, unit.service, unit.environment, unit.cluster)
    plain = [item.content for item in made.objects]
    for artifact in artifacts:
        values = artifact.content
        assert isinstance(values, Mapping)
        unknown = [message for name, value in values.items() if (message := _fault(name, value))]
        for message in unknown:
            yield Problem(artifact.origin, VALUE, f"{artifact.path}: {message}", _HINT)
        if not unknown:
            for message in _differences(charts.placed(values), plain):
                hint = _MARKED if "${" in message else _HINT
                yield Problem(artifact.origin, OBJECTS, f"{artifact.path}: {message}", hint)


def _fault(name: str, value: Any) -> str:
    """What is wrong with a value's name or type; empty where nothing is."""
    if name not in charts.DEFAULTS:
        return f"there is no value `{name}`"
    default = charts.DEFAULTS[name]
    if type(value) is not type(default):
        return f"`{name}` is not of the type that charts take"
    wrong = [key for key in value if key not in default] if name in ("image", "scaling", "test") else []
    return f"there is no value `{name}.{wrong[0]}`" if wrong else ""


def _differences(made: list[dict[str, Any]], plain: list[dict[str, Any]]) -> Iterator[str]:
    """A sentence for each object that is not the same; Helm has an order of its own, so theirs counts for nothing."""
    if made == plain:
        return
    theirs, ours = ({_key(item): item for item in found} for found in (made, plain))
    for key in {**theirs, **ours}:
        if key not in theirs:
            yield f"the chart makes no {key}"
        elif key not in ours:
            yield f"the chart makes {key}, which is no plain manifest"
        elif theirs[key] != ours[key]:
            path, mine, other = next(_unequal((), theirs[key], ours[key]))
            yield f"{key}: {dotted(path)} is {mine!r} by the chart and {other!r} in the plain manifest"


def _key(item: dict[str, Any]) -> str:
    metadata = mapping(item, "metadata")
    name, namespace = text(metadata, "name"), text(metadata, "namespace")
    return f"{item.get('kind')} {name}" + (f" in namespace {namespace}" if namespace else "")


def _unequal(path: tuple[Step, ...], mine: Any, other: Any) -> Iterator[tuple[tuple[Step, ...], Any, Any]]:
    if isinstance(mine, dict) and isinstance(other, dict):
        for key in {**mine, **other}:
            yield from _unequal((*path, str(key)), mine.get(key), other.get(key))
    elif isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        for number, pair in enumerate(zip(mine, other, strict=True)):
            yield from _unequal((*path, number), *pair)
    elif mine != other:
        yield path, mine, other
