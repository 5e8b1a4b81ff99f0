"""Helm installs, upgrades and rolls back the rendered charts on a real API server: `python -m tests.e2e.charts`.

Helm's own library does what `helm install --wait` does; nodes are played, so pods become ready and nothing runs in
them, and `helm test` is not among the rows. Of each platform every service of a cluster is installed from its chart
with the values of its place: the server then has what the plain manifests say, field for field. The Express example is
then changed in its spec, rendered, upgraded to, and rolled back from.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import yaml

from journey import names, pipeline
from journey.facts import delivery
from journey.facts.traffic import namespace
from journey.lab import nodes
from journey.lab.control_plane import ControlPlane, control_plane, nearest
from journey.live.kubernetes import Server
from journey.pipeline.session import Session
from journey.spec import resolve
from tests.e2e.accepted import definitions, install
from tests.e2e.ending import ended
from tests.e2e.objects import Found, differences, of_cluster
from tests.e2e.table import Row, Table
from tests.targets.helm import engine

PROOF = "helm"
ROOT = Path(__file__).resolve().parents[2]
EXPRESS = ROOT / "examples" / "node-express"
MANAGER = "journey-lab"
HELM = "Helm"
"""What Helm writes over `app.kubernetes.io/managed-by` of each object that it applies (helm.sh/docs, "Labels and
Annotations"); `helm template`, and so Argo CD, leaves the label as the chart has it."""
WAIT = 120
"""Seconds until pods that are played must be ready."""

Values = dict[str, Any]


class Release:
    """A service in a place: its chart, and Helm as it is called from there."""

    def __init__(self, plane: ControlPlane, root: Path, place: tuple[str, str, str], space: str) -> None:
        environment, cluster, self.service = place
        self.root, self.server, self.space = root, plane.server, space
        self.chart = root / delivery.chart_folder(self.service)
        self.file = root / delivery.chart_values(environment, cluster, self.service)
        self.folder = root / delivery.folder(environment, cluster, self.service)
        # the release is noted elsewhere: its own namespace is one of the objects that it brings
        self.helm = helm_python.Config(kubeconfig_path=plane.kubeconfig("helm"), namespace="default")

    def values(self, **over: Any) -> Values:
        """The rendered values, some of them replaced."""
        return {**engine.values(self.file), **over}

    def plain(self) -> list[Found]:
        """The plain manifests."""
        return [Found(file.name, yaml.safe_load(file.read_bytes())) for file in sorted(self.folder.glob("*.yaml"))]

    def same(self, row: Row, wanted: list[Found]) -> None:
        """The server has what the plain manifests say, but for the label by which Helm knows what is its own."""
        for item in wanted:
            found = self.server.get(item.object)
            metadata = item.object["metadata"]
            owned = {**metadata, "labels": {**metadata["labels"], names.MANAGED_BY: HELM}}
            wrong = ["is not there"] if found is None else list(differences({**item.object, "metadata": owned}, found))
            row.expect(not wrong, f"{self.service}: {item.path}: {'; '.join(wrong)}")

    def history(self) -> list[tuple[int, str]]:
        """(revision, status) of each."""
        return [(item["revision"], item["status"]) for item in self.helm.history(self.service)]


def releases(plane: ControlPlane, root: Path, session: Session, cluster: str) -> Iterator[Release]:
    """What a cluster is given."""
    for environment, carrier in resolve.places(session.view):
        for service in resolve.services_at(session.view, environment, carrier) if carrier == cluster else ():
            space = namespace(session.view, service, environment, cluster)
            yield Release(plane, root, (environment, cluster, service), space)


def foundations(server: Server, root: Path, cluster: str) -> None:
    """What services stand on and no chart brings: the definitions of custom resources, and shared objects."""
    install(server, definitions())
    for item in of_cluster(root, cluster):
        if item.path.startswith(f"{delivery.cluster_folder(cluster)}/"):
            server.apply(item.object, MANAGER)


def installed(table: Table, root: Path, cluster: str, wanted: list[Release]) -> None:
    """Install every chart, and wait for its pods."""
    with table.row(PROOF, f"{root.name}: {cluster}, {len(wanted)} charts installed") as row:
        for release in wanted:
            try:
                release.helm.install(release.chart, release.service, release.values(), wait="watcher", timeout=WAIT)
            except helm_python.HelmError as error:
                row.expect(False, f"{release.service}: {error}")
                continue
            release.same(row, release.plain())


def changed(table: Table, release: Release) -> None:
    """A change of the spec is upgraded to; what Helm refuses changes nothing; the way back; the end."""
    before, old = release.plain(), release.values()
    with table.row(PROOF, "an unknown value and a wrong type, refused") as row:
        for wrong in ({"replica": 2}, {"replicas": "2"}):
            try:
                release.helm.upgrade(release.chart, release.service, release.values(**wrong))
                row.expect(False, f"{wrong} was taken")
            except helm_python.HelmError as error:
                row.expect("replica" in str(error), f"{wrong}: {error}")
        row.expect(release.history() == [(1, "deployed")], f"history: {release.history()}")
        release.same(row, before)
    with table.row(PROOF, "the spec changed, upgraded") as row:
        edit(release)
        after = release.plain()
        row.expect(release.values()["deploymentId"] != old["deploymentId"], "the deployment id stayed")
        release.helm.upgrade(release.chart, release.service, release.values(), wait="watcher", timeout=WAIT)
        row.expect(release.history() == [(1, "superseded"), (2, "deployed")], f"history: {release.history()}")
        release.same(row, after)
        gone(row, release, before, after)
    with table.row(PROOF, "rolled back") as row:
        release.helm.rollback(release.service, version=1, wait="watcher", timeout=WAIT)
        row.expect(release.history()[-1] == (3, "deployed"), f"history: {release.history()}")
        row.expect(release.helm.get_values(release.service) == old, "the values are not those of the first revision")
        release.same(row, before)
        gone(row, release, after, before)


EDITS = (('version: "1.0.0"', 'version: "1.0.1"'), ("GREETING: Hello", "GREETING: Welcome"))
"""Another release and another configuration of the Express example."""


def edit(release: Release) -> None:
    """Change the service's spec, and render."""
    file = release.root / "apps" / release.service / "service.yaml"
    text = file.read_text(encoding="utf-8")
    for old, new in EDITS:
        assert text.count(old) == 1, f"{file} says {old!r} no more"
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "journey", "--root", str(release.root), "render"], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip


