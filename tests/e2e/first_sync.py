"""Proofs of the first sync: the bootstrap, all Applications well, and what had to be there before what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from journey import names
from journey.facts import waves
from journey.lab.source import view_of
from journey.spec import resolve
from journey.spec.resolve import needs
from tests.e2e.delivered import Delivered, State, moment, state, wait
from tests.e2e.objects import of_cluster
from tests.e2e.table import Row, Table

PROOF = "synced"
FIRST_SYNC = 900.0
"""Seconds in which a cluster must be well after its bootstrap."""
NUDGE = 10.0
"""Seconds after which an Application that is not well is compared again, by the proof."""
WORKLOADS = (("apps/v1", "StatefulSet"), ("apps/v1", "Deployment"))


def bootstrap_again(row: Row, cluster: Delivered) -> None:
    """The one command of the docs, run a second time, changes nothing."""
    before = installed(cluster)
    cluster.argo.bootstrap(cluster.source.fork.folder / "clusters" / cluster.name / "bootstrap.sh")
    after = installed(cluster)
    for name, generation in before.items():
        row.expect(after.get(name) == generation, f"{name} was changed by a second bootstrap")


def installed(cluster: Delivered) -> dict[str, Any]:
    """What the bootstrap brought: each object's name and what a write of its wishes would change."""
    found = {}
    for item in of_cluster(cluster.source.fork.folder, cluster.name):
        if item.path.startswith(f"clusters/{cluster.name}/argocd/"):
            there = cluster.server.get(item.object)
            if there is not None:
                passing = ("resourceVersion", "managedFields")
                meta = {key: value for key, value in there["metadata"].items() if key not in passing}
                found[item.path] = {**{key: value for key, value in there.items() if key != "status"}, "metadata": meta}
    return found


def all_well(row: Row, cluster: Delivered, patience: float = FIRST_SYNC) -> None:
    """Every Application that is rendered for the cluster is there, Synced and Healthy."""
    wanted = rendered_applications(cluster)
    wait(row, "not all Applications are there", lambda: wanted <= set(cluster.applications()), patience)
    wait(row, "not all Applications are well", lambda: not nudged(cluster), patience)
    for name, found in ailing(cluster).items():
        row.expect(False, f"{name}: {found.sync}, {found.health}, {found.phase}: {found.message}")
    row.count = len(wanted)


def rendered_applications(cluster: Delivered) -> set[str]:
    """The names of all Applications of a cluster."""
    return {
        item.object["metadata"]["name"]
        for item in of_cluster(cluster.source.fork.folder, cluster.name)
        if item.object["kind"] == "Application"
    }


def ailing(cluster: Delivered) -> dict[str, State]:
    """The Applications that are not well."""
    found = {name: state(item) for name, item in cluster.applications().items()}
    return {name: item for name, item in found.items() if not item.well}


def nudged(cluster: Delivered) -> dict[str, State]:
    """The Applications that are not well; one that waits for nothing but its next comparison is compared now.

    Without it the same happens by itself, after `timeout.reconciliation`: where many definitions come at once, Argo
    CD's cache lags behind, and it does not always look again when it has caught up.
    """
    found = ailing(cluster)
    now = datetime.now(UTC)
    for name, item in found.items():
        status = cluster.applications().get(name, {}).get("status", {})
        looked = status.get("reconciledAt")
        if item.phase != "Running" and looked and (now - moment(looked)).total_seconds() > NUDGE:
            cluster.refresh(name)
    return found


def order(row: Row, cluster: Delivered, environment: str) -> None:
    """What says `start: before`, and datastores and add-ons, was well before what needs it was there: by timestamps."""
    for first, then in before(cluster, environment):
        well, made = well_since(cluster, first), made_at(cluster, then)
        told = f"{first} was well at {well}, {then} was made at {made}"
        row.expect(well is not None and made is not None and well <= made, told)


def before(cluster: Delivered, environment: str) -> Iterator[tuple[str, str]]:
    """Pairs of Applications, the first of which must be well before the other is made."""
    view = view_of(cluster.source.fork.folder)
    place = (environment, cluster.name)
    addons = [names.application(name, "", cluster.name) for name in resolve.addons(view, cluster.name)]
    for service in resolve.services(view):
        if resolve.service(view, service, *place) is None:
            continue
        then = names.application(service, *place)
        yield from ((addon, then) for addon in addons)
        for need in needs(view, service, *place):
            if need.datastore and need.start == "before":
                yield names.application(need.datastore, *place), then
        for other in waves.before(view, service, *place):
            yield names.application(other, *place), then


def well_since(cluster: Delivered, name: str) -> datetime | None:
    """When all workloads of an Application were ready for the first time, or, without one, when it was synced."""
    application = cluster.application(name)
    history = application.get("status", {}).get("history") or []
    times = [moment(history[0]["deployedAt"])] if history else []
    times += [ready_since(found) for found in workloads(cluster, application)]
    return max(times) if times else None


def ready_since(workload: Any) -> datetime:
    """When a workload's pods were ready; a StatefulSet does not say, its last pod does."""
    conditions = workload.get("status", {}).get("conditions", [])
    return max(
        (moment(item["lastTransitionTime"]) for item in conditions if item["type"] in ("Available", "Ready")),
        default=moment(workload["metadata"]["creationTimestamp"]),
    )


def made_at(cluster: Delivered, name: str) -> datetime | None:
    """When the first workload of an Application was made."""
    times = [moment(found["metadata"]["creationTimestamp"]) for found in workloads(cluster, cluster.application(name))]
    return min(times, default=None)


def workloads(cluster: Delivered, application: Any) -> Iterator[Any]:
    """The workloads of an Application, and the pods of those that say no time themselves."""
    for item in application.get("status", {}).get("resources", []):
        if item["kind"] in {kind for _, kind in WORKLOADS}:
            found = cluster.get("apps/v1", item["kind"], item["namespace"], item["name"])
            if found is not None:
                yield found
            if item["kind"] == "StatefulSet":
                for pod in cluster.server.items("v1", "Pod", item["namespace"]):
                    if pod["metadata"]["name"].startswith(f"{item['name']}-"):
                        yield pod


def standins(table: Table, cluster: Delivered) -> None:
    """A row for each kind whose controller is absent: how many objects got a status that a stand-in wrote."""
    for kind, count in cluster.standins().items():
        with table.row("stand-in", f"{cluster.name}: {kind}") as row:
            row.count = count


def prove(table: Table, cluster: Delivered, environment: str) -> None:
    """All of it for a cluster that was just bootstrapped and whose environment syncs by itself."""
    with table.row(PROOF, f"{cluster.name}: all Applications Synced and Healthy") as row:
        all_well(row, cluster)
    with table.row(PROOF, f"{cluster.name}: bootstrap again changes nothing") as row:
        bootstrap_again(row, cluster)
    with table.row(PROOF, f"{cluster.name}: before, by timestamps") as row:
        order(row, cluster, environment)
    standins(table, cluster)
