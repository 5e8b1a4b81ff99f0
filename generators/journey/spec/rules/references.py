"""Names that lead nowhere: each reference of the spec must name something that the spec has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from journey.problem import Level, Pointer, Problem
from journey.spec import resolve
from journey.spec.promotion import Kept
from journey.spec.rules.fragments import Fragment, promoted_environments
from journey.spec.sources import ROOT_FILE, SERVICES
from journey.spec.validate import did_you_mean
from journey.spec.view import View

TEAM = "spec/unknown-team"
ENVIRONMENT = "spec/unknown-environment"
CLUSTER = "spec/unknown-cluster"
UNUSED = "spec/unused-cluster"
SERVICE = "spec/unknown-service"
SIZE = "spec/unknown-size"
ADDON = "spec/unknown-addon"
VERSION = "spec/kubernetes-version"
RENAMED = "spec/renamed-from"

RULES = {
    TEAM: "The team that owns something is one of `platform.yaml`'s teams.",
    ENVIRONMENT: "An environment that is named is one of `platform.yaml`'s.",
    CLUSTER: "A cluster that is named is one of `platform.yaml`'s, and in an overlay one of the environment's.",
    UNUSED: "A cluster is in an environment, or the hub of others.",
    SERVICE: "A service that is needed is one of the platform's.",
    SIZE: "A size that is named is one of `platform.yaml`'s.",
    ADDON: "An add-on that a cluster runs is described in `platform.yaml`.",
    VERSION: "A cluster's Kubernetes version is one whose schemas are held.",
    RENAMED: "The former name of a service is no name of today's.",
}


def versions(view: View, known: tuple[str, ...]) -> Iterator[Problem]:
    """Clusters of a version whose schemas are not held."""
    for name, cluster in (view.input(ROOT_FILE, "clusters") or {}).items():
        version = cluster.get("kubernetes")
        if version and version not in known:
            where = Pointer(ROOT_FILE, ("clusters", name, "kubernetes"))
            span = f"known: {known[0]} to {known[-1]}" if known else ""
            yield Problem(where, VERSION, f"Kubernetes {version} is not known here", span)


def platform(view: View) -> Iterator[Problem]:
    """References in `platform.yaml` and its promoted files."""
    yield from _environments(view)
    yield from _clusters(view)
    for file in (ROOT_FILE, *(f"promoted/{env}.yaml" for env in promoted_environments(view))):
        for name, value in (view.input(file, "datastores") or {}).items():
            yield from _datastore(view, value, Pointer(file, ("datastores", name)))
        for name, value in (view.input(file, "addons") or {}).items():
            where = Pointer(file, ("addons", name))
            yield from _team(view, value.get("team"), where.child("team"))
            for cluster in value.get("clusters") or ():
                yield from _cluster(view, cluster, where.child("clusters", cluster), key=True)
    for name, value in (view.input(ROOT_FILE, "acknowledge") or {}).items():
        yield from _team(view, value.get("owner"), Pointer(ROOT_FILE, ("acknowledge", name, "owner")))
    for block, entries in (view.input(ROOT_FILE, "retire") or {}).items():
        for name, value in (entries or {}).items():
            yield from _team(view, value.get("owner"), Pointer(ROOT_FILE, ("retire", block, name, "owner")))


def _environments(view: View) -> Iterator[Problem]:
    carried = set()
    for name, value in (view.input(ROOT_FILE, "environments") or {}).items():
        where = Pointer(ROOT_FILE, ("environments", name))
        for index, cluster in enumerate(value.get("clusters") or ()):
            carried.add(cluster)
            yield from _cluster(view, cluster, where.child("clusters", index))
        yield from _environment(view, value.get("promotesFrom"), where.child("promotesFrom"))
        yield from _size(view, value.get("size"), where.child("size"))
    clusters = view.input(ROOT_FILE, "clusters") or {}
    hubs = {cluster.get("hub") for cluster in clusters.values()}
    for name in clusters:
        if name not in carried and name not in hubs:
            message = f"cluster `{name}` is in no environment: nothing is rendered for it"
            hint = f"environments: {{<environment>: {{clusters: [{name}]}}}}"
            yield Problem(Pointer(ROOT_FILE, ("clusters", name), True), UNUSED, message, hint, Level.WARNING)


def _clusters(view: View) -> Iterator[Problem]:
    for name, value in (view.input(ROOT_FILE, "clusters") or {}).items():
        where = Pointer(ROOT_FILE, ("clusters", name))
        yield from _cluster(view, value.get("hub"), where.child("hub"))
        asked = (value.get("authorizer") or {}).get("service")
        if asked is not None:
            place = where.child("authorizer", "service")
            yield from _unknown(SERVICE, "there is no service", asked, resolve.services(view), place)
        env = resolve.addon_environment(view, name)
        there = resolve.platform_block(view, env, "addons") if env else {}
        known = {**(view.input(ROOT_FILE, "addons") or {}), **there}
        for index, addon in enumerate(value.get("addons") or ()):
            yield from _unknown(ADDON, "there is no add-on", addon, known, where.child("addons", index))


def _datastore(view: View, value: dict[str, Any], where: Pointer) -> Iterator[Problem]:
    yield from _team(view, value.get("team"), where.child("team"))
    yield from _size(view, value.get("size"), where.child("size"))
    for env, here in (value.get("environments") or {}).items():
        yield from _environment(view, env, where.child("environments", env), key=True)
        yield from _size(view, (here or {}).get("size"), where.child("environments", env, "size"))


def service(view: View, name: str) -> Iterator[Problem]:
    """References of a service that stand in its base alone, and those to environments and clusters."""
    file = resolve.service_file(view, name)
    head = view.input(file) or {}
    yield from _team(view, head.get("team"), Pointer(file, ("team",)))
    former = head.get("renamedFrom")
    if former and view.input(SERVICES, former):
        message = f"`renamedFrom: {former}` names a service that is still there"
        hint = "a former name is free: remove the other folder, or this line"
        yield Problem(Pointer(file, ("renamedFrom",)), RENAMED, message, hint)
    for env, overlay in (head.get("environments") or {}).items():
        where = Pointer(file, ("environments", env))
        yield from _environment(view, env, where, key=True)
        yield from _clusters_of(view, env, overlay, where)
        for field in Kept.__struct_fields__:
            owner = ((overlay or {}).get(field) or {}).get("owner")
            yield from _team(view, owner, where.child(field, "owner"))
    for env in promoted_environments(view):
        promoted = resolve.promoted_file(view, name, env)
        yield from _clusters_of(view, env, view.input(promoted) or {}, Pointer(promoted))


def _clusters_of(view: View, env: str, value: dict[str, Any], where: Pointer) -> Iterator[Problem]:
    """Clusters named in an overlay or promoted file of an environment."""
    clusters = value.get("clusters")
    if clusters and env in resolve.environments(view):
        known = resolve.environment(view, env).clusters
        for name in clusters:
            yield from _unknown(
                CLUSTER, f"`{env}` has no cluster", name, known, where.child("clusters", name), key=True
            )


def size(fragment: Fragment, value: str, where: Pointer) -> Iterator[Problem]:
    """A service's size."""
    return _size(fragment.view, value, where)


