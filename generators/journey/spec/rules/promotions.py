"""What is wrong with what the spec says of promotion: gates where nothing is promoted to, and days that do not come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from journey.problem import Pointer, Problem
from journey.spec import resolve
from journey.spec.promotion import Kept
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View

GATES = "spec/gates"
APPROVAL = "spec/approval"
KEPT = "spec/kept"
ACKNOWLEDGE = "spec/acknowledge"

RULES = {
    GATES: "`gates`, `rollout`, `automatic`, `hold` and `pin` stand where something is promoted to.",
    APPROVAL: "Where somebody approves, nothing is promoted by itself, and CODEOWNERS is rendered.",
    KEPT: "A `pin` ends on a day that the calendar has.",
    ACKNOWLEDGE: "What is acknowledged expires on a day that the calendar has.",
}


def platform(view: View) -> Iterator[Problem]:
    """Gates of an environment that renders from head; acknowledgements that expire on no day."""
    for name, value in (view.input(ROOT_FILE, "acknowledge") or {}).items():
        expires = value.get("expires") or ""
        if expires and not _is_day(expires):
            where = Pointer(ROOT_FILE, ("acknowledge", name, "expires"))
            message = f"`expires: {expires}` is no day of the calendar"
            yield Problem(where, ACKNOWLEDGE, message, "example: 2030-01-31")
    for name, value in (view.input(ROOT_FILE, "environments") or {}).items():
        yield from _approval(view, name, value)
        for field in ("gates", "rollout", "automatic"):
            if value.get(field) and resolve.follows_head(view, name):
                where = Pointer(ROOT_FILE, ("environments", name, field), True)
                message = f"`{field}`: nothing is promoted to `{name}`, which renders from head"
                yield Problem(where, GATES, message, "remove it, or say `promotesFrom` and `base: promoted`")


def _approval(view: View, name: str, value: Mapping[str, Any]) -> Iterator[Problem]:
    if not (value.get("gates") or {}).get("approval"):
        return
    where = Pointer(ROOT_FILE, ("environments", name, "gates", "approval"), True)
    if value.get("automatic"):
        yield Problem(where, APPROVAL, f"`{name}` is promoted to by itself and waits for somebody", "remove one")
    targets = resolve.target_names(view)
    if targets and "github-actions" not in targets:
        message = "nobody is asked: CODEOWNERS is rendered by the target `github-actions`"
        yield Problem(where, APPROVAL, message, "add it to `targets`")


def service(view: View, name: str) -> Iterator[Problem]:
    """Holds and pins of a service."""
    file = resolve.service_file(view, name)
    known = resolve.environments(view)
    for env, overlay in ((view.input(file) or {}).get("environments") or {}).items():
        where = Pointer(file, ("environments", env))
        for field in Kept.__struct_fields__:
            if env in known and (overlay or {}).get(field) and resolve.follows_head(view, env):
                message = f"`{field}`: nothing is promoted to `{env}`, which renders from head"
                yield Problem(where.child(field)._replace(key=True), GATES, message, "remove it")
        until = ((overlay or {}).get("pin") or {}).get("until")
        if until and not _is_day(until):
            message = f"`until: {until}` is no day of the calendar"
            yield Problem(where.child("pin", "until"), KEPT, message, "example: 2030-01-31")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
