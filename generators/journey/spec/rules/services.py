"""What services get wrong together: features that their clusters lack, routes that meet, orders that go in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from journey.problem import Pointer, Problem
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.rules.place import Place
from journey.spec.rules.presence import Entry, presence, presences
from journey.spec.view import View

FEATURE = "spec/feature"
ROUTE = "spec/route-twice"
WAY_IN = "spec/gateway-service"
CYCLE = "spec/start-cycle"
FORMER = "spec/renamed-twice"

RULES = {
    FEATURE: "What services and the cluster itself rely on is provided by an add-on of the cluster.",
    WAY_IN: "Under `gateway: nginx` the service that leads requests in runs where routes are.",
    ROUTE: "A request finds one route.",
    CYCLE: "Needs that say `start: before` never go in a circle.",
    FORMER: "Two services do not have one former name.",
}


def features(view: View) -> Iterator[Problem]:
    """Features that a cluster's add-ons do not provide: one Problem each, however many need it."""
    for cluster in resolve.clusters(view):
        provided = resolve.features(view, cluster)
        missing: dict[str, list[str]] = {}
        for feature, who in _wanted(view, cluster):
            if feature not in provided:
                missing.setdefault(feature, []).append(who)
        for feature, askers in missing.items():
            yield _missing(view, cluster, feature, list(dict.fromkeys(askers)))


def _missing(view: View, cluster: str, feature: str, askers: list[str]) -> Problem:
    more = f" and {len(askers) - 1} more" if len(askers) > 1 else ""
    message = f"no add-on of cluster `{cluster}` provides `{feature}`, which is needed by {askers[0]}{more}"
    said = "addons" in (view.input(ROOT_FILE, "clusters") or {}).get(cluster, {})
    path = ("clusters", cluster, "addons") if said else ("clusters", cluster)
    return Problem(Pointer(ROOT_FILE, path, key=not said), FEATURE, message, _remedy(view, cluster, feature))


def _remedy(view: View, cluster: str, feature: str) -> str:
    """What would provide a feature: an add-on to list, to promote to where the cluster takes its add-ons from, or new.

    An add-on that was promoted helps as soon as it is listed, so it is named before one that is in head alone.
    """
    env = resolve.addon_environment(view, cluster)
    there = _providers(resolve.platform_block(view, env, "addons"), feature) if env else []
    known = [*there, *_providers(view.input(ROOT_FILE, "addons") or {}, feature)]
    if not known:
        return f"describe one under `addons` with provides: [{feature}], and list it here"
    listed = resolve.cluster(view, cluster).addons
    name = next((name for name in known if name in listed), known[0])
    asked = [] if name in listed else [f"addons: [{name}]"]
    if env and name not in there:
        asked.append(f"promote `{name}` to {env}: the cluster runs the add-ons of promoted/{env}.yaml")
    return ", and ".join(asked)


def _providers(addons: Mapping[str, Any], feature: str) -> list[str]:
    return [name for name, value in addons.items() if feature in (value.get("provides") or ())]


def _wanted(view: View, cluster: str) -> Iterator[tuple[str, str]]:
    """(feature, who needs it) on a cluster."""
    found = resolve.cluster(view, cluster)
    if found.mesh != "none":
        yield "mesh", f"`mesh: {found.mesh}`"
    for env, carrier in resolve.places(view):
        if carrier == cluster:
            yield from _of_datastores(view, env)
    for name in resolve.services(view):
        for here in presences(view, name):
            if here.cluster == cluster:
                yield from ((feature, f"`{field}` of service `{name}`") for feature, field in here.features)


def _of_datastores(view: View, env: str) -> Iterator[tuple[str, str]]:
    in_cluster = resolve.environment(view, env).datastores == "in-cluster"
    for name in resolve.datastores(view, env):
        store = resolve.datastore(view, env, name)
        yield "secrets", f"`secret` of datastore `{name}`"
        if store is not None and in_cluster and store.engine == "postgresql" and store.instances > 1:
            yield "postgresql", f"`instances: {store.instances}` of datastore `{name}`"


def routes(view: View) -> Iterator[Problem]:
    """Routes of two services, or of one, that answer the same requests."""
    for env, cluster in resolve.places(view):
        taken: dict[tuple[str, str, str], list[tuple[str, Entry]]] = {}
        for name in resolve.services(view):
            here = presence(view, name, env, cluster)
            for entry in here.entries if here is not None else ():
                others = taken.setdefault(entry[1:4], [])
                other = next((found for found in others if _meet(found[1], entry)), None)
                others.append((name, entry))
                if other is not None:
                    yield from (_route(place, entry, other) for place in _places(view, name, env, cluster))


