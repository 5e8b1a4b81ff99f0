"""What `impact` says of a change is what a real API server and its controllers do: `python -m tests.e2e.impact`.

Each change is an object before and after. The server takes the first; `impact` judges the change; the server is given
the second by server-side apply. What must agree: whether it is taken or refused as immutable, whether pods are replaced
or stay, how many there are in the end, and whether an object that leaves takes others with it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from journey.artifact import Unit
from journey.changes.diff import compare
from journey.changes.diff.causes import Field
from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.report import FAMILIES
from journey.changes.impact.verdict import Effect, Found
from journey.lab import nodes
from journey.lab.control_plane import ControlPlane, control_plane, nearest
from journey.live.kubernetes import KubernetesError, Server
from tests.e2e.accepted import established
from tests.e2e.ending import ended
from tests.e2e.impact_changes import CLAIM, THING, Change, Tree, of_clusters, others, plain, shared, workloads
from tests.e2e.table import Row, Table

PROOF = "impact"
MANAGER = "journey-lab"
WAIT = 60.0
"""Seconds within which controllers must have come to rest."""

UNIT = Unit("kubernetes", "prod", "east", "web")


class _Alone:
    """Stands for both revisions: nothing is beside the object that changes."""

    def of_kind(self, unit: Unit, kind: str) -> list[Any]:
        return []


def said(change: Change) -> list[Found]:
    """What `impact` says."""
    path = "environments/prod/east/kubernetes/web/object.yaml"
    what = compare.thing(path, change.after)
    fields = tuple(Field(path, what, UNIT, found) for found in compare.differences(change.before, change.after))
    if not fields:
        return []
    alone: Any = _Alone()
    pair = Pair(path, what, UNIT, change.before, change.after, fields)
    return [found for family in FAMILIES for found in family.judge(pair, Sides(alone, alone))]


def pods(server: Server, name: str) -> dict[str, bool]:
    """The pods of a workload by their ids, and whether each is ready."""
    return {
        item["metadata"]["uid"]: any(
            one["type"] == "Ready" and one["status"] == "True" for one in item.get("status", {}).get("conditions", [])
        )
        for item in server.items("v1", "Pod")
        if item["metadata"].get("labels", {}).get("app") == name and "deletionTimestamp" not in item["metadata"]
    }


def until(true: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.2)
    return False


def rested(server: Server, item: Tree) -> bool:
    """Whether the controllers have done what an object's newest generation asks for."""
    found = server.get(item)
    if found is None:
        return False
    status, metadata = found.get("status", {}), found["metadata"]
    if status.get("observedGeneration") != metadata["generation"]:
        return False
    name = metadata["name"]
    if item["kind"] == "DaemonSet":
        want = status.get("desiredNumberScheduled", 0)
        return bool(want > 0 and status.get("numberReady", 0) == want == status.get("updatedNumberScheduled", 0))
    want = found["spec"].get("replicas", 1)
    held = found["spec"].get("updateStrategy", {}).get("type") == "OnDelete"
    updated = held or status.get("updatedReplicas", 0) == want
    now = pods(server, name)
    return bool(updated and len(now) == want and all(now.values()) and status.get("readyReplicas", 0) == want)


def tried(row: Row, server: Server, change: Change) -> None:
    """Hold what is said against what the server and its controllers do."""
    found = said(change)
    effects = {item.rule.effect for item in found}
    runs = change.before["kind"] in ("Deployment", "StatefulSet", "DaemonSet")
    server.apply(change.before, MANAGER)
    before: dict[str, bool] = {}
    if runs:
        if not until(lambda: rested(server, change.before)):
            row.expect(False, f"{change.name}: its pods were not ready in {WAIT:.0f}s")
            return
        before = pods(server, change.before["metadata"]["name"])
    if change.before["kind"] == "CustomResourceDefinition":  # before that it may still be changed
        until(lambda: established(server.get(change.before)))
    refused = ""
    try:
        server.apply(change.after, MANAGER)
    except KubernetesError as error:
        refused = str(error)
    row.expect(
        bool(refused) == (Effect.RECREATE in effects),
        f"{change.name}: {sorted(effects)} said, and the server {refused or 'took it'}",
    )
    if runs and not refused:
        row.expect(until(lambda: rested(server, change.after)), f"{change.name}: did not come to rest")
        after = pods(server, change.before["metadata"]["name"])
        replaced = bool(before) and not (before.keys() & after.keys()) and bool(after)
        row.expect(
            replaced == (Effect.RESTART in effects),
            f"{change.name}: {sorted(effects)} said, and pods {'were replaced' if replaced else 'stayed'}",
        )
        scaled = len(after) != len(before)
        row.expect(
            scaled == (Effect.SCALE in effects),
            f"{change.name}: {sorted(effects)} said, and {len(before)} pods became {len(after)}",
        )
    if change.before["kind"] != "Namespace":
        server.delete(change.before)
        row.expect(until(lambda: server.get(change.before) is None), f"{change.name}: was not deleted")
        until(lambda: not pods(server, change.before["metadata"]["name"]))


def cascades(row: Row, server: Server) -> None:
    """A namespace takes the claims in it; a StatefulSet's claims go with it only where it says so; a definition takes
    what it defines."""
    space = shared("v1", "Namespace", "gone", "{}")
    claim = {**plain("v1", "PersistentVolumeClaim", "data", CLAIM)}
    claim["metadata"] = {"name": "data", "namespace": "gone"}
    for item in (space, claim):
        server.apply(item, MANAGER)
    server.delete(space)
    row.expect(until(lambda: server.get(claim) is None), "a namespace left its claim behind")
    server.apply(THING, MANAGER)
    thing = plain("proof.example.com/v1", "Thing", "thing", "{}")
    row.expect(until(lambda: _applied(server, thing)), "a definition was not served")
    server.delete(THING)
    row.expect(until(lambda: server.get(THING) is None), "a definition was not deleted")
    server.apply(THING, MANAGER)
    row.expect(until(lambda: server.resource("proof.example.com/v1", "Thing") is not None), "it did not come back")
    row.expect(until(lambda: _gone(server, thing)), "a definition left its objects behind")


def _gone(server: Server, item: Tree) -> bool:
    """Whether the server serves the kind, and has no such object."""
    try:
        return not server.items(item["apiVersion"], item["kind"])
    except KubernetesError:  # it is not served again yet
        return False


def _applied(server: Server, item: Tree) -> bool:
    try:
        server.apply(item, MANAGER)
    except KubernetesError:
        return False
    return True


def prove(table: Table, plane: ControlPlane) -> None:
    """Every change of the corpus on one server."""
    server = plane.server
    server.apply(shared("v1", "Namespace", "proof", "{}"), MANAGER)
    for subject, part in (
        ("workloads", workloads),
        ("objects of a namespace", others),
        ("objects of a cluster", of_clusters),
    ):
        corpus = list(part())
        with table.row(PROOF, f"{len(corpus)} changes of {subject} on {plane.version}") as row:
            for change in corpus:
                tried(row, server, change)
    with table.row(PROOF, f"what leaves and takes others with it, on {plane.version}") as row:
        cascades(row, server)


def main() -> int:
    """Print a table; exit 1 where something else happens than is said, 2 where the lab cannot run."""
    return ended(_prove)


def _prove(table: Table) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="journey-lab-") as folder,
        control_plane(Path(folder), nearest("1.34")) as plane,
    ):
        plane.start_controllers()
        nodes.add(plane, 3)
        prove(table, plane)


if __name__ == "__main__":
    sys.exit(main())
