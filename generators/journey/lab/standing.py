"""A lab that goes on running after the command that started it, and how the next command finds it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import msgspec

from journey.lab import nodes
from journey.lab.control_plane import ControlPlane
from journey.lab.delivery import deliver
from journey.lab.processes import signal_group
from journey.lab.programs import LabError
from journey.lab.source import Source

FOLDER = Path(".journey", "lab")
FILE = "lab.json"


class Standing(msgspec.Struct, frozen=True):
    """What runs: `processes` are process ids by name, each with the program's path.

    With an Argo CD, `argocd` is the address of its server, and `clone` the clone of the platform that it syncs.
    """

    version: str
    kubeconfig: str
    logs: str
    processes: dict[str, tuple[int, str]]
    argocd: str = ""
    clone: str = ""

    def alive(self) -> dict[str, bool]:
        """Whether each process still is that program."""
        return {name: _is(pid, program) for name, (pid, program) in self.processes.items()}


def folder_of(root: str) -> Path:
    """Where a platform's lab keeps its keys, data and logs."""
    return Path(root) / FOLDER


def read(root: str) -> Standing | None:
    """The lab of a platform; None where there is none."""
    try:
        return msgspec.json.decode((folder_of(root) / FILE).read_bytes(), type=Standing)
    except (OSError, msgspec.MsgspecError):
        return None


def up(root: str, version: str, count: int, cluster: str = "") -> Standing:
    """Start a control plane with `count` nodes, and leave it. Raises LabError, and leaves nothing then.

    With the name of one of the platform's clusters it is that cluster: its Argo CD syncs a clone of the platform to it.
    """
    found = read(root)
    if found is not None and any(found.alive().values()):
        raise LabError("a lab is up already; end it first: journey lab down")
    folder = folder_of(root).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    plane = ControlPlane(folder, version)
    done = False
    try:
        plane.start()
        argocd, clone = _deliver(root, plane, cluster, count) if cluster else _bare(plane, count)
        running = {name: (pid, _program(pid)) for name, pid in plane.processes.pids().items()}
        logs, kubeconfig = str(plane.processes.folder), str(plane.kubeconfig("admin"))
        standing = Standing(version, kubeconfig, logs, running, argocd, clone)
        (folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(standing)))
        done = True
        return standing
    finally:
        plane.server.close()
        if not done:
            plane.stop()


def _bare(plane: ControlPlane, count: int) -> tuple[str, str]:
    plane.start_controllers()
    if count:
        nodes.add(plane, count)
    return "", ""


def _deliver(root: str, plane: ControlPlane, cluster: str, count: int) -> tuple[str, str]:
    source = Source(Path(root).resolve(), plane.folder / "source", plane.processes, {cluster: plane.address})
    source.start()
    argocd = deliver(plane, source, cluster, count)
    return argocd.server_address, str(source.fork.folder)


def down(root: str) -> bool:
    """End the lab and remove what it kept; False where there was none."""
    found = read(root)
    if found is not None:
        alive = [pid for name, (pid, _) in reversed(found.processes.items()) if found.alive()[name]]
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in alive:
                signal_group(pid, number)
            deadline = time.monotonic() + 10
            while any(found.alive().values()) and time.monotonic() < deadline:
                time.sleep(0.05)
    shutil.rmtree(folder_of(root), ignore_errors=True)
    return found is not None


def _program(pid: int) -> str:
    """The program of a process; empty where it has ended (proc(5))."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        return "" if state == "Z" else os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def _is(pid: int, program: str) -> bool:
    """A number may be another process's by now."""
    return bool(program) and _program(pid) == program
