"""`journey drift` on a real API server with its controllers: `python -m tests.e2e.drift`.

The Express example is applied as Argo CD applies it: a clean cluster shows no drift, also while an autoscaler and the
other controllers write to it. Then each edit of EDITS is made as a person makes it, by a field manager of their own:
it must be found, on its object and field, with who made it and a line of the spec, and nothing else must. The other
platforms of the repository are applied for the first question alone. Beside it public applications are adopted.
"""

from __future__ import annotations

import copy
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from journey import pipeline
from journey.changes.drift.adopt import adopted
from journey.changes.drift.found import MANAGER
from journey.changes.drift.objects import Found, of_cluster
from journey.changes.drift.report import Report, drift
from journey.explain.find import pointer_text
from journey.lab import nodes
from journey.lab.control_plane import ControlPlane, control_plane, nearest
from journey.live.cluster import Reading
from journey.live.kubernetes import KubernetesError, Server
from journey.live.kubernetes import Object as Item
from journey.pipeline.session import Session
from journey.spec import resolve
from tests.e2e.accepted import definitions, install
from tests.e2e.adopting import prove as adopting_what_runs
from tests.e2e.ending import ended
from tests.e2e.table import Row, Table

PROOF = "drift"
PERSON = "kubectl-edit"
ROOT = Path(__file__).resolve().parents[2]
EXPRESS = ROOT / "examples" / "node-express"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
CONTAINER = "/spec/template/spec/containers/0"


class Edit(NamedTuple):
    """An edit of a live object: JSON patch (RFC 6902) operations, and where it must be found."""

    kind: str
    name: str
    operations: tuple[Mapping[str, Any], ...]
    drift: str
    pointer: str


def put(kind: str, path: str, value: Any, name: str = "express", drift: str = "changed") -> Edit:
    """Another value of a field that the tree says."""
    return Edit(kind, name, ({"op": "replace", "path": path, "value": value},), drift, path)


def add(kind: str, path: str, value: Any, pointer: str = "", name: str = "express") -> Edit:
    """A field that the tree does not say."""
    return Edit(kind, name, ({"op": "add", "path": path, "value": value},), "added", pointer or path)


def take(kind: str, path: str, name: str = "express", pointer: str = "") -> Edit:
    """A field that the tree says, taken away."""
    return Edit(kind, name, ({"op": "remove", "path": path},), "removed", pointer or path)


EDITS = (
    put("Deployment", f"{CONTAINER}/image", "ghcr.io/example/node-express/express:0.9.0"),
    put("Deployment", f"{CONTAINER}/resources/limits/memory", "512Mi"),
    put("Deployment", f"{CONTAINER}/resources/requests/cpu", "10m"),
    add("Deployment", f"{CONTAINER}/resources/limits/cpu", "1"),
    add("Deployment", f"{CONTAINER}/env/-", {"name": "DEBUG", "value": "1"}, f"{CONTAINER}/env/3"),
    take("Deployment", f"{CONTAINER}/env/1"),
    put("Deployment", f"{CONTAINER}/env/1/value", "other"),
    take("Deployment", f"{CONTAINER}/livenessProbe"),
    put("Deployment", f"{CONTAINER}/readinessProbe/periodSeconds", 30),
    put("Deployment", f"{CONTAINER}/securityContext/readOnlyRootFilesystem", False),
    add("Deployment", f"{CONTAINER}/args", ["--debug"]),
    take("Deployment", f"{CONTAINER}/envFrom"),
    put("Deployment", "/spec/template/spec/terminationGracePeriodSeconds", 15),
    add("Deployment", "/spec/template/spec/nodeSelector", {"disk": "ssd"}),
    add("Deployment", "/spec/template/metadata/annotations", {"kubectl.kubernetes.io/restartedAt": "now"}),
    add("Deployment", "/spec/template/spec/containers/-", {"name": "spy", "image": "example.com/spy:1",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}},
        "/spec/template/spec/containers/1"),
    add("Deployment", "/metadata/labels/team", "mine"),
    put("Deployment", "/spec/template/spec/priorityClassName", "high"),
    put("ConfigMap", "/data/GREETING", "Hey", "express-9704e88508"),
    add("ConfigMap", "/data/EXTRA", "x", name="express-9704e88508"),
    put("Service", "/spec/ports/0/port", 8081, drift="refused"),
    put("Service", "/spec/type", "NodePort"),
    add("Service", "/spec/selector/version", "old"),
    take("Service", "/metadata/labels/request-journey.dev~1team"),
    put("HorizontalPodAutoscaler", "/spec/maxReplicas", 50),
    put("HorizontalPodAutoscaler", "/spec/minReplicas", 1),
    put("PodDisruptionBudget", "/spec/maxUnavailable", "100%"),
    add("NetworkPolicy", "/spec/egress/-", {}, "/spec/egress"),
    put("NetworkPolicy", "/spec/ingress/0/ports/0/port", 9090, drift="added"),
    put("ServiceAccount", "/automountServiceAccountToken", True),
    put("ResourceQuota", "/spec/hard/pods", "100"),
    put("HTTPRoute", "/spec/rules/0/timeouts/request", "60s", "express-greetings"),
    put("Namespace", "/metadata/labels/pod-security.kubernetes.io~1enforce", "privileged"),
    put("ServiceMonitor", "/spec/endpoints/0/interval", "5s"),
)  # fmt: skip


def settled(look: Callable[[], Report], seconds: float = 30) -> Report:
    """What is found once nothing is, or what is left when the time is over: controllers take a moment."""
    deadline = time.monotonic() + seconds
    found = look()
    while found.found and time.monotonic() < deadline:
        time.sleep(0.5)
        found = look()
    return found


