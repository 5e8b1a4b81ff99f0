"""What else a scalar of the spec could say: the typed set of changes by which causes are found and proven.

For a boolean the other one; for a choice every other member; for a reference the other things that it could name; for
a number its neighbours, its double and its limits; for a text that is a duration, a quantity, a version or a network
another one of these, else a text a little different. And last, for what need not be said, nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_network

from journey.spec.shape import Shape
from journey.spec.validate import Validator, member_for

MOST = 6
"""Changes tried of one scalar, besides its removal: more found nothing that these did not (the proof says so)."""

Referable = Callable[[str], Iterable[str]]
"""A kind of thing (`cluster`, `service`, ...) -> the names that there are."""

_NUMBER_AND_UNIT = re.compile(r"(\d+)((?:\.\d+)?)(ms|s|m|h|d|k|M|G|T|Ki|Mi|Gi|Ti)?")
_VERSION = re.compile(r"(v?\d+\.)(\d+)((?:\.\d+)?)")


def variants(shape: Shape, value: object, known: Referable) -> list[object]:
    """Other values that the shape allows in place of this one, the likeliest to matter first; at most `MOST`."""
    member = shape if shape.kind != "union" else member_for(shape, value) or shape
    if shape.refers:
        member = replace(member, refers=shape.refers)
    found: list[object] = []
    for other in _others(member, value, known):
        if other != value and other not in found and not _refused(shape, other):
            found.append(other)
        if len(found) == MOST and member.kind != "choice":
            break
    return found


def _refused(shape: Shape, value: object) -> bool:
    validator = Validator("")
    validator.clean(shape, value)
    return bool(validator.problems)


def _others(shape: Shape, value: object, known: Referable) -> Iterator[object]:
    if shape.refers and shape.refers != "port":
        yield from known(shape.refers)
    elif shape.refers:
        yield from (*known("port"), *(_numbers(shape, value) if isinstance(value, int) else ()))
    elif isinstance(value, bool):
        yield not value
    elif shape.kind == "choice":
        yield from shape.choices
    elif isinstance(value, int | float):
        yield from _numbers(shape, value)
    elif isinstance(value, str):
        yield from _texts(value)
        yield from shape.examples
    elif value is None:
        yield from _unsaid(shape)


def _numbers(shape: Shape, value: float) -> Iterator[float]:
    yield from (value + 1, value - 1, value * 2, value // 2)
    yield from (int(limit) for limit in (shape.least, shape.most) if limit is not None)


def _texts(value: str) -> Iterator[str]:
    if match := _NUMBER_AND_UNIT.fullmatch(value):
        number, rest, unit = int(match[1]), match[2], match[3] or ""
        yield from (f"{other}{rest}{unit}" for other in (number + 1, number * 2, max(number - 1, 0), number * 60))
    elif match := _VERSION.fullmatch(value):
        yield from (f"{match[1]}{int(match[2]) + step}{match[3]}" for step in (1, -1) if int(match[2]) + step >= 0)
    elif network := _network(value):
        yield _neighbour(network)
    else:
        yield from (f"{value}x", f"x{value}", f"{value}0", value[:-1], f"{value}/x", f"x.{value}")


def _network(value: str) -> IPv4Network | IPv6Network | None:
    with suppress(ValueError):
        return ip_network(value, strict=False) if "/" in value else None
    return None


def _neighbour(network: IPv4Network | IPv6Network) -> str:
    """The network of the same size that differs in its last bit."""
    bit = 1 << (network.max_prefixlen - network.prefixlen)
    return str(type(network)((int(network.network_address) ^ bit, network.prefixlen)))


def _unsaid(shape: Shape) -> Iterator[object]:
    """Values for what is not said at all."""
    if shape.kind == "boolean":
        yield from (True, False)
    elif shape.kind == "choice":
        yield from shape.choices
    elif shape.kind in ("integer", "number"):
        yield from (int(limit) for limit in (shape.least, shape.most) if limit is not None)
        yield 7
    yield from shape.examples
    if shape.kind == "text":
        yield from ("x", "/x", "1m", "1")
