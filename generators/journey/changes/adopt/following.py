"""After an adoption: one convention switched on at a time, as a change like any other."""

from __future__ import annotations

from journey.changes import record
from journey.changes.adopt.manifests import RULE
from journey.changes.draft import Draft
from journey.changes.promotion import Plan, opened, person, plan_of, version
from journey.ci.refused import Refused
from journey.spec import resolve
from journey.spec.validate import did_you_mean

ORDER = (
    "monitor",
    "podDisruptionBudget",
    "autoscaler",
    "serviceAccount",
    "namespaceObjects",
    "portNames",
    "priorityClass",
    "topologySpread",
    "gracefulTermination",
    "securityContext",
    "recommendedLabels",
    "configMaps",
    "hashedNames",
    "deploymentId",
    "workloadChecks",
    "networkPolicy",
)
"""What adds objects first, then what restarts pods, then what may cut traffic off."""


def planned(root: str, service: str, convention: str = "") -> Plan:
    """The plan that switches a convention on for a service; the next one unless said. Raises Refused and Stale."""
    begun, view, sources, tree = opened(root, person(root))
    known = resolve.services(view)
    if service not in known:
        raise Refused(RULE, f"there is no service `{service}`", did_you_mean(service, known))
    file = resolve.service_file(view, service)
    head = view.input(file) or {}
    off = head.get("without") or {}
    name = convention or next((one for one in ORDER if one in off), "")
    if not name:
        raise Refused(RULE, f"every convention is on for {service}", "journey check counts what is switched off")
    if name not in off:
        raise Refused(RULE, f"`{name}` is not switched off for {service}", did_you_mean(name, off))
    draft = Draft(root, sources)
    draft.remove(file, ("without", name))
    running = version(head)
    act = record.Act("adopt", name, steps=(record.Step(service, running, running),))
    left = [one for one in ORDER if one in off and one != name]
    plan = plan_of(root, begun, act, draft.files, tree=tree)
    return plan._replace(notes=(f"then: {', '.join(left)}" if left else "then every convention is on",))
