"""How long a pod that must go is given to finish what it began."""

from __future__ import annotations

import math

from journey.facts.routes import longest_request
from journey.facts.units import seconds
from journey.spec import resolve
from journey.spec.service import Route, Service
from journey.spec.view import View

DRAIN = 10
"""Seconds for which a terminating pod still answers: until gateways and kube-proxies have heard that it goes."""

MARGIN = 5
"""Seconds to close what is open once the last request is answered."""


def is_dialled(service: Service) -> bool:
    """Whether somebody dials its pods: it has a port, which for a worker is more than that of its metrics."""
    if service.kind == "worker":
        metrics = service.metrics.port if service.metrics else ""
        return any(name != metrics for name in service.ports)
    return bool(service.ports) and service.kind in ("web", "stateful")


def drain(view: View, service: str, environment: str, cluster: str) -> int:
    """Seconds between the order to go and SIGTERM; 0 where nobody dials the service."""
    found = resolve.service(view, service, environment, cluster)
    return DRAIN if found is not None and is_dialled(found) else 0


def grace_period(view: View, service: str, environment: str, cluster: str) -> int:
    """Seconds until a terminating pod is killed: drain, the longest request (a route's default without any), margin."""
    longest = longest_request(view, service, environment, cluster) or seconds(Route().timeout)
    return drain(view, service, environment, cluster) + math.ceil(longest) + MARGIN
