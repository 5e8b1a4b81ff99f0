"""How a proof on real servers ends, however it ends: nothing runs, and its logs are kept."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from journey.lab.programs import LabError
from tests.e2e.table import Table

LOGS = Path(__file__).resolve().parents[2] / ".cache" / "e2e"


def ended(prove: Callable[[Table], None]) -> int:
    """Have rows proven; gives the exit code: 1 where one is wrong, 2 where the lab cannot run, 130 when interrupted.

    A request to end (a runner's time limit) unwinds as Ctrl-C does, so that whatever was started is stopped.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    table = Table()
    try:
        prove(table)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return 130
    return table.close()


def keep_logs(folder: Path, proof: str) -> Path:
    """Keep the logs of a proof's last run, and remove all else that it made: keys, data, clones."""
    kept = LOGS / proof
    shutil.rmtree(kept, ignore_errors=True)
    for logs in sorted(folder.rglob("logs")):
        if logs.is_dir() and ".git" not in logs.parts:
            shutil.copytree(logs, kept / logs.parent.relative_to(folder), dirs_exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    return kept
