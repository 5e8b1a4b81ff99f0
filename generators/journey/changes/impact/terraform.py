"""What Terraform will do: change in place, replace, or destroy; by the provider's rules where they are known.

An argument of a module is followed to the resources in it that read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import hcl2

from journey.changes.impact import provider
from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule

_LANGUAGE = "https://developer.hashicorp.com/terraform/language/resources/behavior"
UPDATES = Rule("terraform/update", Effect.TERRAFORM, "The resource is changed where it is.", _LANGUAGE)
UNKNOWN = Rule(
    "terraform/unknown",
    Effect.TERRAFORM,
    "It is not known here whether the provider changes this in place: `terraform plan` tells.",
    "https://developer.hashicorp.com/terraform/cli/commands/plan",
)
REPLACES = Rule(
    "terraform/replace",
    Effect.REPLACE,
    "The provider cannot change the argument: the resource is destroyed and made anew.",
    provider.DOCS,
)
DESTROYS = Rule("terraform/destroy", Effect.REPLACE, "A resource that is no longer declared is destroyed.", _LANGUAGE)
LOSES = Rule(
    "terraform/data",
    Effect.DATA_LOSS,
    "What holds data is destroyed, or destroyed and made anew.",
    provider.DOCS,
)
MAKES = Rule("terraform/create", Effect.CREATE, "A resource is made.", _LANGUAGE)
OPENS = Rule(
    "exposure/security-group",
    Effect.EXPOSURE,
    "A security group lets in networks that it did not.",
    f"{provider.DOCS}/vpc_security_group_ingress_rule",
)
GRANTS = Rule(
    "permission/iam",
    Effect.PERMISSION,
    "A policy names actions or resources that it did not.",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html",
)
SETTINGS = Rule(
    "terraform/settings",
    Effect.TERRAFORM,
    "Settings of Terraform itself change: it must be initialised anew.",
    _LANGUAGE,
)
RULES = (UPDATES, UNKNOWN, REPLACES, DESTROYS, LOSES, MAKES, OPENS, GRANTS, SETTINGS)

Steps = tuple[str, ...]
Leaves = Mapping[Steps, Any]


class Attribute(NamedTuple):
    """An argument of a resource. `instances`: not the argument but how many of the resource there are."""

    type: str
    name: str
    argument: str
    instances: bool = False


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """What a changed file of Terraform's does."""
    if pair.thing.kind or not pair.path.endswith(".tf"):
        return
    before, after = leaves(pair.old), leaves(pair.new)
    blocks = dict.fromkeys(_block(steps) for steps in (*before, *after) if before.get(steps) != after.get(steps))
    for block in blocks:
        was = {steps[len(block) :]: value for steps, value in before.items() if steps[: len(block)] == block}
        now = {steps[len(block) :]: value for steps, value in after.items() if steps[: len(block)] == block}
        if block[0] == "resource":
            yield from _resource(pair, block, was, now)
        elif block[0] == "module":
            yield from _module(pair, block, was, now, sides)
        elif block[0] in ("terraform", "provider"):
            yield Found(SETTINGS, pair, f"{'.'.join(block)} changes", None, ".".join(block))


def _block(steps: Steps) -> Steps:
    return steps[: {"resource": 3, "data": 3, "module": 2, "provider": 2}.get(steps[0], 1)]


def leaves(text: Any) -> Leaves:
    """A file's arguments by steps, as text; none of what cannot be read (the gate over rendered files says so)."""
    if not isinstance(text, str):
        return {}
    found: dict[Steps, Any] = {}
    _walk(hcl2.loads(text), (), found)
    return found


def _walk(node: Any, at: Steps, found: dict[Steps, Any]) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "__is_block__":
                _walk(value, (*at, key.strip('"')), found)
        if not node.keys() - {"__is_block__"}:
            found[at] = None
    elif isinstance(node, list) and any(isinstance(item, dict) for item in node):
        for item in node:
            _walk(item, at, found)
    else:
        found[at] = node.strip('"') if isinstance(node, str) else node


def _resource(pair: Pair, block: Steps, was: Leaves, now: Leaves) -> Iterator[Found]:
    kind, name = block[1:]
    about = f"{kind}.{name}"
    if not was or not now:
        rule = MAKES if now else LOSES if kind in provider.HOLDS_DATA else DESTROYS
        yield Found(rule, pair, f"{about} is {'made' if now else 'destroyed'}", None, about)
    else:
        for argument in dict.fromkeys(steps[0] for steps in _differing(was, now)):
            yield _changed(pair, Attribute(kind, name, argument), f"{about}.{argument}")
    yield from _widened(pair, kind, about, was, now)


def _differing(was: Leaves, now: Leaves) -> list[Steps]:
    return [steps for steps in dict.fromkeys((*was, *now)) if steps and was.get(steps) != now.get(steps)]