def _meet(one: Entry, other: Entry) -> bool:
    """Whether a request may match two routes of one path, and nothing but headers tells them apart."""
    if one.methods and other.methods and set(one.methods).isdisjoint(other.methods):
        return False
    if one.headers == other.headers:
        return True
    if len(one.headers) != len(other.headers) or bool(one.methods) != bool(other.methods):
        return False
    said = dict(one.headers)
    return all(said.get(name, value) == value for name, value in other.headers)


def _route(here: Place, entry: Entry, other: tuple[str, Entry]) -> Problem:
    message = f"`{entry.host}{entry.path}` ({entry.match}) is also answered by route `{other[1].name}` of `{other[0]}`"
    where = here.where("routes", entry.name)
    known = where.path[-1:] == (entry.name,)
    return Problem(where._replace(key=known), ROUTE, message, "give one another host, path or set of methods")


def ways_in(view: View) -> Iterator[Problem]:
    """Clusters whose routes one of the platform's own services leads in."""
    for cluster in resolve.clusters(view):
        found = resolve.cluster(view, cluster)
        if found.gateway != "nginx":
            continue
        there = [
            (name, here) for name in resolve.services(view) for here in presences(view, name) if here.cluster == cluster
        ]
        leading = {here.environment for name, here in there if name == found.gateway_service}
        routed = [here.environment for _, here in there if here.entries and here.environment not in leading]
        for env in dict.fromkeys(routed):
            said = (view.input(ROOT_FILE, "clusters") or {}).get(cluster, {})
            field = "gatewayService" if "gatewayService" in said else "gateway"
            message = f"no service `{found.gateway_service}` runs in {env} on `{cluster}` to lead requests in"
            hint = "add it, name another: gatewayService: <service>, or choose another `gateway`"
            yield Problem(Pointer(ROOT_FILE, ("clusters", cluster, field)), WAY_IN, message, hint)


def order(view: View) -> Iterator[Problem]:
    """A circle of needs that say `before`; Argo CD would wait for ever."""
    for env, cluster in resolve.places(view):
        before = {
            name: [other for other in here.before if other != name and presence(view, other, env, cluster) is not None]
            for name in resolve.services(view)
            if (here := presence(view, name, env, cluster)) is not None and here.before
        }
        for circle in circles(before):
            message = f"these wait for each other to start: {' -> '.join([*circle, circle[0]])}"
            for place in _places(view, circle[0], env, cluster):
                where = place.where("needs", ("service", circle[1 % len(circle)]))
                yield Problem(where, CYCLE, message, "start: any, on one of them")


def circles(before: dict[str, list[str]]) -> Iterator[list[str]]:
    """Circles of a graph, each beginning with its first name by the alphabet, no two through one node."""
    done: set[str] = set()
    for start in sorted(before):
        trail: list[str] = [start]
        branches = [iter(before[start])] if start not in done else []
        while branches:
            name = next(branches[-1], None)
            if name is None:
                branches.pop()
                done.add(trail.pop())
            elif name in trail:
                circle = trail[trail.index(name) :]
                first = circle.index(min(circle))
                yield circle[first:] + circle[:first]
                done.update(circle)
            elif name not in done and name in before:
                trail.append(name)
                branches.append(iter(before[name]))


def _places(view: View, name: str, env: str, cluster: str) -> Iterator[Place]:
    """The one place, where the service runs there."""
    found = resolve.service(view, name, env, cluster)
    if found is not None:
        yield Place(view, name, env, cluster, found)


def former_names(view: View) -> Iterator[Problem]:
    """Two services that were one."""
    taken: dict[str, str] = {}
    for name in resolve.services(view):
        file = resolve.service_file(view, name)
        former = (view.input(file, "renamedFrom")) or ""
        other = taken.setdefault(former, name) if former else name
        if other != name:
            message = f"`renamedFrom: {former}` is also said of `{other}`"
            yield Problem(Pointer(file, ("renamedFrom",)), FORMER, message, "one of them took over its name and data")


JUDGEMENTS = (features, ways_in, routes, order, former_names)
"""Every judgement of services together."""
