"""Outside programs: where they are looked for, and how one is run to its end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

FOLDER = ".journey/tools"
BUILT = ".cache/tools/bin"
LIMIT = 1200.0
"""Seconds after which a program is ended: more than the largest tree takes."""

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
    command: Sequence[str], folder: str, more: Mapping[str, str], heard: Heard | None = None, limit: float = LIMIT
) -> Output:
    """Run a program in a folder without terminal, input or home; end it after `limit` seconds. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="journey-home-") as home, tempfile.TemporaryFile("w+") as complaints:
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
        )
        ended = threading.Timer(limit, process.kill)
        ended.start()
        try:
            lines = _lines(process, heard)
        finally:
            ended.cancel()
            process.kill()  # nothing where it has ended
            code = process.wait()
        complaints.seek(0)
        return Output(code, "".join(lines), complaints.read())


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
