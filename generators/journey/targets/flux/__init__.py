"""Flux: the same delivery as Argo CD's for clusters that say `gitops: flux`.

`clusters/<cluster>/flux/` holds the repository and a Kustomization a folder that is synced; the Kustomization `root`
keeps that folder itself. It is applied by hand once, after `flux install`. Add-ons are in `clusters/<cluster>/addons/`.
Units without a service are named `<what>/<name>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.artifact import Artifact, Unit
from journey.facts import delivery
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.flux import addons, kustomizations, sources

NAME = "flux"
DESCRIPTION = "Flux sources, Kustomizations and Helm releases of clusters that Flux syncs."
CONSUMER = "Flux"
FOLDERS = ("clusters",)
PATTERNS: tuple[str, ...] = ()


def units(view: View) -> Iterator[Unit]:
    """Per cluster that Flux syncs: its sources, its add-ons, and a Kustomization a folder."""
    for cluster in resolve.clusters(view):
        if resolve.cluster(view, cluster).gitops == "flux":
            yield from _cluster_units(view, cluster)


def _cluster_units(view: View, cluster: str) -> Iterator[Unit]:
    yield Unit(NAME, cluster=cluster, name="sources")
    for addon in resolve.addons(view, cluster):
        yield Unit(NAME, cluster=cluster, name=f"addon/{addon}")
    if delivery.has_cluster_shared(view, cluster):
        yield Unit(NAME, cluster=cluster, name="shared")
    for env in delivery.environments_on(view, cluster):
        if delivery.has_shared(view, env, cluster):
            yield Unit(NAME, env, cluster, name="shared")
        for datastore in resolve.datastores(view, env):
            yield Unit(NAME, env, cluster, name=f"datastore/{datastore}")
        for service in resolve.services_at(view, env, cluster):
            yield Unit(NAME, env, cluster, service)


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """The files of one unit."""
    what, _, name = unit.name.partition("/")
    if unit.service:
        yield kustomizations.service(view, unit.environment, unit.cluster, unit.service)
    elif what == "datastore":
        yield kustomizations.datastore(view, unit.environment, unit.cluster, name)
    elif what == "shared":
        yield kustomizations.shared(view, unit.environment, unit.cluster)
    elif what == "addon":
        yield from addons.artifacts(view, unit.cluster, name)
    else:
        yield from sources.artifacts(view, unit.cluster)