def applied(server: Server, items: list[Found]) -> None:
    """Apply as Argo CD does."""
    for item in items:
        server.apply(item.object, MANAGER)


def edited(row: Row, server: Server, items: list[Found], look: Callable[[], Report], edit: Edit) -> None:
    """Make an edit, look, and put back what was there."""
    item = next(one.object for one in items if (one.object["kind"], one.object["metadata"]["name"]) == edit[:2])
    before = server.get(item)
    what = f"{edit.kind} {edit.operations[0]['op']} {edit.operations[0]['path']}"
    path = f"{server.path(item)}?fieldManager={PERSON}"
    server.request("PATCH", path, list(edit.operations), JSON_PATCH)
    found = look().found
    hits = [one for one in found if one.drift.object["kind"] == edit.kind and _hit(pointer_text(one.drift.path), edit)]
    others = [one for one in found if one.drift.object["kind"] != edit.kind]
    row.expect(any(one.drift.kind == edit.drift for one in hits), f"{what}: not found, but {_said(found)}")
    row.expect(not others, f"{what}: also found {_said(others)}")
    for one in hits:
        who = one.drift.owner.manager if one.drift.owner else "nobody"
        # the server keeps no record of who took a field away
        row.expect(who == PERSON or one.drift.kind == "removed", f"{what}: made by {who}")
        row.expect(bool(one.place.line), f"{what}: on no line of the spec")
    restored(server, item, before)


def _hit(pointer: str, edit: Edit) -> bool:
    return pointer.startswith(edit.pointer) or edit.pointer.startswith(pointer)


def _said(found: Any) -> list[str]:
    return [f"{one.drift.kind} {one.drift.object['kind']} {pointer_text(one.drift.path)}" for one in found]


def restored(server: Server, item: Item, before: Mapping[str, Any]) -> None:
    """Replace a live object by what it was, as its first manager."""
    wanted = copy.deepcopy(dict(before))
    wanted["metadata"]["resourceVersion"] = server.get(item)["metadata"]["resourceVersion"]
    server.request("PUT", f"{server.path(item)}?fieldManager={MANAGER}", wanted)


def objects(row: Row, server: Server, items: list[Found], look: Callable[[], Report]) -> None:
    """An object that was deleted, one that was made by hand, and one whose edit a sync cannot take back."""
    budget = next(one.object for one in items if one.object["kind"] == "PodDisruptionBudget")
    server.delete(budget)
    row.expect([one.drift.kind for one in look().found] == ["missing"], "a deleted object is not missing")
    server.apply(budget, MANAGER)
    mine = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine", "namespace": "express"}, "data": {}}
    server.apply(mine, PERSON)
    found = look().found
    row.expect([one.drift.kind for one in found] == ["stray"], f"an object made by hand: {_said(found)}")
    server.delete(mine)
    row.expect(not settled(look).found, "something is left")


def adopting(
    row: Row, root: Path, session: Session, server: Server, items: list[Found], look: Callable[[], Report]
) -> None:
    """A live value is taken into the spec, which then renders it."""
    scaler = next(one.object for one in items if one.object["kind"] == "HorizontalPodAutoscaler")
    change = [{"op": "replace", "path": "/spec/maxReplicas", "value": 9}]
    server.request("PATCH", f"{server.path(scaler)}?fieldManager={PERSON}", change, JSON_PATCH)
    made = [adopted(str(root), session, item, {}) for item in look().found]
    row.expect(len(made) == 1 and not isinstance(made[0], str), f"not adopted: {made}")
    server.apply(scaler, MANAGER)


def clean(table: Table, plane: ControlPlane, root: Path, cluster: str) -> tuple[Session, list[Found]]:
    """Apply a cluster's tree and look: nothing may be found."""
    session, problems = pipeline.open_rendered(str(root))
    assert not pipeline.has_error(problems), f"{root} is not in order"
    items = of_cluster(root, cluster)
    with table.row(PROOF, f"{root.name}: {cluster}, clean") as row:
        applied(plane.server, items)
        found = settled(lambda: drift(str(root), session, cluster, Reading(plane.server)))
        row.count = found.objects
        row.expect(not found.found, f"found on a clean cluster: {_said(found.found)}")
    return session, items


def prove(table: Table, plane: ControlPlane) -> None:
    """The Express example."""
    server = plane.server
    session, items = clean(table, plane, EXPRESS, "local")

    def look() -> Report:
        return drift(str(EXPRESS), session, "local", Reading(server))

    with table.row(PROOF, f"{len(EDITS)} kinds of edits") as row:
        for edit in EDITS:
            try:
                edited(row, server, items, look, edit)
            except KubernetesError as error:
                row.expect(False, f"{edit.kind} {edit.pointer}: {error}")
    with table.row(PROOF, "objects that went and came") as row:
        objects(row, server, items, look)
    with table.row(PROOF, "a live value into the spec") as row:
        adopting(row, EXPRESS, session, server, items, look)


def main() -> int:
    """Print a table; exit 1 where something is wrong, 2 where the lab cannot run."""
    return ended(_prove)


def _prove(table: Table) -> None:
    for root, cluster in ((EXPRESS, "local"), (ROOT, "local"), (ROOT / "examples" / "online-boutique", "demo")):
        version = resolve.cluster(pipeline.open_spec(str(root))[0].view, cluster).kubernetes
        with (
            tempfile.TemporaryDirectory(prefix="journey-lab-") as folder,
            control_plane(Path(folder), nearest(version)) as plane,
        ):
            plane.start_controllers()
            nodes.add(plane, 4)
            install(plane.server, definitions())
            if root == EXPRESS:
                prove(table, plane)
                adopting_what_runs(table, plane)
            else:
                clean(table, plane, root, cluster)


if __name__ == "__main__":
    sys.exit(main())
