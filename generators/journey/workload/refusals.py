"""Patches that did nothing, as Problems on their own lines of the spec."""

from __future__ import annotations

from journey.problem import Pointer, Problem
from journey.spec import resolve
from journey.spec.view import View
from journey.workload.objects import workload_of

RULE = "workload/patch"
_HINT = "name a rendered object by its kind and name, as its file is called, or take the patch away"


def refusals(view: View, service: str, environment: str, cluster: str) -> list[Problem]:
    """A Problem for each patch of a service that fits nothing there; none before the first build.

    Without an image most objects are not rendered yet, so a patch for one of them is not wrong.
    """
    found = resolve.service(view, service, environment, cluster)
    if found is None or not found.patches or found.release is None:
        return []
    spots = _spots(view, service, environment, cluster)
    refused = workload_of(view, service, environment, cluster).refused
    return [
        Problem(spots[item.number], RULE, f"{environment} on {cluster}: {item.reason}", _HINT)
        for item in refused
        if item.number < len(spots)
    ]


def _spots(view: View, service: str, environment: str, cluster: str) -> list[Pointer]:
    """Where each patch stands: those of weaker layers come first, as lists of patches append."""
    return [
        layer.where.child("patches", number)
        for layer in resolve.layers(view, service, environment, cluster)
        for number, _ in enumerate(layer.value.get("patches") or ())
    ]
