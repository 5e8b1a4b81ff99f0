"""Argo CD: each cluster's own installation, its projects, and the Applications that bring everything else.

`clusters/<cluster>/argocd/` is applied by hand once, by `bootstrap.sh`; from then on Argo CD syncs itself, and the
root Application brings `projects/`, `applications/` and `addons/`. With `hub` a cluster's Applications stand among
those of its hub. Units without a service are named `<what>/<cluster they are about>/<name>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.artifact import Artifact, Unit
from journey.facts import delivery
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.argocd import addons, applications, installation, projects, root

NAME = "argocd"
DESCRIPTION = "Argo CD's installation, projects and Applications of each cluster."
CONSUMER = "Argo CD"
FOLDERS = ("clusters",)
PATTERNS: tuple[str, ...] = ()


def units(view: View) -> Iterator[Unit]:
    """Per cluster with an Argo CD of its own: root, projects, add-ons, and an Application a folder that is synced."""
    for hub in resolve.clusters(view):
        if delivery.synced_from(view, hub):
            yield Unit(NAME, cluster=hub, name="root")
            yield Unit(NAME, cluster=hub, name="installation")
            yield Unit(NAME, cluster=hub, name="definitions")
            yield Unit(NAME, cluster=hub, name="platform")
            yield from _project_units(view, hub)
            for spoke in delivery.synced_from(view, hub):
                yield from _cluster_units(view, hub, spoke)


def _project_units(view: View, hub: str) -> Iterator[Unit]:
    for env in resolve.environments(view):
        for team in projects.teams(view, hub, env):
            yield Unit(NAME, env, hub, name=f"project/{hub}/{team}")


def _cluster_units(view: View, hub: str, spoke: str) -> Iterator[Unit]:
    for addon in resolve.addons(view, spoke):
        yield Unit(NAME, cluster=hub, name=f"addon/{spoke}/{addon}")
    if delivery.has_cluster_shared(view, spoke):
        yield Unit(NAME, cluster=hub, name=f"shared/{spoke}/")
    for env in delivery.environments_on(view, spoke):
        if delivery.has_shared(view, env, spoke):
            yield Unit(NAME, env, hub, name=f"shared/{spoke}/")
        for datastore in resolve.datastores(view, env):
            yield Unit(NAME, env, hub, name=f"datastore/{spoke}/{datastore}")
        for service in resolve.services_at(view, env, spoke):
            yield Unit(NAME, env, hub, service, f"service/{spoke}/")


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """The files of one unit."""
    what, _, rest = unit.name.partition("/")
    spoke, _, name = rest.partition("/")
    match what:
        case "service":
            yield applications.service(view, unit.cluster, spoke, unit.environment, unit.service)
        case "datastore":
            yield applications.datastore(view, unit.cluster, spoke, unit.environment, name)
        case "shared" if unit.environment:
            yield applications.shared(view, unit.cluster, spoke, unit.environment)
        case "shared":
            yield applications.cluster_shared(view, unit.cluster, spoke)
        case "addon":
            yield addons.application(view, unit.cluster, spoke, name)
        case "project":
            yield from projects.project(view, unit.cluster, unit.environment, name)
        case "platform":
            yield projects.platform(view, unit.cluster)
        case "installation":
            yield from installation.artifacts(view, unit.cluster)
        case "definitions":
            yield from installation.definitions(unit.cluster)
        case _:
            yield from root.artifacts(view, unit.cluster)
