"""Two versions of a rendered file as differing fields: objects, not lines.

Elements of lists are told apart by merge keys (`journey.explain.fields`). Quantities and durations are compared by
value, and a text that holds JSON or YAML is compared inside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

import yaml

from journey.explain.fields import LINE, Name, Path, lines, steps_of
from journey.objectschemas.documents import Loader
from journey.problem import Step


class _Missing:
    """Stands for a value that is not there."""

    def __repr__(self) -> str:
        return "(none)"


MISSING: Final = _Missing()
HIDDEN = "(hidden)"
"""What is told of a secret's value."""


class Difference(NamedTuple):
    """A node that differs, by the name and path that it has in the version where it is; `MISSING` tells which."""

    name: Name
    path: Path
    old: Any
    new: Any


class Thing(NamedTuple):
    """What a file holds: a Kubernetes object by kind and name, else the file (`kind` empty)."""

    kind: str
    name: str
    namespace: str = ""


def at(node: Any, path: Iterable[Step]) -> Any:
    """The node at a path; `MISSING` where there is none."""
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return node


def scalars(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """What a mapping says, by steps: scalars, and lists as a whole."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from scalars(item, (*path, key))
    elif path:
        yield path, value


def parsed(path: str, data: bytes | None) -> Any:
    """The tree of a file; of what is neither YAML nor JSON, and of what cannot be read, its text. None: no file."""
    if data is None:
        return MISSING
    text = data.decode(errors="replace")
    if path.endswith((".yaml", ".yml", ".json")):
        tree = _tree(text, MISSING)
        return text if tree is MISSING else tree
    return text


def thing(path: str, content: Any) -> Thing:
    """What a file holds."""
    if isinstance(content, Mapping) and isinstance(content.get("kind"), str) and "apiVersion" in content:
        metadata = content.get("metadata")
        if isinstance(metadata, Mapping):
            return Thing(content["kind"], str(metadata.get("name", "")), str(metadata.get("namespace", "")))
    return Thing("", path)


def differences(old: Any, new: Any) -> Iterator[Difference]:
    """The outermost nodes that differ between two trees or texts."""
    if isinstance(old, str) and isinstance(new, str):
        yield from _texts(old, new, (), ())
    else:
        yield from _nodes(old, new, (), ())


def _nodes(old: Any, new: Any, name: Name, path: Path) -> Iterator[Difference]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _nodes(old.get(key, MISSING), new.get(key, MISSING), (*name, key), (*path, key))
    elif _is_list(old) and _is_list(new):
        yield from _lists(old, new, name, path)
    elif old is MISSING or new is MISSING or not same(name, old, new):
        yield from _leaf(old, new, name, path)


def _lists(old: Sequence[Any], new: Sequence[Any], name: Name, path: Path) -> Iterator[Difference]:
    before = {step: (index, item) for index, (step, item) in enumerate(zip(steps_of(old), old, strict=True))}
    after = {step: (index, item) for index, (step, item) in enumerate(zip(steps_of(new), new, strict=True))}
    for step in dict.fromkeys((*before, *after)):
        index, was = before.get(step, (0, MISSING))
        at, now = after.get(step, (index, MISSING))
        yield from _nodes(was, now, (*name, step), (*path, at))


def _leaf(old: Any, new: Any, name: Name, path: Path) -> Iterator[Difference]:
    if isinstance(old, str) and isinstance(new, str) and ("\n" in old or "\n" in new or old[:1] in "{["):
        inside = _tree(old), _tree(new)
        if all(isinstance(tree, Mapping | list) for tree in inside):
            found = list(_nodes(*inside, (*name, "~"), (*path, "~")))
            yield from found or [Difference(name, path, old, new)]  # only its form differs
        else:
            yield from _texts(old, new, name, path)
    else:
        yield Difference(name, path, old, new)


def _texts(old: str, new: str, name: Name, path: Path) -> Iterator[Difference]:
    """The lines that only one of two texts has, as fields; only their order where that is all."""
    before, after = lines(old), lines(new)
    found = [
        Difference((*name, *line), (*path, LINE, *known.paths[line]), *values)
        for known, other, order in ((before, after, 1), (after, before, -1))
        for line, value in known.values.items()
        if line not in other.values
        for values in [(value, MISSING)[::order]]
    ]
    yield from found or [Difference(name, path, old, new)]


def _tree(text: str, otherwise: Any = None) -> Any:
    """What a text holds as JSON, or as YAML the way kubectl reads it."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError:
        return otherwise


def _is_list(node: Any) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str | bytes)


_SUFFIXES = {"": 0, "n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_QUANTITY = re.compile(r"([+-]?\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?)")
_MEASURED = ("cpu", "memory", "storage", "ephemeral-storage", "size", "sizeLimit", "targetAverageValue", "averageValue")
_SECONDS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")


def same(name: Name, old: Any, new: Any) -> bool:
    """Whether two scalars mean the same: a quantity by its value (Kubernetes, "Quantity"), so a duration."""
    if type(old) is type(new) and old == new:
        return True
    if isinstance(old, bool) or isinstance(new, bool):
        return False
    last = str(name[-1]).rpartition(".")[2] if name else ""
    if last in _MEASURED:
        was, now = quantity(old), quantity(new)
    else:
        was, now = duration(old), duration(new)
    return was is not None and was == now


def quantity(value: Any) -> Decimal | None:
    """A Kubernetes quantity as a number: `0.5` is `500m`."""
    match = _QUANTITY.fullmatch(str(value))
    if match is None:
        return None
    if match[2] in _BINARY:
        return Decimal(match[1]) * Decimal(2 ** _BINARY[match[2]])
    return Decimal(match[1]).scaleb(_SUFFIXES[match[2]])


def duration(value: Any) -> Decimal | None:
    """A duration in seconds: `90s` is `1m30s` (Go's time.ParseDuration, and days)."""
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        return None
    return sum(
        (Decimal(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", value)),
        Decimal(),
    )


_HASH = re.compile(r"(?<![0-9a-f:])[0-9a-f]{10}(?![0-9a-f])")
_CHECKSUM = re.compile(r"(^|[/.-])checksum([/.-]|$)")


def is_noise(found: Difference) -> bool:
    """Whether only a hash of other content differs: the suffix of a name, a deployment id, a checksum.

    An image's digest and a commit are longer, and are no noise.
    """
    if found.old is MISSING or found.new is MISSING:
        return False
    if any(_CHECKSUM.search(str(step)) for step in found.name):
        return True
    old, new = str(found.old), str(found.new)
    return old != new and _HASH.sub("#", old) == _HASH.sub("#", new)


_SECRET_KEY = re.compile(r"(password|passwd|passphrase|secret|token|api_?key|private_?key|credentials?)$", re.I)


def hidden(what: Thing, found: Difference) -> Difference:
    """The difference without a secret's values: what stands in a Secret, or under a key that is called like one."""
    in_secret = what.kind == "Secret" and (not found.name or found.name[0] in ("data", "stringData"))
    named = any(isinstance(step, str) and _SECRET_KEY.search(step.partition("=")[0]) for step in found.name)
    scalar = not any(isinstance(value, bool | int | float | Mapping | list) for value in (found.old, found.new))
    if not (in_secret or (named and scalar)):
        return found
    name = tuple(HIDDEN if LINE in found.name[:at] else step for at, step in enumerate(found.name))
    return found._replace(name=name, old=_hide(found.old), new=_hide(found.new))


def _hide(value: Any) -> Any:
    return MISSING if value is MISSING else HIDDEN
