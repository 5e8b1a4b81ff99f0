"""Alerts on how fast a service spends the error budget of its availability objective.

Multi-window, multi-burn-rate, as the Site Reliability Workbook has it (sre.google/workbook/alerting-on-slos): the long
window says that it matters, the short one that it still goes on. Its factors are those of a window of 30 days.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from journey.facts.observability import SEMANTIC_CONVENTION, request_metric
from journey.spec import resolve
from journey.spec.view import View

STATUS_LABELS = ("status", "code", "status_code", "http_response_status_code")
"""Labels that hold the status of an answer, the first that a metric declares counts; the last is OpenTelemetry's."""


class Burn(NamedTuple):
    """A speed at which the budget goes: its factor, whom it calls, and the two windows that must both see it."""

    factor: Decimal
    severity: str
    long: str
    short: str


BURNS = (
    Burn(Decimal("14.4"), "page", "1h", "5m"),
    Burn(Decimal(6), "page", "6h", "30m"),
    Burn(Decimal(1), "ticket", "3d", "6h"),
)
"""14.4: 2 % of the budget in an hour; 6: 5 % in six hours; 1: 10 % in three days."""

WINDOWS = ("5m", "30m", "1h", "6h", "3d")
"""Every window of `BURNS`, shortest first."""


class Requests(NamedTuple):
    """The counter of a service's requests, the label with their status, and the share that may fail, from 0 to 1."""

    metric: str
    status: str
    budget: Decimal


def requests(view: View, service: str, environment: str, cluster: str) -> Requests | None:
    """What the alerts are about; None where the service counts no requests by status."""
    found = resolve.service(view, service, environment, cluster)
    if found is None or found.metrics is None:
        return None
    metric = request_metric(view, service, environment, cluster)
    names = found.metrics.names
    declared = names.get(metric) or names.get(metric.removesuffix("_count"))
    if declared is not None:
        status = next((label for label in STATUS_LABELS if label in declared.labels), "")
    else:
        status = STATUS_LABELS[-1] if metric == SEMANTIC_CONVENTION and not names else ""
    if not status:
        return None
    return Requests(metric, status, 1 - Decimal(str(found.slos.availability.objective)) / 100)
