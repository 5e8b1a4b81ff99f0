"""Whole processes as the operating system accounts for them, each started by `launch.py`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

LAUNCH = Path(__file__).with_name("launch.py")
LIMIT_S = 600
SAMPLE_S = 0.02


class Failed(Exception):
    """A command that did not end with exit code 0, and the end of what it said."""


class Usage(NamedTuple):
    """What one run cost: seconds and bytes, as `launch.py` names them. `pss_bytes` is 0 where it was not sampled."""

    wall_s: float
    cpu_s: float
    rss_bytes: int
    pss_bytes: int


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path, sample: bool = False) -> Usage:
    """Run a command in a folder to its end. Raises Failed for any exit code but 0, and after ten minutes."""
    launcher = [sys.executable, "-I", "-S", str(LAUNCH), str(SAMPLE_S if sample else 0), str(log), *command]
    with subprocess.Popen(
        launcher, cwd=folder, env=dict(environment), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            told, _ = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise Failed(f"stopped after {LIMIT_S} s: {' '.join(command)}") from None
    if process.returncode:
        raise Failed(f"could not be started: {' '.join(command)}")
    figures = json.loads(told)
    if figures.pop("code"):
        raise Failed(f"{' '.join(command)}\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
    return Usage(**figures)