def needed_service(fragment: Fragment, name: str, where: Pointer) -> Iterator[Problem]:
    """A service that another needs."""
    view = fragment.view
    if not view.input(SERVICES, name):
        yield from _unknown(SERVICE, "there is no service", name, view.input(SERVICES) or (), where)


def _team(view: View, name: str | None, where: Pointer) -> Iterator[Problem]:
    return _unknown(TEAM, "there is no team", name, resolve.teams(view), where)


def _environment(view: View, name: str | None, where: Pointer, key: bool = False) -> Iterator[Problem]:
    return _unknown(ENVIRONMENT, "there is no environment", name, resolve.environments(view), where, key)


def _cluster(view: View, name: str | None, where: Pointer, key: bool = False) -> Iterator[Problem]:
    return _unknown(CLUSTER, "there is no cluster", name, resolve.clusters(view), where, key)


def _size(view: View, name: str | None, where: Pointer) -> Iterator[Problem]:
    return _unknown(SIZE, "there is no size", name, resolve.sizes(view), where)


def _unknown(
    rule: str, what: str, name: str | None, known: Iterable[str], where: Pointer, key: bool = False
) -> Iterator[Problem]:
    if name and name not in known:
        yield Problem(where._replace(key=key), rule, f"{what} `{name}`", did_you_mean(name, known))