def _changed(pair: Pair, to: Attribute, by: str) -> Found:
    about = f"{by} {to.type}.{to.name}.{to.argument}"
    where = f"{to.type}.{to.name}"
    what = f"{to.argument} changes, by {by}"
    source = f"{provider.DOCS}/{to.type.removeprefix('aws_')}"
    if to.instances:
        rule = LOSES if to.type in provider.HOLDS_DATA else DESTROYS
        return Found(rule, pair, f"{where}: instances may be destroyed, by {by}", None, about)
    known = provider.REPLACES.get(to.type)
    if known is None:
        return Found(UNKNOWN, pair, f"{where}: {what}", None, about)
    if to.argument not in known:
        return Found(UPDATES._replace(source=source), pair, f"{where}, in place: {what}", None, about)
    rule = LOSES if to.type in provider.HOLDS_DATA else REPLACES
    return Found(rule._replace(source=source), pair, f"{where} is replaced: {what}", None, about)


def _whole(steps: Steps, was: Leaves, now: Leaves) -> Steps:
    """The element of a map that came or went as a whole, else the argument itself."""
    for at in range(1, len(steps)):
        before, after = (any(other[:at] == steps[:at] for other in side) for side in (was, now))
        if before != after:
            return steps[:at]
    return steps


def _module(pair: Pair, block: Steps, was: Leaves, now: Leaves, sides: Sides) -> Iterator[Found]:
    name = block[1]
    if not was or not now:
        yield Found(MAKES if now else DESTROYS, pair, f"module {name} is {'made' if now else 'destroyed'}", None, name)
        return
    inside = _inside(str(now.get(("source",), "")), sides)
    for steps in dict.fromkeys(_whole(steps, was, now) for steps in _differing(was, now)):
        by = ".".join((name, *steps))
        came, gone = (all(other[: len(steps)] != steps for other in side) for side in (was, now))
        if came and len(steps) > 1:
            yield Found(MAKES, pair, f"what is made for each {steps[0]} is made for {steps[-1]}", None, by)
            continue
        reached = list(reads(inside, steps, came=came, gone=gone))
        for to in dict.fromkeys(reached):
            yield _changed(pair, to, by)
        if not reached:
            yield Found(UNKNOWN, pair, f"{by} changes", None, by)


def _inside(source: str, sides: Sides) -> Leaves:
    """What a module of this repository declares, as it is rendered now."""
    folder = source.rpartition("modules/")[2]
    found: dict[Steps, Any] = {}
    for text in sides.after.texts(f"modules/{folder}/"):
        found.update(leaves(text))
    return found


def reads(inside: Leaves, steps: Steps, *, came: bool, gone: bool) -> Iterator[Attribute]:
    """The arguments of a module's resources that read one of its variables, or an element of it.

    An element that comes or goes makes or destroys instances of what is made for each.
    """
    variable, key = steps[0], steps[-1] if len(steps) > 1 else ""
    words = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in _names(inside, variable)))
    each = {
        at[1:3]
        for at, value in inside.items()
        if at[0] == "resource" and at[3:] in (("for_each",), ("count",)) and words.search(str(value))
    }
    for at, value in inside.items():
        if at[0] != "resource" or len(at) < 4:
            continue
        argument = at[3]
        if argument in ("for_each", "count"):
            if at[1:3] in each and (gone or not key):
                yield Attribute(at[1], at[2], argument, True)
        elif came or gone:
            continue
        elif key and at[1:3] in each:
            if re.search(rf"\beach\.value\.{re.escape(key)}\b", str(value)):
                yield Attribute(at[1], at[2], argument)
        elif words.search(str(value)) and at[1:3] not in each:
            yield Attribute(at[1], at[2], argument)


def _names(inside: Leaves, variable: str) -> list[str]:
    """The variable, and the locals that are made of it."""
    found = [f"var.{variable}"]
    for _ in range(len(inside)):
        pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in found))
        more = [
            f"local.{at[1]}"
            for at, value in inside.items()
            if at[0] == "locals" and len(at) > 1 and f"local.{at[1]}" not in found and pattern.search(str(value))
        ]
        if not more:
            break
        found += dict.fromkeys(more)
    return found


_NETWORK = re.compile(r"\d+\.\d+\.\d+\.\d+/\d+|[0-9a-f:]*::/\d+")
_STRING = re.compile(r'"([^"]*)"')
_GRANT = re.compile(r"[a-z0-9-]+:[A-Za-z*]+|arn:.*|\*")


def _grants(item: object) -> bool:
    return isinstance(item, str) and _GRANT.fullmatch(item) is not None


def _widened(pair: Pair, kind: str, about: str, was: Leaves, now: Leaves) -> Iterator[Found]:
    """Networks that a security group lets in, and actions or resources that a policy names, which it did not."""
    before, after = (" ".join(map(str, side.values())) for side in (was, now))
    if kind in provider.OPENS:
        more = sorted(set(_NETWORK.findall(after)) - set(_NETWORK.findall(before)))
        if more:
            yield Found(OPENS, pair, f"{about} lets in {', '.join(more)}", None, f"{about} {more}")
    elif kind in provider.GRANTS:
        both = [
            {item for value in side.values() for item in (*_STRING.findall(str(value)), value) if _grants(item)}
            for side in (was, now)
        ]
        more = sorted(both[1] - both[0])
        if more:
            yield Found(GRANTS, pair, f"{about} gives {', '.join(more[:4])}", None, f"{about} {more}")
