"""The part of a spec that a unit can have read, as scalars and what else each could say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from journey.explain.trials import REMOVED, Change, Trials
from journey.explain.variants import Referable, variants
from journey.problem import Pointer, Step
from journey.spec import resolve
from journey.spec.documents import base_shape, platform_shape, shape_of_file
from journey.spec.graph import Key
from journey.spec.shape import Shape
from journey.spec.sources import ROOT_FILE, SERVICES, is_promoted
from journey.spec.validate import member_for
from journey.spec.view import INDEXES, INPUT


class Twin(NamedTuple):
    """Another thing that a reference could name where the spec has but one: a copy of it, put beside it."""

    name: str
    where: Pointer
    content: object


class Candidate(NamedTuple):
    """A node of the spec that may be a cause. `changes` are tried one after the other; `group` names what it is
    tried together with; `switch` is a node that takes one of few values, and so may turn off what others do, `shared`
    one whose other values are others' as well."""

    where: Pointer
    value: object
    changes: tuple[object, ...]
    group: str
    switch: bool = False
    shared: bool = False

    def change(self, number: int) -> tuple[Change, ...]:
        """The change of a number, with what must be there for it."""
        value = self.changes[number]
        if isinstance(value, Twin):
            return Change(value.where, value.content), Change(self.where, value.name)
        return (Change(self.where, value),)

    def instead(self, number: int) -> object:
        """What the scalar says under the change of a number."""
        value = self.changes[number]
        return value.name if isinstance(value, Twin) else value


PLACES = ("cluster", "environment")
"""Kinds of things whose names decide where everything else is rendered."""
PARTS = "spec.resolve.part"
RUNS = "spec.resolve.runs"
ENABLED = "enabled"


def read(trials: Trials, paths: Collection[str]) -> dict[str, frozenset[str]]:
    """The files that queries for files of a unit read -> the top-level keys read of each; none named means all of them.

    A query of `journey.spec.resolve` that reads one field of a service tells it in its arguments.
    """
    found: dict[str, set[str]] = {}
    whole: set[str] = set()
    seen: set[tuple[Key, str]] = set()
    stack = [(key, "") for key in trials.reads(paths)]
    while stack:
        key, field = stack.pop()
        if key[0] == INPUT:
            file, block = key[1], key[2]
            if file in trials.documents and file != SERVICES:
                names = {field, ENABLED} if field else {block} if block else set()
                found.setdefault(file, set()).update(names)
                if not names:
                    whole.add(file)
        elif key[0] not in INDEXES and (key, field) not in seen:
            seen.add((key, field))
            inner = key[4] if key[0] == PARTS else ENABLED if key[0] == RUNS else ""
            reads = trials.engine.reads_of(key)
            stack += ((item, inner if item[0] == INPUT and item[1] != ROOT_FILE else "") for item in reads)
    return {file: frozenset() if file in whole else frozenset(names) for file, names in found.items()}


def candidates(trials: Trials, known: Referable, paths: Collection[str]) -> list[Candidate]:
    """Every scalar of what a unit read for some of its files, and every key that holds more than a scalar."""
    own = f"/{trials.unit.service}/" if trials.unit.service else ""
    return [
        one._replace(group=f"{one.where}") if own and own in f"/{file}" and one.switch else one
        for file, names in sorted(read(trials, paths).items())
        for one in of_file(trials.documents, file, names, known)
    ]


def of_file(documents: Mapping[str, Any], file: str, names: Collection[str], known: Referable) -> Iterator[Candidate]:
    """The candidates of a file, below the top-level keys `names` (of a base or an overlay alike); all where empty."""
    document = documents[file]

    def wanted(path: tuple[Step, ...]) -> bool:
        return not names or _field(file, path) in names or _field(file, path) == ""

    ports = _ports(document)
    for path, value, shape, required in _walk(document, shape_of_file(file), (), True):
        if not path or not wanted(path):
            continue
        where = Pointer(file, path)
        removal = () if required else (REMOVED,)
        if isinstance(value, dict | list) and value:
            if removal:
                yield Candidate(where, value, removal, f"{file}#{_field(file, path)}/")
            continue
        others: list[object] = variants(shape, value, lambda kind: ports if kind == "port" else known(kind))
        if not others and shape.refers:
            others += twin(documents, shape.refers, value)
        if changes := (*others, *removal):
            switch, group = isinstance(value, bool) or bool(shape.choices), f"{_kind(file)}#{_group(file, path)}"
            shared = bool(shape.choices or shape.refers)
            if shape.refers in PLACES:
                group = f"{where}"  # one that moves an environment hides what another does
            yield Candidate(where, value, changes, group, switch=switch, shared=shared)


def _kind(file: str) -> str:
    """Services' files are tried together, field by field: a field of one seldom hides the same field of another."""
    return file if file == ROOT_FILE or not file.startswith("apps/") else "apps"


