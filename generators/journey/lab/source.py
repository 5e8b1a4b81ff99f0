"""What a lab's Argo CD pulls: the clone of a platform, served over HTTPS beside the stand-ins of its charts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from journey import pipeline
from journey.lab import charts, fork, programs
from journey.lab.authority import Authority
from journey.lab.fork import Fork
from journey.lab.processes import Processes
from journey.lab.programs import LabError
from journey.live.local import LOOPBACK, accepts, free_port
from journey.live.origin import CHARTS
from journey.spec import resolve
from journey.spec.view import View

PROCESS = "origin"


class Source:
    """A clone that is committed, pushed and served. Its processes and files are the lab's."""

    def __init__(self, root: Path, folder: Path, processes: Processes, servers: Mapping[str, str]) -> None:
        """`servers` are the addresses of API servers by cluster. Raises LabError."""
        self.view = view_of(root)
        unknown = [name for name in servers if name not in resolve.clusters(self.view)]
        if unknown:
            known = ", ".join(resolve.clusters(self.view))
            raise LabError(f"the platform has no cluster {unknown[0]}; it has {known}")
        settings = resolve.settings(self.view).repository
        self._port = free_port()
        self._processes = processes
        self._folder = folder
        address = f"https://{LOOPBACK}:{self._port}"
        name = settings.url.rstrip("/").rpartition("/")[2].removesuffix(".git")
        self.fork: Fork = fork.clone(root, folder, name, address, settings.branch)
        self._pair = Authority(folder / "source-keys").server("origin", [LOOPBACK])
        stands = fork.chart_address(address)
        charts.publish(folder / "origin" / CHARTS, stands, fork.wanted_charts(self.fork.folder), programs.definitions())
        self.fork.edit(fork.edits(self.fork, stands, servers))
        self.fork.render()
        self.fork.commit("Addresses of the lab")
        self.fork.push()

    @property
    def trusted(self) -> Path:
        """The certificate of the authority that signed the server's."""
        return self._folder / "source-keys" / "ca.crt"

    def start(self) -> None:
        """Serve it. Raises LabError."""
        words = (str(self._folder / "origin"), str(self._port), str(self._pair.certificate), str(self._pair.key))
        self._processes.start_module(PROCESS, "journey.live.origin", *words)
        self._processes.wait(PROCESS, lambda: accepts(self._port))


def view_of(root: Path) -> View:
    """The spec of a platform. Raises LabError where it is not in order."""
    session, problems = pipeline.open_spec(str(root))
    if pipeline.has_error(problems):
        raise LabError(f"{root} is not in order: run journey check there")
    return session.view
