"""Taking a service, an environment or a cluster out of the spec for good, with what tells later where its data are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal, NamedTuple

from journey.changes import record
from journey.changes.draft import Draft, Reference
from journey.changes.promotion import RULE, Opened, Plan, opened, person, plan_of, version
from journey.ci.refused import Refused
from journey.facts import delivery, traffic
from journey.spec import resolve
from journey.spec.sources import ROOT_FILE, Sources
from journey.spec.validate import did_you_mean
from journey.spec.view import View

Thing = Literal["service", "environment", "cluster"]


class Farewell(NamedTuple):
    """What is said of what goes. owner: the service's team, or the only one, unless said. copy: where its data were
    exported to; empty where they are kept."""

    day: date
    reason: str
    owner: str = ""
    copy: str = ""


def planned(root: str, what: Thing, name: str, said: Farewell) -> Plan:
    """The plan of a removal. Raises Refused and Stale.

    Who still needs it is told by the spec's own rules: the plan then has problems.
    """
    git = person(root)
    begun = opened(root, git)
    view, sources = begun.view, begun.sources
    known = {"service": resolve.services, "environment": resolve.environments, "cluster": resolve.clusters}[what](view)
    if name not in known:
        raise Refused(RULE, f"there is no {what} `{name}`", did_you_mean(name, known))
    draft = Draft(root, sources)
    owner = _owner(view, what, name, said.owner)
    held = list(_held(view, what, name))
    {"service": _service, "environment": _environment, "cluster": _cluster}[what](draft, view, name)
    entry: dict[str, Any] = {
        "since": said.day.isoformat(),
        "reason": said.reason,
        "owner": owner,
        "data": _data(held, said.copy),
    }
    addresses = list(_networks(view, name)) if what == "cluster" else []
    draft.set(ROOT_FILE, ("retire", f"{what}s", name), entry | ({"addresses": addresses} if addresses else {}))
    plan = _plan(root, begun, draft, what, name)
    return plan._replace(notes=tuple(_notes(view, sources, what, name, held, said.copy)))


def _plan(root: str, begun: Opened, draft: Draft, what: Thing, name: str) -> Plan:
    steps: tuple[record.Step, ...] = ()
    if what == "service":
        running = version(begun.view.input(resolve.service_file(begun.view, name)))
        steps = (record.Step(name, running, record.NONE),)
    return plan_of(root, begun.begun, record.Act("remove", name, what, steps), draft.files, tree=begun.tree)


def _owner(view: View, what: Thing, name: str, said: str) -> str:
    teams = resolve.teams(view)
    if said:
        if said not in teams:
            raise Refused(RULE, f"there is no team `{said}`", did_you_mean(said, teams))
        return said
    if what == "service":
        return str((view.input(resolve.service_file(view, name)) or {}).get("team", ""))
    if len(teams) > 1:
        raise Refused(RULE, "say which team answers for what is left", f"--owner {' | '.join(teams)}")
    return teams[0]


def _service(draft: Draft, view: View, name: str) -> None:
    folder = os.path.dirname(resolve.service_file(view, name))
    for file in draft.sources.documents:
        if file.startswith(f"{folder}/"):
            draft.drop(file)


def _environment(draft: Draft, view: View, name: str) -> None:
    before = resolve.environment(view, name).promotes_from
    later = [other for other in resolve.environments(view) if resolve.environment(view, other).promotes_from == name]
    if later and before is None:
        message = f"{', '.join(later)} is promoted from {name}, and nothing comes before it"
        raise Refused(RULE, message, f"let environments.{later[0]} promote from another one first, or render from head")
    for other in later:
        draft.set(ROOT_FILE, ("environments", other, "promotesFrom"), before)
    for file in draft.sources.documents:
        if file.endswith(f"promoted/{name}.yaml"):
            draft.drop(file)
    _forget(draft, "environment", name)
    draft.remove(ROOT_FILE, ("environments", name))


def _cluster(draft: Draft, view: View, name: str) -> None:
    for environment in resolve.environments(view):
        if resolve.environment(view, environment).clusters == (name,):
            message = f"{name} is the only cluster of {environment}"
            raise Refused(RULE, message, f"journey remove environment {environment}, or give it another cluster first")
    _forget(draft, "cluster", name)
    draft.remove(ROOT_FILE, ("clusters", name))


def _forget(draft: Draft, what: Thing, name: str) -> None:
    """Take out what the spec says for it. A value by which something else depends on it stays, for rules to tell."""
    for file, found in draft.references(what, name):
        gone = draft.files.get(file, b"") is None
        if not gone and (found.key or _in_list(found)):
            draft.remove(file, found.path)


def _in_list(found: Reference) -> bool:
    return isinstance(found.path[-1], int)


def _held(view: View, what: Thing, name: str) -> Iterator[str]:
    """The data that what goes has, a phrase each."""
    places = [place for place in resolve.places(view) if what == "service" or name == place[what == "cluster"]]
    services = (name,) if what == "service" else resolve.services(view)
    for environment, cluster in places:
        yield from _volumes(view, services, environment, cluster)
    if what == "service":
        yield from _databases(view, name, places)
        return
    for environment, cluster in places:
        for store in resolve.datastores(view, environment):
            yield f"datastore {store} in {environment} on {cluster}"


def _volumes(view: View, services: Iterable[str], environment: str, cluster: str) -> Iterator[str]:
    for service in services:
        if delivery.keeps_data(view, service, environment, cluster):
            yield f"volume claims of {service} in {environment} on {cluster}"


def _databases(view: View, service: str, places: Iterable[tuple[str, str]]) -> Iterator[str]:
    for environment, cluster in places:
        database = traffic.identity(view, service, environment, cluster)
        for name in resolve.datastores(view, environment):
            store = resolve.datastore(view, environment, name)
            if store is not None and database in store.databases:
                yield f"database {database} of {name} in {environment} on {cluster}"


def _data(held: list[str], copy: str) -> str:
    if not held:
        return "None was held."
    return f"Exported to {copy}: {', '.join(held)}." if copy else f"Kept: {', '.join(held)}."


def _networks(view: View, cluster: str) -> Iterator[str]:
    """The networks that the cluster says it has."""
    said = (view.input(ROOT_FILE, "clusters") or {}).get(cluster) or {}
    return (said[field] for field in ("pods", "network") if said.get(field))


def _notes(view: View, sources: Sources, what: Thing, name: str, held: list[str], copy: str) -> Iterator[str]:
    for item in held:
        yield f"exported by your word to {copy}: {item}" if copy else f"kept: {item}"
    if what == "service":
        folder = os.path.dirname(resolve.service_file(view, name))
        yield f"its code stays: remove the rest of {folder} when nobody builds it"
        for store, value in (view.input(ROOT_FILE, "datastores") or {}).items():
            if name in (value.get("databases") or ()):
                yield f"datastores.{store}.databases still lists {name}: the database stays until it is taken out"
    if what == "environment":
        used = {cluster for env, cluster in resolve.places(view) if env != name}
        for cluster in resolve.environment(view, name).clusters:
            if cluster not in used:
                yield f"{cluster} is in no environment any more: journey remove cluster {cluster}"
