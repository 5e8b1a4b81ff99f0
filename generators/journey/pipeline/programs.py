"""Outside programs: where they are looked for, and how one is run to its end."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

FOLDER = ".journey/tools"
BUILT = ".cache/tools/bin"
LIMIT = 1200.0
"""Seconds after which a program is ended: more than the largest tree takes."""
GRACE, LOOK = 5.0, 0.5
"""Seconds that a program which complained has to end by itself, and between two looks at what it complains of."""

KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
"""Variables that a program is told. Others could configure it, and machines would differ."""

Heard = Callable[[str], None]
"""Told each line of standard output as it comes."""


class Output(NamedTuple):
    """What a program said. `code` is its exit code, negative where a signal ended it."""

    code: int
    stdout: str
    stderr: str


def places(root: str) -> Iterator[str]:
    """Folders in which programs are looked for, before PATH.

    The platform's own `.journey/tools`, then what `make tools` built, here or in a folder above up to the repository's.
    """
    folder = os.path.abspath(root)
    yield os.path.join(folder, FOLDER)
    while True:
        yield os.path.join(folder, BUILT)
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return
        folder = above


def find(name: str, root: str) -> str | None:
    """The real path of a program for the platform under `root`, or None."""
    found = shutil.which(name, path=os.pathsep.join(places(root))) or shutil.which(name)
    return os.path.abspath(found) if found else None


def identity(program: str) -> str:
    """What changes when the program does: its real path, size and time."""
    real = os.path.realpath(program)
    state = os.stat(real)
    return f"{real}:{state.st_size}:{state.st_mtime_ns}"


def run(
    command: Sequence[str],
    folder: str,
    more: Mapping[str, str],
    heard: Heard | None = None,
    complaint: re.Pattern[str] | None = None,
    limit: float = LIMIT,
) -> Output:
    """Run a program in a folder without terminal, input or home, and all that it starts. Raises OSError.

    It is ended after `limit` seconds; GRACE seconds after its standard error matches `complaint`: what it says counts
    for nothing then, and a worker of it that nobody hears any more would wait for ever.
    """
    with tempfile.TemporaryDirectory(prefix="journey-home-") as home, tempfile.TemporaryFile() as complaints:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= {"HOME": home, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", **more}
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # so that it can be ended with what it started
        )
        over = threading.Event()
        guard = threading.Thread(target=_guard, args=(process, complaints.fileno(), complaint, limit, over))
        guard.start()
        try:
            lines = _lines(process, heard)
        finally:
            over.set()
            guard.join()
            if process.poll() is None:
                _end(process)
            code = process.wait()
        return Output(code, "".join(lines), _written(complaints.fileno()))


def _guard(
    process: subprocess.Popen[str],
    complaints: int,
    complaint: re.Pattern[str] | None,
    limit: float,
    over: threading.Event,
) -> None:
    """End a program that takes too long, or that complained and does not end, until its output is `over`."""
    deadline, complained = time.monotonic() + limit, False
    while not over.wait(max(min(LOOK, deadline - time.monotonic()), 0)):
        if time.monotonic() >= deadline:
            _end(process)
            return
        if complaint and not complained and complaint.search(_written(complaints)):
            complained, deadline = True, min(deadline, time.monotonic() + GRACE)


def _end(process: subprocess.Popen[str]) -> None:
    """End a program, and what it started where that outlives it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _written(file: int) -> str:
    """What stands in a file that another process writes at its own place of it."""
    return os.pread(file, os.fstat(file).st_size, 0).decode(errors="replace")


def _lines(process: subprocess.Popen[str], heard: Heard | None) -> list[str]:
    assert process.stdout is not None
    lines = []
    with process.stdout as stream:
        for line in stream:
            lines.append(line)
            if heard is not None:
                heard(line)
    process.wait()
    return lines
