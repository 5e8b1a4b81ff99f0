"""How a proof on real servers ends, however it ends: nothing runs, and its logs are kept."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

LOGS = Path(__file__).resolve().parents[2] / ".cache" / "e2e"


def endings() -> None:
    """Have a request to end (a runner's time limit) unwind as Ctrl-C does, so that whatever was started is stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def keep_logs(folder: Path, proof: str) -> Path:
    """Keep the logs of a proof's last run, and remove all else that it made: keys, data, clones."""
    kept = LOGS / proof
    shutil.rmtree(kept, ignore_errors=True)
    for logs in sorted(folder.rglob("logs")):
        if logs.is_dir() and ".git" not in logs.parts:
            shutil.copytree(logs, kept / logs.parent.relative_to(folder), dirs_exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    return kept
