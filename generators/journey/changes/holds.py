"""Holding a service in an environment, so that nothing is promoted there, and letting it go again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from journey.changes import record
from journey.changes.promotion import RULE, Plan, opened, person, plan_of, version
from journey.ci.refused import Refused
from journey.problem import Step
from journey.spec import edit, resolve
from journey.spec.edit import EditError
from journey.spec.validate import did_you_mean
from journey.spec.view import View


def hold(root: str, service: str, environment: str, reason: str, owner: str = "") -> Plan:
    """The plan of a hold. owner: the service's team unless said. Raises Refused and Stale."""
    begun, view, _, tree = opened(root, person(root))
    known(view, service, environment)
    if _overlay(view, service, environment).get("hold"):
        raise Refused(RULE, f"{service} is held in {environment} already", f"journey unhold {service} --env ...")
    file = resolve.service_file(view, service)
    data = held(view, Path(root, file).read_bytes(), service, environment, reason, owner)
    return plan_of(root, begun, _act("hold", view, service, environment), {file: data}, tree=tree)


def held(view: View, data: bytes, service: str, environment: str, reason: str, owner: str = "") -> bytes:
    """The bytes of a service.yaml with a hold."""
    team = owner or str((view.input(resolve.service_file(view, service)) or {}).get("team", ""))
    return _edited(edit.set_value, data, ("environments", environment, "hold"), {"reason": reason, "owner": team})


def unhold(root: str, service: str, environment: str) -> Plan:
    """The plan of taking a hold away. Raises Refused and Stale."""
    begun, view, _, tree = opened(root, person(root))
    known(view, service, environment)
    overlay = _overlay(view, service, environment)
    if not overlay.get("hold"):
        raise Refused(RULE, f"{service} is not held in {environment}", f"journey gates {service} --to {environment}")
    file = resolve.service_file(view, service)
    path: tuple[Step, ...] = ("environments", environment, "hold")
    if len(overlay) == 1:
        path = path[:2]
        if len((view.input(file) or {}).get("environments") or {}) == 1:
            path = path[:1]
    data = _edited(edit.remove, Path(root, file).read_bytes(), path)
    return plan_of(root, begun, _act("unhold", view, service, environment), {file: data}, tree=tree)


def known(view: View, service: str, environment: str) -> None:
    """Raises Refused for a service or an environment that is not there, or to which nothing is promoted."""
    for what, name, names in (
        ("service", service, resolve.services(view)),
        ("environment", environment, resolve.environments(view)),
    ):
        if name not in names:
            raise Refused(RULE, f"there is no {what} `{name}`", did_you_mean(name, names))


def _act(kind: record.Kind, view: View, service: str, environment: str) -> record.Act:
    if resolve.follows_head(view, environment):
        raise Refused(RULE, f"nothing is promoted to `{environment}`: it renders from head", "name a later one")
    base = view.input(resolve.promoted_file(view, service, environment)) or {}
    now = version(base.get("base"))
    return record.Act(kind, environment, steps=(record.Step(service, now, now),))


def _overlay(view: View, service: str, environment: str) -> dict[str, Any]:
    overlays = (view.input(resolve.service_file(view, service)) or {}).get("environments") or {}
    return dict(overlays.get(environment) or {})


def _edited(change: Any, *arguments: Any) -> bytes:
    try:
        return bytes(change(*arguments))
    except EditError as error:
        raise Refused(RULE, str(error), "edit service.yaml by hand") from error