def _field(file: str, path: tuple[Step, ...]) -> str:
    """The service's field, or the block's element, that a node belongs to; empty above such."""
    steps = [str(step) for step in path]
    if file == ROOT_FILE:
        return ".".join(steps[:1])
    if steps[0] in ("base", "defaults"):
        return ".".join(steps[1:2])
    if steps[0] == "clusters":
        return ".".join(steps[2:3])
    if steps[0] == "environments":
        return ".".join(steps[4:5] if steps[2:3] == ["clusters"] else steps[2:3])
    return steps[0]


def _group(file: str, path: tuple[Step, ...]) -> str:
    """What a node is tried together with: the same field of the same kind of thing."""
    if file == ROOT_FILE or (is_promoted(file) and file.count("/") == 1):
        return f"{path[0]}.{path[2] if len(path) > 2 else ''}"
    return _field(file, path)


def _ports(document: Any) -> tuple[str, ...]:
    said = document.get("base", document) if isinstance(document, dict) else {}
    return tuple((said or {}).get("ports") or ())


Node = tuple[tuple[Step, ...], Any, Shape, bool]


def _walk(value: Any, shape: Shape, path: tuple[Step, ...], required: bool) -> Iterator[Node]:
    """Every node below a value with its shape, and whether it must be there."""
    shape_here = (member_for(shape, value) or shape) if shape.kind == "union" else shape
    yield path, value, shape, required
    if isinstance(value, dict):
        for key, item in value.items():
            below, must = _below(shape_here, key)
            yield from _walk(item, below, (*path, key), must)
    elif isinstance(value, list):
        element = shape_here.element or _ANY
        if shape_here.refers:
            element = replace(element, refers=shape_here.refers)
        least = shape_here.shortest or 0
        for index, item in enumerate(value):
            yield from _walk(item, element, (*path, index), len(value) <= least)


_ANY = Shape("any")


def _below(shape: Shape, key: str) -> tuple[Shape, bool]:
    if shape.kind == "record":
        known = shape.fields[key]
        return known.shape, known.required
    return shape.element or _ANY, False


def unsaid(trials: Trials, known: Referable) -> list[Candidate]:
    """The fields of a unit's service, cluster and environment that the spec leaves to their defaults."""
    unit, found = trials.unit, list[Candidate]()
    if unit.service and unit.environment:
        view = trials.view
        merged = resolve.merged(view, unit.service, unit.environment, unit.cluster)
        base = resolve.base_of(view, unit.service, unit.environment, unit.cluster)
        if base is not None:
            found += _absent(base.where, merged, base_shape(), known)
    for block, name in (("clusters", unit.cluster), ("environments", unit.environment)):
        if name:
            holder = platform_shape().fields[block].shape
            assert holder.element is not None
            where = Pointer(ROOT_FILE, (block, name))
            found += _absent(where, trials.documents[ROOT_FILE][block][name], holder.element, known)
    return found


def _absent(where: Pointer, said: Mapping[str, Any], shape: Shape, known: Referable) -> Iterator[Candidate]:
    """Scalars of a record that nobody says, down into records that nobody says; not those of a layer's defaults."""
    for name, item in shape.fields.items():
        inner, own = item.shape, said.get(name)
        if name == "defaults":
            continue
        if inner.kind == "record":
            if own is not None or not any(field.required for field in inner.fields.values()):
                yield from _absent(where.child(name), own or {}, inner, known)
        elif own is None and inner.kind not in ("map", "list", "any"):
            default = None if item.default is ... else item.default
            if changes := variants(inner, default, known):
                yield Candidate(where.child(name), default, tuple(changes), f"{where}.{name}")


BLOCKS = {
    "cluster": "clusters",
    "environment": "environments",
    "team": "teams",
    "size": "sizes",
    "addon": "addons",
    "datastore": "datastores",
}
"""Kinds of things that a reference names -> the block of platform.yaml that holds them."""


def names_of(documents: Mapping[str, Any], asking: str = "") -> Referable:
    """What the spec names, by kind.

    asking: the service whose files are explained. References are not led to it: what it is told by those that name it
    would depend on every reference of the spec.
    """
    root = documents[ROOT_FILE]

    def known(kind: str) -> tuple[str, ...]:
        if kind == "service":
            return tuple(islice((name for name in documents[SERVICES] if name != asking), MOST_SERVICES))
        return tuple(root.get(BLOCKS.get(kind, ""), {}))

    return known


MOST_SERVICES = 8
"""Services that stand for all that a reference could name."""


def twin(documents: Mapping[str, Any], kind: str, value: object) -> list[Twin]:
    """A copy of what is referred to, under another name; none of what stands in no block.

    None of an environment either: a second one on the same clusters renames what both hold, whoever refers to it.
    """
    if kind == "environment":
        return []
    block = documents[ROOT_FILE].get(BLOCKS.get(kind, ""), {})
    if not isinstance(value, str) or value not in block:
        return []
    name = f"{value}-2"
    return [Twin(name, Pointer(ROOT_FILE, (BLOCKS[kind], name)), block[value])]
