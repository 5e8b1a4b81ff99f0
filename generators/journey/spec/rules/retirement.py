"""What is gone stays gone: no name or address of it is taken again while its data and records may still carry it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from journey.problem import Pointer, Problem
from journey.spec import networks, resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View

REUSED = "spec/retired-name"
ADDRESS = "spec/retired-address"
DAY = "spec/retired-day"

RULES = {
    REUSED: "A name that `retire` holds is nobody's: its volume claims, logins and metrics still carry it.",
    ADDRESS: "Addresses that `retire` holds are nobody's.",
    DAY: "What is retired went on a day that the calendar has.",
}

ONE = {"services": "service", "datastores": "datastore", "environments": "environment", "clusters": "cluster"}
"""A block of `retire`, and what one of it is called."""

SAME_NAMES = {
    "services": ("services", "datastores"),
    "datastores": ("services", "datastores"),
    "environments": ("environments",),
    "clusters": ("clusters",),
}
"""Which things share a name with which: services and datastores have namespaces of their names."""


def judge(view: View) -> Iterator[Problem]:
    """Days, names and addresses of everything that is retired."""
    retired: Mapping[str, Any] = view.input(ROOT_FILE, "retire") or {}
    for block, entries in retired.items():
        for name, value in (entries or {}).items():
            yield from _day(block, name, value or {})
            for living in SAME_NAMES.get(block, ()):
                yield from _reused(view, living, block, name)
    yield from _addresses(view, retired.get("clusters") or {})


def _day(block: str, name: str, value: Mapping[str, Any]) -> Iterator[Problem]:
    since = value.get("since") or ""
    try:
        date.fromisoformat(since)
    except ValueError:
        where = Pointer(ROOT_FILE, ("retire", block, name, "since"))
        if since:
            yield Problem(where, DAY, f"`since: {since}` is no day of the calendar", "example: 2030-01-31")


def _reused(view: View, living: str, block: str, name: str) -> Iterator[Problem]:
    where = Pointer(ROOT_FILE, (living, name), True)
    if living == "services":
        file = resolve.service_file(view, name)
        taken, where = bool(file), Pointer(file)
    else:
        taken = name in (view.input(ROOT_FILE, living) or {})
    if taken:
        message = f"the {ONE[living]} `{name}` takes the name of a retired {ONE[block]}"
        hint = f"take another name, or remove `retire.{block}.{name}` when nothing of its data is left"
        yield Problem(where, REUSED, message, hint)


def _addresses(view: View, retired: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    held = [(name, text) for name, value in retired.items() for text in (value or {}).get("addresses") or ()]
    if not held:
        return
    clusters = view.input(ROOT_FILE, "clusters") or {}
    said = [(name, field, value[field]) for name, value in clusters.items() for field in _networks(value)]
    free = networks.free([*(text for _, text in held), *(text for *_, text in said)])
    for name, field, text in said:
        for former, old in held:
            if _meet(text, old):
                where = Pointer(ROOT_FILE, ("clusters", name, field))
                message = f"`{text}` overlaps `{old}` of the cluster `{former}`, which is retired"
                yield Problem(where, ADDRESS, message, f"free: {free}" if free else "")


def _networks(cluster: Mapping[str, Any]) -> Iterator[str]:
    return (field for field in ("pods", "network") if cluster.get(field))


def _meet(one: str, other: str) -> bool:
    """Whether two networks of one version share an address; what is no network is told elsewhere."""
    first, second = networks.parsed(one), networks.parsed(other)
    if first is None or second is None or first.version != second.version:
        return False
    return int(first[0]) <= int(second[-1]) and int(second[0]) <= int(first[-1])
