"""Kubernetes objects, a file each: services, datastores, and what an environment or a cluster shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.artifact import Artifact, Format, Unit
from journey.facts import delivery
from journey.spec import resolve
from journey.spec.view import View
from journey.workload.objects import workload_of
from journey.workload.place import Rendered

NAME = "kubernetes"
DESCRIPTION = "Kubernetes objects of services and datastores, a file an object."
CONSUMER = "kube-apiserver"
FOLDERS = ("environments", "clusters")
PATTERNS = ()


def units(view: View) -> Iterator[Unit]:
    """A unit for each service and datastore in each environment and cluster, and for what each place shares."""
    for environment, cluster in resolve.places(view):
        for service in resolve.services_at(view, environment, cluster):
            yield Unit(NAME, environment, cluster, service)


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """The files of one unit."""
    rendered = workload_of(view, unit.service, unit.environment, unit.cluster).objects
    return artifacts(delivery.folder(unit.environment, unit.cluster, unit.service), rendered)


def artifacts(folder: str, rendered: Iterable[Rendered]) -> list[Artifact]:
    """A file for each object: `<kind>-<name>.yaml`."""
    return [
        Artifact(f"{folder}/{item.kind.lower()}-{item.name}.yaml", Format.YAML, item.content, item.origin)
        for item in rendered
    ]
