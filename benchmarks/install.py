"""Make the environment of the peer, `.cache/bench-venv/`, from the hashed `requirements.lock` (`make bench`).

It is apart from `.venv/`: the peer's packages are nothing that the project needs or may lean on.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = HERE / "requirements.lock"
VENV = HERE.parent / ".cache" / "bench-venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "bench-setup"


def wanted() -> str:
    """What the environment must have been made from: this interpreter and the lock."""
    return f"{sys.version}\n{LOCK.read_text(encoding='utf-8')}"


def ready() -> bool:
    """Whether the environment is there, whole, and made from the lock as it is now."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted()


def make() -> int:
    """Make it from nothing; the stamp is written last. Returns pip's exit code."""
    own_pip = find_spec("ensurepip") is not None
    venv.create(VENV, clear=True, symlinks=True, with_pip=own_pip)
    pip = [str(PYTHON), "-m", "pip"] if own_pip else [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes", "--only-binary", ":all:"]
    code = subprocess.run([*pip, "install", *options, "--requirement", str(LOCK)], stdin=subprocess.DEVNULL).returncode
    if code == 0:
        STAMP.write_text(wanted(), encoding="utf-8")
    return code


def main() -> int:
    """Exit 0 when the environment is ready, 2 when it cannot be made (pip says why)."""
    if ready():
        return 0
    print(f"bench: installing the peer into {VENV.relative_to(HERE.parent)}/", flush=True)
    return 2 if make() else 0


if __name__ == "__main__":
    sys.exit(main())
