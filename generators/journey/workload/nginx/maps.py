"""What NGINX works out for a route before it answers: whether it is meant, how large a body is, which pods, which copy.

Each is a variable of the route's own, filled by `map` or `split_clients`, since NGINX's `if` compares one value alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from journey.facts.units import amount
from journey.formats.nginx import Directive
from journey.spec.routes import Canary, Cors
from journey.workload.nginx.routing import Routed, Table


def variable(kind: str, item: Routed, more: str = "") -> str:
    """The name of a route's variable: `-` becomes two `_`, so that the one between two names stays apart."""
    words = [*item.id.split("/"), *([more] if more else [])]
    return "_".join((f"${kind}", *(word.replace("-", "__") for word in words)))


def table_of(source: str, target: str, default: str, values: dict[str, str]) -> Directive:
    """A `map` block."""
    found = (Directive("default", (default,)), *(Directive(key, (value,)) for key, value in values.items()))
    return Directive("map", (source, target), found)


def of_routes(table: Table) -> tuple[Directive, ...]:
    """The variables of all routes."""
    return tuple(found for item in table.routes for found in _of(item))


def conditional(item: Routed) -> bool:
    """Whether more than the method tells if a request is the route's."""
    return bool(item.entry.route.headers) or item.entry.route.cors is not None


def _of(item: Routed) -> Iterator[Directive]:
    route = item.entry.route
    if conditional(item):
        yield _match(item)
    for name, limit in route.limits.items():
        key = "$binary_remote_addr" if limit.by == "address" else "$client_token"
        pattern = f"~^{re.escape(limit.path.rstrip('/'))}(?:/|$)"
        yield table_of("$asked", variable("limited", item, name), "", {pattern: key})
    if item.cramped:
        pattern = f"~^0*(?:{_above(int(amount(route.body_limit)))})$"
        yield table_of("$content_length", variable("large", item), "", {pattern: "1"})
    if route.cors is not None:
        yield table_of("$http_origin", variable("origin", item), "", _origins(route.cors))
    if route.canary is not None:
        yield from _pods(item, route.canary)
    if route.mirror is not None:
        yield _share("${request_id}mirror", variable("mirrored", item), route.mirror.percent, "1", "0")


def _match(item: Routed) -> Directive:
    """Whether a request has the route's method and headers; a preflight has the method that it asks for."""
    route = item.entry.route
    method = "$routed_method" if route.cors is not None else "$request_method"
    source = "|".join((method, *(header(name) for name in route.headers)))
    wanted = (f"(?:{'|'.join(route.methods)})" if route.methods else "[^|]*", *map(re.escape, route.headers.values()))
    return table_of(source, variable("match", item), "", {"~^" + r"\|".join(wanted) + "$": "1"})


def header(name: str) -> str:
    """The variable that holds a request's header."""
    return f"$http_{name.lower().replace('-', '_')}"


def _origins(cors: Cors) -> dict[str, str]:
    """Origins that pages may be of, each answered with itself: an origin has no path (fetch.spec.whatwg.org)."""
    found = {}
    for origin in cors.origins:
        if origin == "*":
            found["~."] = "*"
        elif "*" in origin:
            found[f"~^{re.escape(origin).replace(re.escape('*'), '[a-z0-9.-]+')}$"] = "$http_origin"
        else:
            found[origin] = origin
    return found


def _pods(item: Routed, canary: Canary) -> Iterator[Directive]:
    """Which upstream answers: a share of the requests, and all with the header."""
    share = variable("share", item)
    yield _share("$request_id", share, canary.weight, item.canary_name, item.name)
    found = dict(canary.headers)
    if found:
        (name, value), *_ = found.items()
        yield table_of(header(name), variable("pods", item), share, {value: item.canary_name})
    else:
        yield table_of("", variable("pods", item), share, {})


def _share(source: str, target: str, percent: int, chosen: str, other: str) -> Directive:
    parts = [Directive(f"{percent}%", (chosen,))] if 0 < percent < 100 else []
    rest = chosen if percent == 100 else other
    return Directive("split_clients", (source, target), (*parts, Directive("*", (rest,))))


def _above(most: int) -> str:
    """A pattern of the decimal numbers above one, without zeros before them."""
    digits = str(most)
    found = [rf"[1-9]\d{{{len(digits)},}}"]
    for place, digit in enumerate(digits):
        if digit != "9":
            rest = len(digits) - place - 1
            found.append(rf"{digits[:place]}[{int(digit) + 1}-9]" + (rf"\d{{{rest}}}" if rest else ""))
    return "|".join(found)
