"""What a service dials, as one list says it: one thing a need, each once, and only what that thing can have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from journey.problem import Pointer, Problem
from journey.spec.rules import references, values
from journey.spec.rules.fragments import Fragment

TARGET = "spec/need-target"
SELF = "spec/need-self"
DUPLICATE = "spec/need-duplicate"
FIELD = "spec/need-field"

RULES = {
    TARGET: "A need names exactly one of service, datastore or host.",
    SELF: "A service does not need itself.",
    DUPLICATE: "A list names a need once.",
    FIELD: "A need says only what its kind of target can have.",
}

TARGETS = ("service", "datastore", "host")
_OUTSIDE = ("protocol", "cidrs")


def target_of(need: dict[str, Any]) -> tuple[str, str] | None:
    """(field, name) of what a need dials; None where it names none or several."""
    named = [field for field in TARGETS if need.get(field)]
    return (named[0], need[named[0]]) if len(named) == 1 else None


def needs(fragment: Fragment, value: Sequence[dict[str, Any]], where: Pointer) -> Iterator[Problem]:
    """Problems of one list of needs."""
    seen: dict[tuple[str, str], int] = {}
    for index, need in enumerate(value):
        target = target_of(need)
        if target is None:
            yield _target(need, where.child(index))
        elif target in seen:
            message = f"`{target[0]}: {target[1]}` is needed twice: the other is number {seen[target] + 1} of the list"
            yield Problem(where.child(index), DUPLICATE, message, "keep one: the second would join the first")
        else:
            seen[target] = index
            yield from _need(fragment, need, target, where, index)


def _target(need: dict[str, Any], where: Pointer) -> Problem:
    named = [field for field in TARGETS if need.get(field)]
    what = f"both `{named[0]}` and `{named[1]}`" if named else "nothing"
    return Problem(where, TARGET, f"a need names {what}", "exactly one of service, datastore or host: - service: auth")


def _need(
    fragment: Fragment, need: dict[str, Any], target: tuple[str, str], where: Pointer, index: int
) -> Iterator[Problem]:
    kind, name = target
    if kind == "host":
        yield from _host(need, where.child(index))
        return
    if kind == "service":
        if name == fragment.name:
            yield Problem(
                where.child(index, kind), SELF, f"`{name}` needs itself", "remove it: pods of one service may talk"
            )
        else:
            yield from references.needed_service(fragment, name, where.child(index, kind))
    for field in _OUTSIDE:
        if field in need:
            message = f"`{field}` is said of a {kind}: only a host outside has it"
            place = where.child(index, field)._replace(key=True)
            yield Problem(place, FIELD, message, f"remove `{field}`")


def _host(need: dict[str, Any], where: Pointer) -> Iterator[Problem]:
    port = need.get("port")
    if isinstance(port, str):
        yield Problem(where.child("port"), FIELD, f"`port: {port}`: a host outside has no names of ports", "port: 443")
    elif port is not None and not 0 < port < 65536:
        yield Problem(where.child("port"), FIELD, f"`port: {port}` is not within 1 to 65535", "port: 443")
    if need.get("start") == "before":
        message = "`start: before` is said of a host outside: nobody knows here when it is healthy"
        yield Problem(where.child("start"), FIELD, message, "start: any")
    for index, text in enumerate(need.get("cidrs") or ()):
        yield from values.network(text, where.child("cidrs", index))
