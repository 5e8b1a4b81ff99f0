"""What each file of the spec may say: the shapes of whole documents, made from the types of their parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from journey.spec.platform import PROMOTED_BLOCKS, PROMOTED_OVERLAYS, Platform
from journey.spec.promotion import Kept
from journey.spec.service import BASE_ONLY, Service
from journey.spec.shape import Field, Shape, partial, shape_of
from journey.spec.sources import ROOT_FILE, is_promoted


@cache
def platform_shape() -> Shape:
    """What `platform.yaml` may say; its `defaults` are a partial service."""
    shape = shape_of(Platform)
    defaults = _described(
        partial(shape_of(Service), frozenset({"release", "renamedFrom", "build", "patches", "extra"})),
        shape.fields["defaults"].shape,
    )
    fields = {**shape.fields, "defaults": _replaced(shape.fields["defaults"], defaults)}
    for block in ("clusters", "environments"):
        holder = fields[block].shape
        element = holder.element
        assert element is not None
        own = _described(defaults, element.fields["defaults"].shape)
        element = _with_fields(element, {"defaults": _replaced(element.fields["defaults"], own)})
        fields[block] = _replaced(fields[block], _with_element(holder, element))
    return _with_fields(shape, fields)


@cache
def service_shape() -> Shape:
    """What `service.yaml` may say: the base, and `environments` with an overlay each, also per cluster."""
    shape = shape_of(Service)
    overlay = partial(shape, frozenset(_yaml_names(shape, BASE_ONLY)))
    clusters = Shape(
        "map",
        key=Shape("text"),
        element=overlay,
        description="What differs on one of the environment's clusters.",
        examples=({"local": {"scaling": {"min": 1}}},),
        refers="cluster",
    )
    added = {"clusters": Field("clusters", clusters, False, {}), **shape_of(Kept).fields}
    whole = partial(overlay, added=added)
    environments = Shape(
        "map",
        key=Shape("text"),
        element=whole,
        description="What differs in one environment; never the release.",
        examples=({"prod": {"scaling": {"min": 3}}},),
        refers="environment",
    )
    return _with_fields(shape, {"environments": Field("environments", environments, False, {})})


@cache
def base_shape() -> Shape:
    """What a promoted base may say: a service without its overlays and without what always comes from head."""
    shape = shape_of(Service)
    return partial(shape, frozenset(name for name, item in shape.fields.items() if item.shape.scope == "all"))


@cache
def promoted_service_shape() -> Shape:
    """`apps/<service>/promoted/<environment>.yaml`."""
    base = base_shape()
    clusters = Shape(
        "map",
        key=Shape("text", examples=("local",)),
        element=base,
        description="Bases of clusters that are already on the next one.",
        refers="cluster",
    )
    fields = {
        "base": Field("base", replace(base, description="What the service renders from in that environment."), True),
        "clusters": Field("clusters", clusters, False, {}),
    }
    return Shape("record", title="PromotedService", fields=fields)


@cache
def promoted_platform_shape() -> Shape:
    """`promoted/<environment>.yaml`: the promoted blocks of `platform.yaml` without the overlays in them."""
    fields = {name: platform_shape().fields[name] for name in PROMOTED_BLOCKS}
    for block, overlay in PROMOTED_OVERLAYS.items():
        holder = fields[block].shape
        element = holder.element
        assert element is not None
        kept = {name: item for name, item in element.fields.items() if name != overlay}
        fields[block] = _replaced(fields[block], _with_element(holder, replace(element, fields=kept)))
    return Shape("record", title="PromotedPlatform", fields=fields)


def shape_of_file(file: str) -> Shape:
    """What a file of the spec may say, by its place."""
    if file == ROOT_FILE:
        return platform_shape()
    if not is_promoted(file):
        return service_shape()
    return promoted_service_shape() if file.count("/") > 1 else promoted_platform_shape()


def _yaml_names(shape: Shape, names: frozenset[str]) -> list[str]:
    return [name for name in shape.fields if name in {_camel(item) for item in names}]


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def _replaced(item: Field, shape: Shape) -> Field:
    return Field(item.name, shape, item.required, item.default)


def _described(shape: Shape, source: Shape) -> Shape:
    return replace(shape, description=source.description, examples=source.examples)


def _with_fields(shape: Shape, fields: Mapping[str, Field]) -> Shape:
    return replace(shape, fields={**shape.fields, **fields})


def _with_element(shape: Shape, element: Shape) -> Shape:
    return replace(shape, element=element)
