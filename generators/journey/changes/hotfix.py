"""A fix to an environment past those before it: gates passed on record, and the way back through them opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from journey.changes import gates, record
from journey.changes.gates import Evidence
from journey.changes.promote import base_of, first_of
from journey.changes.promotion import Plan, Request, planned, version
from journey.ci.refused import Refused
from journey.spec import resolve
from journey.spec.view import View

RULE = "change/hotfix"


def hotfix(root: str, service: str, target: str, clusters: tuple[str, ...], now: datetime, evidence: Evidence) -> Plan:
    """What taking the first environment's release to a later one does. Raises as `promotion.planned`."""
    request = Request(target, (service,), release_only=True, clusters=clusters, past=True)
    plan = planned(root, request, now, evidence)
    if plan.act.kind != "hotfix":
        hint = f"journey promote {service} --to {target} --only release"
        raise Refused(RULE, f"{plan.act.source} comes right before {target}: there is nothing to go past", hint)
    return plan


def passed(plan: Plan, reason: str) -> list[record.Override]:
    """The gates that are not open and may be passed, each with the reason."""
    shut = (verdict for verdicts in plan.verdicts.values() for verdict in gates.barred(verdicts, ()))
    return [
        record.Override(name, reason) for name in dict.fromkeys(one.gate for one in shut) if name in gates.OVERRIDABLE
    ]


def between(view: View, service: str, target: str) -> Iterator[str]:
    """The environments between the first and the target, in order, that do not run the first one's release."""
    first = first_of(view, target)
    released = version(base_of(view, service, first))
    names: list[str] = []
    name = resolve.environment(view, target).promotes_from
    while name is not None and name != first and name not in names:
        names.append(name)
        name = resolve.environment(view, name).promotes_from
    for name in reversed(names):
        here = base_of(view, service, name)
        if here is not None and version(here) != released:
            yield name


def back_port(root: str, service: str, environment: str, now: datetime, evidence: Evidence) -> Plan:
    """The promotion that brings the release to an environment between. Raises as `promotion.planned`."""
    return planned(root, Request(environment, (service,), release_only=True, past=True), now, evidence)
