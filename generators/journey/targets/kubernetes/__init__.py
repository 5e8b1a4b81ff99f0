"""Kubernetes objects, a file each: services, datastores, and what an environment or a cluster shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.artifact import Artifact, Format, Unit
from journey.facts import delivery
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.kubernetes import clusters, shared
from journey.workload.datastores import datastore_objects
from journey.workload.objects import workload_of
from journey.workload.place import Rendered

NAME = "kubernetes"
DESCRIPTION = "Kubernetes objects of services and datastores, a file an object."
CONSUMER = "kube-apiserver"
FOLDERS = ("environments", "clusters")
PATTERNS: tuple[str, ...] = ()


def units(view: View) -> Iterator[Unit]:
    """A unit for each service and datastore in each environment and cluster, and for what each place shares."""
    for environment, cluster in resolve.places(view):
        for service in resolve.services_at(view, environment, cluster):
            yield Unit(NAME, environment, cluster, service)
        for datastore in resolve.datastores(view, environment):
            yield Unit(NAME, environment, cluster, name=datastore)
        if delivery.has_shared(view, environment, cluster):
            yield Unit(NAME, environment, cluster, name=delivery.SHARED)
    for cluster in resolve.clusters(view):
        if delivery.has_cluster_shared(view, cluster):
            yield Unit(NAME, cluster=cluster)


def render(unit: Unit, view: View) -> list[Artifact]:
    """The files of one unit."""
    place = (unit.environment, unit.cluster)
    if unit.service:
        rendered: Iterable[Rendered] = workload_of(view, unit.service, *place).objects
    elif unit.name == delivery.SHARED:
        rendered = shared.objects(view, *place)
    elif unit.name:
        rendered = datastore_objects(view, unit.name, *place)
    else:
        return _files(delivery.cluster_folder(unit.cluster), clusters.objects(view, unit.cluster))
    return _files(delivery.folder(*place, unit.service or unit.name), rendered)


def _files(folder: str, rendered: Iterable[Rendered]) -> list[Artifact]:
    """A file for each object: `<kind>-<name>.yaml`, the name without the hash that may close it."""
    return [
        Artifact(f"{folder}/{item.kind.lower()}-{item.name}.yaml", Format.YAML, item.content, item.origin)
        for item in rendered
    ]
