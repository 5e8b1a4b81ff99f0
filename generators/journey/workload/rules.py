"""What Prometheus computes of a service, and when it calls somebody."""

from __future__ import annotations

from decimal import Decimal

from journey.facts import slo_alerts
from journey.facts.slo_alerts import Burn, Requests
from journey.workload.place import LAST, Object, Place


def rules(place: Place) -> Object | None:
    """A PrometheusRule of the availability objective; none without a monitor, or without requests by status."""
    if "monitor" in place.spec.without or place.spec.kind in ("cron", "job"):
        return None
    counted = slo_alerts.requests(place.view, *place.key)
    if counted is None:
        return None
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": place.meta(place.service, LAST),
        "spec": {
            "groups": [
                {
                    "name": f"{place.namespace}.slo",
                    "rules": [_recorded(place, counted, it) for it in slo_alerts.WINDOWS],
                },
                {
                    "name": f"{place.namespace}.slo-alerts",
                    "rules": [_alert(place, counted, burn) for burn in slo_alerts.BURNS],
                },
            ]
        },
    }


def _series(window: str) -> str:
    """The recorded share of failed requests: level:metric:operation (prometheus.io/docs/practices/rules)."""
    return f"namespace:slo_availability_errors:ratio_rate{window}"


def _recorded(place: Place, counted: Requests, window: str) -> Object:
    where = f'namespace="{place.namespace}"'
    failed = f'sum by (namespace) (rate({counted.metric}{{{where}, {counted.status}=~"5.."}}[{window}]))'
    every = f"sum by (namespace) (rate({counted.metric}{{{where}}}[{window}]))"
    return {"record": _series(window), "expr": f"{failed} / {every}"}


def _alert(place: Place, counted: Requests, burn: Burn) -> Object:
    where = f'{{namespace="{place.namespace}"}}'
    most = _plain(burn.factor * counted.budget)
    service = place.service
    return {
        "alert": "ErrorBudgetBurn",
        "expr": f"{_series(burn.long)}{where} > {most} and {_series(burn.short)}{where} > {most}",
        "labels": {
            "severity": burn.severity,
            "service": service,
            "team": place.spec.team,
            "window": burn.long,
        },
        "annotations": {
            "summary": f"{service} spends its error budget {burn.factor} times as fast as it may",
            "description": f"{{{{ $value | humanizePercentage }}}} of the requests of {service} failed in the last "
            f"{burn.long}; the objective allows {_plain(counted.budget * 100)} %.",
        },
    }


def _plain(number: Decimal) -> str:
    """Without an exponent and without zeros at the end."""
    return f"{number.normalize():f}"
