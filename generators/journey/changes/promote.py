"""What a promotion writes: the base that the next environment runs, in the one small file that holds it.

An environment renders from the base last promoted to it (`journey.spec.resolve`). The file holds what the base itself
says and nothing else: no overlay, no default, nothing derived, and no field that acts everywhere at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from journey.formats import yaml
from journey.spec import resolve
from journey.spec.documents import base_shape, platform_shape
from journey.spec.platform import PROMOTED_BLOCKS, PROMOTED_OVERLAYS
from journey.spec.shape import Shape
from journey.spec.validate import member_for
from journey.spec.view import View

ABSENT = {"enabled": False}
"""The base of the clusters that a service's first promotion has not reached yet."""


class PromotedFile(NamedTuple):
    """A promoted file: its path below the platform's folder, and its whole text."""

    file: str
    text: str


def promoted_base(
    view: View, service: str, source: str, target: str, clusters: Iterable[str] = ()
) -> PromotedFile | None:
    """The file by which `target` runs the base of a service that `source` runs; None where `source` has none.

    clusters: those of the target's clusters that go first; all of them unless said. While some are still to come,
    their base stays what it was. A cluster that `source` itself is still moving to is not waited for: what counts is
    the base that all others there run.
    """
    base = base_of(view, service, source)
    return None if base is None else with_base(view, service, target, base, clusters)


def with_base(
    view: View, service: str, target: str, base: dict[str, Any], clusters: Iterable[str] = ()
) -> PromotedFile:
    """The file by which `target`, or first these clusters of it, runs a base."""
    file = resolve.promoted_file(view, service, target)
    moved = dict.fromkeys(clusters or resolve.environment(view, target).clusters, base)
    return PromotedFile(file, _text(target, _joined(view, target, view.input(file), moved)))


def base_on(view: View, service: str, environment: str, cluster: str) -> dict[str, Any] | None:
    """The base of a service on one cluster of an environment to which it is promoted; None where it is not there."""
    found = resolve.base_of(view, service, environment, cluster)
    return None if found is None or found.value == ABSENT else found.value


def promoted_blocks(view: View, source: str, target: str) -> PromotedFile:
    """The file by which `target` runs the platform's promoted blocks (`defaults`, ...) that `source` runs."""
    blocks = {name: resolve.platform_block(view, source, name) for name in PROMOTED_BLOCKS}
    own = {name: _without_overlay(name, block) for name, block in blocks.items() if block}
    return PromotedFile(f"promoted/{target}.yaml", _text(target, promotable(platform_shape(), own)))


def base_of(view: View, service: str, environment: str) -> dict[str, Any] | None:
    """The base of a service in an environment; None where it is not."""
    if resolve.follows_head(view, environment):
        said = view.input(resolve.service_file(view, service)) or {}
    else:
        said = (view.input(resolve.promoted_file(view, service, environment)) or {}).get("base")
    return None if said is None else promotable(base_shape(), said)


def promotable(shape: Shape, value: Any) -> Any:
    """What a shape knows of a value, without the fields that act in every environment at once (`scope: all`)."""
    if value is None:
        return None
    if shape.kind == "union":
        shape = member_for(shape, value) or shape
    if shape.kind == "record":
        known = {name: item for name, item in value.items() if name in shape.fields}
        kept = {name: item for name, item in known.items() if shape.fields[name].shape.scope != "all"}
        return {name: promotable(shape.fields[name].shape, item) for name, item in kept.items()}
    if shape.element is None:
        return value
    if shape.kind == "map":
        return {name: promotable(shape.element, item) for name, item in value.items()}
    return [promotable(shape.element, item) for item in value]


def _without_overlay(block: str, value: Mapping[str, Any]) -> dict[str, Any]:
    overlay = PROMOTED_OVERLAYS.get(block)
    if overlay is None:
        return dict(value)
    return {name: {key: item for key, item in found.items() if key != overlay} for name, found in value.items()}


def _joined(
    view: View, environment: str, before: Mapping[str, Any] | None, moved: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """The file's content once `moved` clusters run their new base; the last cluster folds it into the base."""
    base = ABSENT if before is None else before["base"]
    clusters = resolve.environment(view, environment).clusters
    under_way = {**(before or {}).get("clusters", {}), **moved}
    bases = {cluster: under_way.get(cluster, base) for cluster in clusters}
    if all(found == bases[clusters[0]] for found in bases.values()):
        return {"base": bases[clusters[0]]}
    return {"base": base, "clusters": {cluster: found for cluster, found in bases.items() if found != base}}


def _text(environment: str, content: Mapping[str, Any]) -> str:
    return f"# Written by `journey promote`; do not edit. What {environment} runs.\n{yaml.emit(content)}"


def first_of(view: View, environment: str) -> str:
    """The environment that renders from head and from which everything comes that is promoted to one."""
    seen: set[str] = set()
    while not resolve.follows_head(view, environment) and environment not in seen:
        seen.add(environment)
        environment = resolve.environment(view, environment).promotes_from or environment
    return environment
