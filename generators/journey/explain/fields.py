"""A rendered file as fields: each leaf of its tree, under a name that stays when elements come and go around it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from journey.artifact import Artifact, Format
from journey.problem import Step

Name = tuple[Step, ...]
"""A field by steps from the root. An element of a list is `key=value` where a key tells its elements apart, as
Kubernetes' merge keys do, else its index."""

Path = tuple[Step, ...]
"""The same field by keys and indexes, as JSON Pointer has it (RFC 6901)."""

IDENTIFYING = ("name", "key", "id", "containerPort", "port", "mountPath", "topologyKey", "type", "ip", "path", "kind")
"""Keys by which elements of lists are told apart, the first that does so for a list (merge keys and list-map keys of
the Kubernetes API, kubernetes.io/docs/reference/using-api/server-side-apply, "Merge strategy")."""

LINE = "line"
"""First step of the fields of a text: its lines, by what they say and how often they said it before."""


class Fields:
    """The leaves of one file: `values` by name, and the `paths` of the names."""

    def __init__(self) -> None:
        self.values: dict[Name, object] = {}
        self.paths: dict[Name, Path] = {}

    def add(self, name: Name, path: Path, value: object) -> None:
        """Take a leaf."""
        self.values[name] = value
        self.paths[name] = path

    def names(self) -> dict[Path, Name]:
        """The name of each path."""
        return {path: name for name, path in self.paths.items()}


def fields(artifact: Artifact) -> Fields:
    """The fields of a file; of text, its lines."""
    found = Fields()
    for name, path, value in _READERS[artifact.format](artifact.content):
        found.add(name, path, value)
    return found


def short(node: object) -> str:
    """A value on one line of at most 80 characters."""
    text = node if isinstance(node, str) else json.dumps(node, ensure_ascii=False, default=str)
    text = " ".join(text.split()) if text.strip() else json.dumps(text)
    return text if len(text) <= 80 else f"{text[:77]}..."


def short_pair(old: object, new: object) -> tuple[str, str]:
    """Two values that differ, each on a line as `short` has it; where that would cut away what differs, from there."""
    said = short(old), short(new)
    if said[0] != said[1] or not (isinstance(old, str) and isinstance(new, str)):
        return said
    same = next((at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    start = max(same - 20, 0)
    return short(f"...{old[start:]}"), short(f"...{new[start:]}")


def lines(text: str) -> Fields:
    """A text's lines as fields. A line's path is its number, from 1."""
    found = Fields()
    for name, path, value in _lines(text):
        found.add(name, path, value)
    return found


Leaves = Iterator[tuple[Name, Path, object]]


def leaves(node: Any, name: Name = (), path: Path = ()) -> Leaves:
    """The leaves of a tree: name, path and value of each; an empty collection is one."""
    if isinstance(node, Mapping) and node:
        for key, value in node.items():
            yield from leaves(value, (*name, key), (*path, key))
    elif isinstance(node, Sequence) and not isinstance(node, str) and node:
        for index, (step, item) in enumerate(zip(steps_of(node), node, strict=True)):
            yield from leaves(item, (*name, step), (*path, index))
    else:
        yield name, path, node


def steps_of(items: Sequence[Any]) -> list[Step]:
    """What tells the elements of a list apart: a key that all have, else what each says first, else the index."""
    if len(items) == 1 and isinstance(items[0], Mapping) and not items[0].keys() & set(IDENTIFYING):
        return [0]
    if all(isinstance(item, Mapping) for item in items):
        for key in IDENTIFYING:
            said = [item[key] for item in items if isinstance(item.get(key), str | int)]
            if len(set(said)) == len(items):
                return [f"{key}={value}" for value in said]
        ports = [_rule(item) for item in items]
        if all(ports) and len(set(ports)) == len(items):
            return list(ports)
    first = [f"={_first(item)}" for item in items]
    return list(first) if len(set(first)) == len(items) else list(range(len(items)))


_RULE = frozenset({"to", "from", "ports"})
"""What a rule of a NetworkPolicy holds: rules that open the same ports are the same rule."""


def _rule(item: Mapping[str, Any]) -> str:
    """What tells a rule of a NetworkPolicy from its others; empty for what is no such rule."""
    if "ports" not in item or not item.keys() <= _RULE:
        return ""
    return "ports=" + ",".join("/".join(map(str, port.values())) for port in item["ports"])


def _first(node: Any) -> object:
    """The first scalar of a tree."""
    while isinstance(node, Mapping | list | tuple) and node:
        node = next(iter(node.values())) if isinstance(node, Mapping) else node[0]
    return node


def _lines(content: object) -> Leaves:
    seen: Counter[str] = Counter()
    text = getattr(content, "body", content)
    for number, line in enumerate(str(text).splitlines(), 1):
        seen[line] += 1
        yield (LINE, line, seen[line]), (number,), line


def _hcl(content: Any) -> Leaves:
    from journey.formats import hcl

    def body(items: Any, at: Name) -> Leaves:
        seen: Counter[Name] = Counter()
        for item in items:
            if isinstance(item, hcl.Attribute):
                for name, path, value in leaves(item.value):
                    yield (*at, item.name, *name), (*at, item.name, *path), value
            elif isinstance(item, hcl.Block):
                here = (*at, item.type, *item.labels)
                seen[here] += 1
                inner = (*here, seen[here] - 1) if seen[here] > 1 else here
                if not item.body:
                    yield inner, inner, None
                yield from body(item.body, inner)

    yield from body(content, ())


def _nginx(content: Any) -> Leaves:
    from journey.formats import nginx

    def block(items: Any, at: Name) -> Leaves:
        seen: Counter[Name] = Counter()
        for item in items:
            if not isinstance(item, nginx.Directive):
                continue
            here = (*at, item.name, *(item.args if item.block is not None else item.args[:1]))
            seen[here] += 1
            name = (*here, seen[here] - 1) if seen[here] > 1 else here
            if item.block is None:
                yield name, name, " ".join(item.args)
            else:
                if not item.block:
                    yield name, name, None
                yield from block(item.block, name)

    yield from block(content, ())


def _ini(content: Any) -> Leaves:
    from journey.formats import ini

    for section in content.sections:
        seen: Counter[str] = Counter()
        for item in section.items:
            if isinstance(item, ini.Entry):
                seen[item.key] += 1
                more = (seen[item.key] - 1,) if seen[item.key] > 1 else ()
                name: Name = (section.name, item.key, *more)
                yield name, name, item.value


_READERS: Mapping[Format, Callable[[Any], Leaves]] = {
    Format.YAML: leaves,
    Format.JSON: leaves,
    Format.HCL: _hcl,
    Format.NGINX: _nginx,
    Format.INI: _ini,
    Format.TEXT: _lines,
}
