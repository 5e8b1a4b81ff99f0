"""Proofs of a later environment: what is promoted to it arrives on all its clusters, and a rollback takes it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from journey import names
from journey.lab.programs import LabError
from journey.lab.source import Source
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from tests.e2e import first_sync, spec_changes
from tests.e2e.changes_synced import SERVICE
from tests.e2e.delivered import Delivered, delivered, state, wait
from tests.e2e.first_sync import FIRST_SYNC, PROOF, ailing, nudged
from tests.e2e.table import Row, Table

RELEASES = ("3.0.0", "3.1.0")
"""What is promoted, one after the other: the second is what the rollback goes back from."""


class Later:
    """An environment that is promoted to, with its clusters."""

    def __init__(self, source: Source, environment: str, clusters: list[Delivered]) -> None:
        self.source = source
        self.fork = source.fork
        self.environment = environment
        self.clusters = clusters
        self.namespace = names.namespace(SERVICE, environment, shared_cluster=False)

    def act(self, *words: str) -> str:
        """Run a command that acts on environments, and have its commit synced; gives the commit. Raises LabError."""
        before = self.fork.git.run("rev-parse", "HEAD")
        code, said = self.fork.journey(*words)
        if code:
            raise LabError(f"journey {' '.join(words)}: exit code {code}\n{said}")
        after = self.fork.git.run("rev-parse", "HEAD")
        spec_changes.announce(self.fork, before, after, *self.clusters)
        return after

    def well(self, row: Row, patience: float) -> None:
        """Wait until all Applications of all clusters are well; a person approves where the spec asks for one."""
        for cluster in self.clusters:
            wanted = first_sync.rendered_applications(cluster)
            row.count += len(wanted)
            wait(
                row, f"{cluster.name}: not all Applications are well", partial(self.arrived, cluster, wanted), patience
            )
            row.count -= 1
            for name, found in ailing(cluster).items():
                row.expect(False, f"{name}: {found.sync}, {found.health}, {found.phase}: {found.message}")

    def arrived(self, cluster: Delivered, wanted: set[str]) -> bool:
        """Whether a cluster has all of it; approves what waits for it."""
        for other in self.clusters:
            for name in self.waiting(other):
                other.sync(name, self.fork.branch)
        return wanted <= set(cluster.applications()) and not nudged(cluster)

    def waiting(self, cluster: Delivered) -> Iterator[str]:
        """The Applications that a person must sync."""
        for name, item in cluster.applications().items():
            manual = "automated" not in (item["spec"].get("syncPolicy") or {})
            if (
                manual
                and state(item).sync == "OutOfSync"
                and state(item).phase != "Running"
                and "operation" not in item
            ):
                yield name

    def promoted(self, row: Row, version: str) -> None:
        """Build, promote by the command, and watch the pods' images."""
        digest = spec_changes.build(self.fork, SERVICE, version)
        spec_changes.publish(self.fork, f"Release {SERVICE} {version}", *self.clusters)
        before = self.previous()
        if before:
            self.promote_to(before)
        self.act("promote", SERVICE, "--to", self.environment, "--yes")
        self.watched(row, digest)

    def previous(self) -> str:
        """The environment before, where something is promoted to that as well."""
        found = resolve.environment(self.source.view, self.environment).promotes_from or ""
        return found if found and resolve.environment(self.source.view, found).promotes_from else ""

    def promote_to(self, environment: str) -> None:
        """Take the service to the environment before, which has no cluster now."""
        self.act("promote", SERVICE, "--to", environment, "--yes")

    def watched(self, row: Row, digest: str) -> None:
        """Wait until each cluster's pods run an image, and no other."""
        for cluster in self.clusters:
            wait(row, f"{cluster.name}: its pods run {self.images(cluster)}", partial(self.runs, cluster, digest))
            wait(row, f"{cluster.name}: not all is well", partial(self.quiet, cluster))

    def quiet(self, cluster: Delivered) -> bool:
        """Whether all Applications are well."""
        return not nudged(cluster)

    def runs(self, cluster: Delivered, digest: str) -> bool:
        """Whether a cluster's pods of the service all run an image; approves what waits for it."""
        for name in self.waiting(cluster):
            cluster.sync(name, self.fork.branch)
        found = self.images(cluster)
        return bool(found) and all(digest in image for image in found)

    def images(self, cluster: Delivered) -> set[str]:
        """The images that a cluster's pods of the service run."""
        return {
            container["image"]
            for pod in cluster.server.items("v1", "Pod", self.namespace)
            if (pod["metadata"].get("ownerReferences") or [{}])[0].get("kind") != "Job"
            for container in pod["spec"]["containers"]
        }


def prove(table: Table, folder: Path, source: Source, environment: str, ports: Mapping[str, int]) -> None:
    """All of it for one environment; its clusters run beside each other."""
    opened(source, environment)
    with ExitStack() as stack:
        clusters = resolve.environment(source.view, environment).clusters
        found = [stack.enter_context(delivered(folder, source, name, ports[name])) for name in clusters]
        later = Later(source, environment, found)
        where = f"{environment}: {', '.join(clusters)}"
        with table.row(PROOF, f"{where}: all Applications well") as row:
            later.well(row, FIRST_SYNC)
        for cluster in found:
            first_sync.standins(table, cluster)
        with table.row(PROOF, f"{where}: promoted, to the pods' image") as row:
            for version in RELEASES:
                later.promoted(row, version)
        with table.row(PROOF, f"{where}: rolled back, to the pods' image") as row:
            later.act("rollback", SERVICE, "--env", environment, "--reason", "The proof goes back.", "--yes")
            later.watched(row, spec_changes.digest(SERVICE, RELEASES[0]))
        later.act("unhold", SERVICE, "--env", environment, "--yes")


def opened(source: Source, environment: str) -> None:
    """Take the environment's windows out: the proof must not depend on the day, and windows have one of their own."""
    if resolve.environment(source.view, environment).sync_windows:
        spec_changes.drop(source.fork, ROOT_FILE, ("environments", environment, "syncWindows"))
        spec_changes.publish(source.fork, f"No windows in {environment}")