def gone(row: Row, release: Release, before: list[Found], after: list[Found]) -> None:
    """What the other state does not have is gone, such as the ConfigMap whose name follows from its content."""

    def key(item: Found) -> tuple[str, str]:
        return item.object["kind"], item.object["metadata"]["name"]

    left = {key(item) for item in after}
    for item in before:
        if key(item) not in left:
            row.expect(release.server.get(item.object) is None, f"{' '.join(key(item))} is still there")


def uninstalled(table: Table, wanted: list[Release]) -> None:
    """Uninstall every release: its namespace is left to its controllers, all else is gone."""
    with table.row(PROOF, f"{len(wanted)} charts uninstalled") as row:
        for release in wanted:
            release.helm.uninstall(release.service)
            for item in release.plain():
                found = release.server.get(item.object)
                ends = found is None or "deletionTimestamp" in found["metadata"]
                row.expect(ends, f"{release.service}: {item.path} is still there")


def prove(table: Table, root: Path, cluster: str) -> None:
    """One cluster of a platform, on a control plane of its own."""
    session, problems = pipeline.open_rendered(str(root))
    assert not pipeline.has_error(problems), f"{root} is not in order"
    version = resolve.cluster(session.view, cluster).kubernetes
    with (
        tempfile.TemporaryDirectory(prefix="journey-lab-") as folder,
        control_plane(Path(folder), nearest(version)) as plane,
    ):
        plane.start_controllers()
        nodes.add(plane, 4)
        foundations(plane.server, root, cluster)
        wanted = list(releases(plane, root, session, cluster))
        installed(table, root, cluster, wanted)
        if root.name == EXPRESS.name:
            changed(table, wanted[0])
        uninstalled(table, wanted)


def main() -> int:
    """Print a table; exit 1 where something is wrong, 2 where the lab cannot run."""
    return ended(_prove)


def _prove(table: Table) -> None:
    with tempfile.TemporaryDirectory(prefix="journey-charts-") as scratch:
        express = Path(shutil.copytree(EXPRESS, Path(scratch) / EXPRESS.name))
        prove(table, express, "local")
    prove(table, ROOT, "local")
    prove(table, ROOT / "examples" / "online-boutique", "demo")


if __name__ == "__main__":
    sys.exit(main())
