"""Install the programs that `journey check --all` runs: `python tools/outside.py`, which `make tools` does.

checkov and zizmor from their hashed locks, each into an environment of its own (checkov asks for older libraries than
the project does); actionlint built by Go from its pinned module. Each stands in `.cache/tools/NAME-HASH/`, where HASH
is that of its lock, and `.cache/tools/bin/` links to those in use. With nothing to do it costs a few milliseconds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "tools"
CACHE = ROOT / ".cache" / "tools"
DONE = "installed"
"""A file that is written last: a folder without it was left by an interrupted run."""

GO_PACKAGE = "github.com/rhysd/actionlint/cmd/actionlint"


class InstallError(Exception):
    """Why a program cannot be had, in words for the person who ran make."""


class Program(NamedTuple):
    """A program, the files that pin it, and what puts it into an empty folder. `made` is where it then stands there."""

    name: str
    pins: tuple[Path, ...]
    install: Callable[[Program, Path], None]
    made: str


def install_wheel(program: Program, folder: Path) -> None:
    """An environment of its own, filled from the lock and nothing else."""
    run([sys.executable, "-m", "venv", str(folder)])
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    run([*pip, "--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement", str(program.pins[0])])


def install_go(program: Program, folder: Path) -> None:
    """Build from the module that go.mod names, as go.sum has its checksums."""
    go = shutil.which("go")
    if go is None:
        raise InstallError(
            f"{program.name} is built with Go, and there is no `go` on PATH: install Go, or put a ready-made"
            f" {program.name} on PATH"
        )
    target = str(folder / program.made)
    run([go, "build", "-mod=readonly", "-trimpath", "-o", target, GO_PACKAGE], cwd=program.pins[0].parent)


PROGRAMS = (
    Program("checkov", (TOOLS / "checkov.lock",), install_wheel, "bin/checkov"),
    Program("zizmor", (TOOLS / "zizmor.lock",), install_wheel, "bin/zizmor"),
    Program(
        "actionlint",
        (TOOLS / "go" / "actionlint" / "go.mod", TOOLS / "go" / "actionlint" / "go.sum"),
        install_go,
        "actionlint",
    ),
)
"""What is installed, in this order."""


def run(command: list[str], cwd: Path = ROOT) -> None:
    """Run a command whose own output says what went wrong."""
    environment = {**os.environ, "CGO_ENABLED": "0"}
    if subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, check=False).returncode:
        raise InstallError("this command failed: " + " ".join(command))


def folder_of(program: Program, cache: Path) -> Path:
    """Where a program stands: another lock or another Python gives another folder."""
    pins = b"".join(file.read_bytes() for file in program.pins)
    version = f"{sys.version_info[:2]} {sys.prefix}".encode() if program.install is install_wheel else b""
    return cache / f"{program.name}-{hashlib.sha256(version + pins).hexdigest()[:16]}"


def ensure(program: Program, cache: Path) -> bool:
    """Have the program in its folder and linked; tells whether it had to be installed. Raises InstallError."""
    folder = folder_of(program, cache)
    missing = not (folder / DONE).exists()
    if missing:
        sys.stdout.write(f"tools: installing {program.name}\n")
        sys.stdout.flush()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        program.install(program, folder)
        (folder / DONE).touch()
        remove_older(program, folder)
    link(cache / "bin" / program.name, folder / program.made)
    return missing


def link(place: Path, target: Path) -> None:
    """Let a link point at a file; one that does already is left alone."""
    wanted = os.path.relpath(target, place.parent)
    if place.is_symlink() and os.readlink(place) == wanted:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f"{place.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(wanted)
    fresh.replace(place)


def remove_older(program: Program, folder: Path) -> None:
    """Remove what older locks of the program left."""
    for other in folder.parent.glob(f"{program.name}-*"):
        if other != folder:
            shutil.rmtree(other)


def main() -> int:
    """Exit 0 when all are there, 2 when one cannot be had: the others are installed all the same."""
    import fcntl

    failed = 0
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(__file__, "rb") as only_one:  # two makes at once: the second waits, then finds nothing to do
        fcntl.flock(only_one, fcntl.LOCK_EX)
        for program in PROGRAMS:
            try:
                ensure(program, CACHE)
            except InstallError as error:
                sys.stderr.write(f"tools: {error}\n")
                failed = 2
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
