"""Every rendered object is accepted by a real API server: `python -m tests.e2e.accepted ROOT...`.

Of each cluster of each platform: all objects are applied by server-side apply with strict field validation, on the
nearest Kubernetes that can be built and is not older; no error, no warning, no unknown field. Applied again they change
nothing, and what the server stores differs in nothing that we set. Then the next minor's server is put before the same
data: it serves every stored object, and accepts the tree again without a change.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from journey import pipeline
from journey.lab.control_plane import ControlPlane, control_plane, nearest
from journey.live.kubernetes import KubernetesError, Server
from journey.spec import resolve
from tests.e2e.ending import ended
from tests.e2e.objects import Found, differences, of_cluster
from tests.e2e.table import Row, Table

PROOF = "accepted"
MANAGER = "journey-lab"


@cache
def definitions() -> list[dict[str, object]]:
    """The vendors' definitions of custom resources."""
    told = subprocess.run([sys.executable, "-m", "tools.definitions"], check=True, capture_output=True, text=True)
    files = sorted(Path(told.stdout.strip()).glob("*.yaml"))
    return [yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader) for file in files]


def install(server: Server, wanted: Iterable[dict[str, object]]) -> None:
    """Install definitions, and wait until the server serves what they define."""
    kinds = list(wanted)
    for item in kinds:
        server.apply(item, MANAGER, strict=False)
    deadline = time.monotonic() + 60
    while not all(established(server.get(item)) for item in kinds):
        assert time.monotonic() < deadline, "a definition was not established in a minute"
        time.sleep(0.1)


def established(definition: dict[str, object]) -> bool:
    """Whether the server serves the kind (apiextensions.k8s.io/v1, CustomResourceDefinitionStatus)."""
    status = definition.get("status", {})
    conditions = (status.get("conditions") or []) if isinstance(status, dict) else []
    return any(item["type"] == "Established" and item["status"] == "True" for item in conditions)


def content(item: dict[str, Any]) -> dict[str, Any]:
    """An object without what the server counts and notes of each write."""
    passing = ("resourceVersion", "managedFields")
    return {**item, "metadata": {key: value for key, value in item["metadata"].items() if key not in passing}}


def apply(row: Row, server: Server, found: list[Found]) -> dict[str, dict[str, Any]]:
    """Apply all objects; gives what the server has then."""
    stored: dict[str, dict[str, Any]] = {}
    for item in found:
        try:
            answer = server.apply(item.object, MANAGER)
        except KubernetesError as error:
            row.expect(False, f"{item.path}: {error}")
            continue
        wrong = [*answer.warnings, *differences(item.object, answer.object)]
        row.expect(not wrong, f"{item.path}: {'; '.join(wrong)}")
        stored[identity(item)] = content(answer.object)
    return stored


def identity(item: Found) -> str:
    """What an object is called on a server."""
    metadata = item.object["metadata"]
    return f"{item.object['kind']}/{metadata.get('namespace', '')}/{metadata['name']} of {item.path}"


def again(row: Row, server: Server, found: list[Found], before: dict[str, dict[str, Any]]) -> None:
    """Apply all objects again: nothing may change."""
    for item in found:
        if identity(item) in before:
            try:
                now = content(server.apply(item.object, MANAGER).object)
            except KubernetesError as error:
                row.expect(False, f"{item.path}: {error}")
                continue
            changed = "; ".join(differences(now, before[identity(item)]))
            row.expect(now == before[identity(item)], f"{item.path} was changed by being applied again: {changed}")


def served(row: Row, server: Server, found: list[Found], before: dict[str, dict[str, Any]]) -> None:
    """Every stored object is there, as it was."""
    for item in found:
        if identity(item) in before:
            now = server.get(item.object)
            row.expect(
                now is not None and not list(differences(item.object, now)), f"{item.path} is not served as it was"
            )


def prove(table: Table, plane: ControlPlane, root: Path, cluster: str, version: str) -> None:
    """One cluster of a platform."""
    found = of_cluster(root, cluster)
    subject = f"{root.name}: {cluster} ({version})"
    install(plane.server, definitions())
    with table.row(PROOF, f"{subject} on {plane.version}, applied") as row:
        before = apply(row, plane.server, found)
    with table.row(PROOF, f"{subject} on {plane.version}, again") as row:
        again(row, plane.server, found, before)
    newer = nearest(f"1.{int(plane.version.split('.')[1]) + 1}")
    if newer != plane.version:
        plane.upgrade(newer)
        with table.row(PROOF, f"{subject} on {newer}, served") as row:
            served(row, plane.server, found, before)
        with table.row(PROOF, f"{subject} on {newer}, applied") as row:
            before = apply(row, plane.server, found)
        with table.row(PROOF, f"{subject} on {newer}, again") as row:
            again(row, plane.server, found, before)


def main(roots: list[str]) -> int:
    """Print a table; exit 1 where something is not accepted, 2 where the lab cannot run."""
    return ended(lambda table: _prove(table, roots))


def _prove(table: Table, roots: list[str]) -> None:
    for root in (Path(root).resolve() for root in roots):
        session, problems = pipeline.open_spec(str(root))
        assert not pipeline.has_error(problems), f"{root} is not in order"
        for cluster in resolve.clusters(session.view):
            version = resolve.cluster(session.view, cluster).kubernetes
            with (
                tempfile.TemporaryDirectory(prefix="journey-lab-") as folder,
                control_plane(Path(folder), nearest(version)) as plane,
            ):
                prove(table, plane, root, cluster, version)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
