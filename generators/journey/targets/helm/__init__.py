"""Helm: a chart for each service, and its values for each place where it runs.

What an environment runs stands in its values, the objects too: a chart is the same for all of them, so that a change of
it reaches no environment by itself. A cluster that says `delivery: helm` is synced from them; the objects are those of
the plain manifests, field for field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.artifact import Artifact, Format, Unit
from journey.facts import delivery
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.helm import chart
from journey.targets.helm.values import values

NAME = "helm"
DESCRIPTION = "A Helm chart for each service, and its values for each environment and cluster."
CONSUMER = "Helm, Argo CD"
FOLDERS = ("charts", "environments")
PATTERNS: tuple[str, ...] = ()


def units(view: View) -> Iterator[Unit]:
    """A unit for each chart, and for each service in each place."""
    yield from (Unit(NAME, service=service) for service in resolve.services(view))
    for environment, cluster in resolve.places(view):
        yield from (Unit(NAME, environment, cluster, name) for name in resolve.services_at(view, environment, cluster))


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """The files of one unit."""
    if not unit.environment:
        yield from chart.artifacts(view, unit.service)
        return
    found = values(view, unit.service, unit.environment, unit.cluster)
    if found:
        path = delivery.chart_values(unit.environment, unit.cluster, unit.service)
        yield Artifact(path, Format.YAML, found, Pointer(resolve.service_file(view, unit.service)))
