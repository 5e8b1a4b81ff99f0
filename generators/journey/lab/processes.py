"""Programs that run for a lab: each in a process group and with a log of its own, all gone when the lab is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from journey.lab.programs import LabError

PATIENCE = 60.0
"""Seconds in which a program must say that it is ready."""
GRACE = 10.0
"""Seconds that a program has to stop before it is killed."""


class Processes:
    """What runs, in the order in which it was started. Logs stand in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        """Start a program; a process group of its own keeps a terminal's Ctrl-C for the lab to handle."""
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(environment or {})},
                process_group=0,
            )

    def start_module(self, name: str, module: str, *arguments: str) -> None:
        """Start a module of this package as a program of its own."""
        self.start(name, [sys.executable, "-m", module, *arguments])

    def log(self, name: str) -> Path:
        """The file that a program's output goes to."""
        return self.folder / f"{name}.log"

    def pids(self) -> dict[str, int]:
        """The process of each program that runs."""
        return {name: process.pid for name, process in self._running.items()}

    def wait(self, name: str, ready: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait until a program is ready. Raises LabError when it ends before, or takes too long."""
        deadline = time.monotonic() + patience
        while not ready():
            code = self._running[name].poll()
            if code is not None:
                raise LabError(f"{name} ended with {code} before it was ready; its log: {self.log(name)}")
            if time.monotonic() > deadline:
                raise LabError(f"{name} was not ready after {patience:.0f} s; its log: {self.log(name)}")
            time.sleep(0.05)

    def stop(self, name: str) -> None:
        """Stop a program and all that it started: ask first, then kill."""
        process = self._running.pop(name, None)
        if process is None:
            return
        signal_group(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def stop_all(self) -> None:
        """Stop everything, the last first."""
        for name in reversed(list(self._running)):
            self.stop(name)


def signal_group(group: int, number: signal.Signals) -> None:
    """Signal all processes of a group; one that has gone is no error."""
    with suppress(ProcessLookupError):
        os.killpg(group, number)
