"""What only the platform as a whole can get wrong: promotion, clusters, names, features, order, routes."""

from __future__ import annotations

from collections.abc import Iterator

from journey import names
from journey.problem import Pointer, Problem
from journey.spec import resolve
from journey.spec.platform import Cluster
from journey.spec.resolve import ROOT_FILE
from journey.spec.rules.fragments import promoted_environments
from journey.spec.rules.presence import presences
from journey.spec.shape import shape_of
from journey.spec.view import View

CYCLE = "spec/promotion-cycle"
TWICE = "spec/listed-twice"
HUB = "spec/hub"
COLLISION = "spec/name-collision"
RETIRED = "spec/retired"
PROVIDER = "spec/provider"
DATABASES = "spec/databases"
DELIVERY = "spec/delivery"

RULES = {
    CYCLE: "Promotion leads from a first environment onward, never in a circle.",
    TWICE: "A list names a thing once.",
    HUB: "A hub syncs itself, and with the same tool each of its members: one `gitops` for all of them.",
    COLLISION: "Two things do not get one name on a cluster.",
    RETIRED: "A datastore leaves an environment only when it says `retire`.",
    PROVIDER: "What is asked of a cluster is what its provider has.",
    DATABASES: "Databases are listed for PostgreSQL alone.",
    DELIVERY: "What a cluster is delivered from, or made by, is rendered.",
}

GITOPS = str(shape_of(Cluster).fields["gitops"].default)
"""What syncs a cluster that does not say."""

RESERVED = {
    "default": "Kubernetes itself",
    "kube-system": "Kubernetes itself",
    "kube-public": "Kubernetes itself",
    "kube-node-lease": "Kubernetes itself",
    names.ARGOCD_NAMESPACE: "Argo CD",
    names.FLUX_NAMESPACE: "Flux",
}


def promotion(view: View) -> Iterator[Problem]:
    """Environments that are promoted from each other."""
    before = {name: resolve.environment(view, name).promotes_from for name in resolve.environments(view)}
    done: set[str] = set()
    for start in before:
        path: list[str] = []
        name: str | None = start
        while name in before and name not in path and name not in done:
            path.append(name)
            name = before[name]
        if name in path:
            circle = path[path.index(name) :]
            message = f"promotion goes in a circle: {' -> '.join([*circle[::-1], circle[-1]])}"
            where = Pointer(ROOT_FILE, ("environments", circle[0], "promotesFrom"))
            yield Problem(where, CYCLE, message, "remove one `promotesFrom`: a first environment has none")
        done.update(path)


def lists(view: View) -> Iterator[Problem]:
    """Clusters of an environment, add-ons of a cluster, databases of a datastore."""
    for block, field in (("environments", "clusters"), ("clusters", "addons"), ("datastores", "databases")):
        for name, value in (view.input(ROOT_FILE, block) or {}).items():
            seen: set[str] = set()
            for index, item in enumerate(value.get(field) or ()):
                if item in seen:
                    where = Pointer(ROOT_FILE, (block, name, field, index))
                    yield Problem(where, TWICE, f"`{item}` is listed twice", "keep one of them")
                seen.add(item)


def hubs(view: View) -> Iterator[Problem]:
    """A hub that another cluster syncs, or that has another tool than a cluster that it is to sync."""
    known = view.input(ROOT_FILE, "clusters") or {}
    for name, value in known.items():
        hub = value.get("hub")
        above = known.get(hub, {}).get("hub") if hub else None
        if above and hub != name and above != hub:
            message = f"the hub `{hub}` is synced by another, `{above}`"
            hint = f"hub: {above}" if above != name else "remove one of the two"
            yield Problem(Pointer(ROOT_FILE, ("clusters", name, "hub")), HUB, message, hint)
        if hub in known and hub != name:
            yield from _other_tool(name, value.get("gitops", GITOPS), hub, known[hub].get("gitops", GITOPS))


def _other_tool(name: str, tool: str, hub: str, wanted: str) -> Iterator[Problem]:
    if tool != wanted:
        message = f"the hub `{hub}` has `gitops: {wanted}`, and `{name}`, which it is to sync, `gitops: {tool}`"
        hint = f"gitops: {wanted}: a hub and its members have one"
        yield Problem(Pointer(ROOT_FILE, ("clusters", name, "hub")), HUB, message, hint)


MAKERS = {"aws": ("terraform", "cloudformation")}
"""What can make a provider's resources: what is rendered, so that no cluster says what nothing comes of."""


def _unmade(provider: str, tool: str) -> tuple[str, str]:
    """Why a provider's resources are not made by a tool, and what to say instead."""
    maker = MAKERS.get(provider, ("none",))[0]
    if provider == "local":
        return f"`iac: {tool}`: a cluster of provider `local` has no resources that it could make", f"iac: {maker}"
    return (
        f"`iac: {tool}`: nothing is rendered for a cluster of provider `{provider}` that it could make",
        f"iac: {maker}",
    )


def providers(view: View) -> Iterator[Problem]:
    """Cloud resources where there is no such cloud."""
    clusters = view.input(ROOT_FILE, "clusters") or {}
    for name, value in clusters.items():
        provider, tool = value.get("provider"), value.get("iac", "none")
        if tool != "none" and tool not in MAKERS.get(provider, ()):
            yield Problem(Pointer(ROOT_FILE, ("clusters", name, "iac")), PROVIDER, *_unmade(provider, tool))
    for env, value in (view.input(ROOT_FILE, "environments") or {}).items():
        local = [name for name in value.get("clusters") or () if clusters.get(name, {}).get("provider") == "local"]
        if value.get("datastores") == "managed" and local:
            message = f"`datastores: managed`: nobody manages them on the local cluster `{local[0]}`"
            where = Pointer(ROOT_FILE, ("environments", env, "datastores"))
            yield Problem(where, PROVIDER, message, "datastores: in-cluster")


