"""Argo CD brings the rendered platform to a cluster, and keeps it there: `python -m tests.e2e.synced ROOT`.

With `--later` it is asked of the environments that are promoted to, by promotions and a rollback; with `--later=prod`
of that one alone.

A clone of the platform is pulled by real Argo CDs, one a cluster, from a Git server on this machine; the table says
what was looked at. `journey.lab.argocd.ADAPTATIONS` and the rows `stand-in` tell where the lab is not as life.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from journey.lab.argocd import ADAPTATIONS
from journey.lab.processes import Processes
from journey.lab.source import Source, view_of
from journey.live.local import LOOPBACK, free_port
from journey.spec import resolve
from tests.e2e import changes_synced, first_sync, promotions, spec_changes
from tests.e2e.delivered import delivered
from tests.e2e.ending import ended, keep_logs
from tests.e2e.table import Table

LATER = "--later"
Later = str | None
"""Which later environment is asked about; empty means all, None none."""


def prove(table: Table, root: Path, folder: Path, later: Later) -> None:
    """The clusters of each environment that is not promoted to, one after the other; or those of each that is."""
    view = view_of(root)
    ports = {cluster: free_port() for cluster in resolve.clusters(view)}
    processes = Processes(folder / "logs")
    try:
        servers = {cluster: f"https://{LOOPBACK}:{port}" for cluster, port in ports.items()}
        source = Source(root, folder, processes, servers)
        source.start()
        prepare(source)
        for environment in resolve.order(view):
            promoted = not resolve.follows_head(view, environment)
            if promoted:
                if later is not None and later in ("", environment):
                    promotions.prove(table, folder, source, environment, ports)
            elif later is None:
                for cluster in resolve.environment(view, environment).clusters:
                    with delivered(folder, source, cluster, ports[cluster]) as found:
                        first_sync.prove(table, found, environment)
                        changes_synced.prove(table, found, environment)
    finally:
        processes.stop_all()


def prepare(source: Source) -> None:
    """Commit what the proofs look at: a release of each service, and a service with data of its own."""
    fork = source.fork
    spec_changes.add_probe(fork)
    for name in spec_changes.services(fork):
        spec_changes.build(fork, name, "1.0.0")
    spec_changes.publish(fork, "Releases, and a service that keeps data")


def main(roots: list[str]) -> int:
    """Print a table; exit 1 where something is not as it should be, 2 where the lab cannot run."""
    for line in ADAPTATIONS:
        print(f"lab: {line}")
    folder = Path(tempfile.mkdtemp(prefix="journey-lab-"))
    try:
        return ended(lambda table: _prove(table, roots, folder))
    finally:
        print(f"logs: {keep_logs(folder, first_sync.PROOF)}", flush=True)


def _prove(table: Table, words: list[str], folder: Path) -> None:
    later = next((word.partition("=")[2] for word in words if word.startswith(LATER)), None)
    for root in (Path(word).resolve() for word in words if not word.startswith(LATER)):
        prove(table, root, folder, later)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
