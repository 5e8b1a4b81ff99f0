"""Make .venv/ ready: the locked packages, each checked against its hash, and this project installed editable.

Needs a Python >= 3.11 and nothing else; run by every make target. With nothing to do it costs a few milliseconds,
so keep the imports at the top few, and the syntax such that an old Python can still say what is wrong.
"""

from __future__ import annotations

import os
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "journey-setup")
LOCK = os.path.join(ROOT, "requirements.lock")
PROJECT = os.path.join(ROOT, "pyproject.toml")
PIP_OPTIONS = ("--quiet", "--disable-pip-version-check", "--no-input")


class SetupError(Exception):
    """Why .venv/ cannot be made, in words for the person who ran make."""


def read(path: str) -> bytes:
    """The file's bytes; empty when there is no such file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def wanted_stamp() -> list[str]:
    """What .venv/ must have been made from: the environment's line, then the project's.

    The interpreter and the checkout's path belong to the first: both are written into .venv/'s scripts.
    """
    import zlib

    environment = zlib.crc32(f"{sys.implementation.name} {sys.version} {ROOT}\n".encode() + read(LOCK))
    return [f"{environment:08x}", f"{zlib.crc32(read(PROJECT)):08x}"]


def current_stamp() -> list[str]:
    """What .venv/ was made from. Nothing, when it was never finished or its interpreter has gone."""
    return read(STAMP).decode().split() if os.path.exists(VENV_PYTHON) else []


def check_interpreter() -> None:
    """Refuse a Python that the project does not run on."""
    if sys.version_info < OLDEST:
        oldest, found = (".".join(map(str, version)) for version in (OLDEST, sys.version_info[:2]))
        raise SetupError(
            f"Python {oldest} or newer is needed; {sys.executable} is {found}."
            " Name another one: make PYTHON=python3.12 ..."
        )


def pip_command() -> list[str]:
    """The pip that installs into .venv/: its own, or this interpreter's where Debian left out ensurepip."""
    from importlib.util import find_spec

    ensurepip = find_spec("ensurepip")
    if ensurepip and ensurepip.origin:
        return [VENV_PYTHON, "-m", "pip"]
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", VENV_PYTHON]
    raise SetupError(
        "this Python has neither ensurepip nor pip, which Debian and Ubuntu package apart: apt install python3-venv"
    )


def run(command: list[str]) -> None:
    """Run a command whose own output says what went wrong."""
    import subprocess

    if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode:
        raise SetupError("this command failed: " + " ".join(command))


def make_environment(pip: list[str]) -> None:
    """Make .venv/ from nothing, so that no package of an older lock stays behind."""
    import venv

    print("setup: installing the locked packages into .venv/", flush=True)
    venv.create(VENV, clear=True, symlinks=True, with_pip=pip[0] == VENV_PYTHON)
    # The lock is the whole closure. `--no-deps` keeps pip from weighing newer releases of what an extra names
    # (`coverage[toml]`), which it then refuses because their hashes are not in the lock.
    options = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
    run([*pip, "install", *PIP_OPTIONS, *options, "--requirement", LOCK])


def install_project(pip: list[str]) -> None:
    """Install the project itself, editable; its dependencies and its build backend are in the lock: `check`."""
    run([*pip, "install", *PIP_OPTIONS, "--no-deps", "--no-build-isolation", "--no-index", "--editable", ROOT])
    run([*pip, "check", "--quiet", "--disable-pip-version-check"])


def set_up() -> None:
    """Do what the stamp says is missing; the stamp is written last, so an interrupted run is done again."""
    wanted, current = wanted_stamp(), current_stamp()
    if wanted == current:
        return
    pip = pip_command()
    if wanted[:1] != current[:1]:
        make_environment(pip)
    elif os.path.exists(STAMP):
        os.remove(STAMP)
    install_project(pip)
    with open(STAMP, "w", encoding="ascii") as file:
        file.write("\n".join(wanted) + "\n")


def main() -> int:
    """Exit 0 when .venv/ is ready, 2 when it cannot be made (what is missing is printed)."""
    try:
        check_interpreter()
        if wanted_stamp() != current_stamp():
            import fcntl

            with open(__file__, "rb") as only_one:  # two makes at once: the second waits, then finds nothing to do
                fcntl.flock(only_one, fcntl.LOCK_EX)
                set_up()
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