def deliveries(view: View) -> Iterator[Problem]:
    """Clusters that are to be delivered from charts, where no chart is rendered: Applications would lead nowhere."""
    wanted = resolve.target_names(view)
    if not wanted or "helm" in wanted:
        return
    for name, value in (view.input(ROOT_FILE, "clusters") or {}).items():
        if value.get("delivery") == "helm":
            where = Pointer(ROOT_FILE, ("clusters", name, "delivery"))
            message = "`delivery: helm`: `targets` leaves charts out"
            yield Problem(where, DELIVERY, message, "add `helm` to `targets`, or say delivery: manifests")


def networks(view: View) -> Iterator[Problem]:
    """Clusters whose network CloudFormation is to make, where it, or Terraform that makes the rest, is not rendered."""
    wanted = resolve.target_names(view)
    missing = [name for name in ("cloudformation", "terraform") if wanted and name not in wanted]
    for name, value in (view.input(ROOT_FILE, "clusters") or {}).items():
        if value.get("iac") == "cloudformation" and missing:
            where = Pointer(ROOT_FILE, ("clusters", name, "iac"))
            message = f"`iac: cloudformation`: `targets` leaves {' and '.join(f'`{one}`' for one in missing)} out"
            yield Problem(where, DELIVERY, message, f"add {' and '.join(missing)} to `targets`, or say iac: none")


def datastores(view: View) -> Iterator[Problem]:
    """Databases of a cache, and datastores that vanish with their data."""
    head = view.input(ROOT_FILE, "datastores") or {}
    for name, value in head.items():
        if value.get("databases") and value.get("engine") != "postgresql":
            where = Pointer(ROOT_FILE, ("datastores", name, "databases"), True)
            message = f"`databases` are listed for a datastore of engine `{value.get('engine')}`"
            yield Problem(where, DATABASES, message, "engine: postgresql, or remove them")
    for env in promoted_environments(view):
        file = f"promoted/{env}.yaml"
        for name, value in (view.input(file, "datastores") or {}).items():
            if name not in head and not value.get("retire"):
                message = f"datastore `{name}` runs in {env} and is gone from {ROOT_FILE}"
                hint = "put it back with `retire: <why it may go>` and promote that; then remove it"
                yield Problem(Pointer(file, ("datastores", name), True), RETIRED, message, hint)


def namespaces(view: View) -> Iterator[Problem]:
    """Namespaces of services, datastores and add-ons on each cluster; names of Applications and projects."""
    reported: set[Pointer] = set()
    for cluster in resolve.clusters(view):
        taken = {name: (f"namespace of {owner}", Pointer(ROOT_FILE)) for name, owner in RESERVED.items()}
        for addon in resolve.addons(view, cluster):
            space = resolve.addon(view, cluster, addon).namespace or addon
            taken.setdefault(space, (f"namespace of the add-on `{addon}`", Pointer(ROOT_FILE)))
        for space, what, where in _spaces(view, cluster):
            other = taken.setdefault(space, (what, where))
            if other[1] != where and where not in reported:
                reported.add(where)
                message = f"the {what} would be `{space}`, which is the {other[0]}"
                yield Problem(where, COLLISION, message, "rename one of them")


def _spaces(view: View, cluster: str) -> Iterator[tuple[str, str, Pointer]]:
    """(namespace, whose it is, where its name stands) on a cluster."""
    shared = resolve.shared_cluster(view, cluster)
    for env, carrier in resolve.places(view):
        if carrier != cluster:
            continue
        for name in resolve.services(view):
            if any(item[:2] == (env, cluster) for item in presences(view, name)):
                file = resolve.service_file(view, name)
                if (resolve.part(view, name, env, cluster, "live") or {}).get("namespace"):
                    continue  # it shares one with others, as it did before
                yield names.namespace(name, env, shared), f"namespace of service `{name}`", Pointer(file)
        head = view.input(ROOT_FILE, "datastores") or {}
        for name in resolve.datastores(view, env):
            file = ROOT_FILE if name in head else f"promoted/{env}.yaml"
            where = Pointer(file, ("datastores", name), True)
            yield names.namespace(name, env, shared), f"namespace of datastore `{name}`", where


def applications(view: View) -> Iterator[Problem]:
    """Names of Applications, which may meet in one hub, and of projects."""
    taken: dict[str, tuple[str, str, str]] = {}
    for name in resolve.services(view):
        for env, cluster, *_ in presences(view, name):
            here = (name, env, cluster)
            joined = names.application(*here)
            other = taken.setdefault(joined, here)
            if other != here:
                message = f"the Application `{joined}` would stand for {_spelled(other)} and for {_spelled(here)}"
                yield Problem(Pointer(resolve.service_file(view, name)), COLLISION, message, "rename one of them")
    projects: dict[str, tuple[str, str]] = {}
    for team in resolve.teams(view):
        for env in resolve.environments(view):
            pair = projects.setdefault(names.project(team, env), (team, env))
            if pair != (team, env):
                joined = names.project(team, env)
                message = f"the project `{joined}` would stand for {_spelled(pair)} and for {_spelled((team, env))}"
                yield Problem(Pointer(ROOT_FILE, ("teams", team), True), COLLISION, message, "rename one of them")


def _spelled(parts: tuple[str, ...]) -> str:
    return " in ".join(f"`{part}`" for part in parts)


JUDGEMENTS = (promotion, lists, hubs, providers, deliveries, networks, datastores, namespaces, applications)
"""Every judgement of the platform as a whole, in the order in which they are told."""
