"""Programs of the lab: built by `tools/outside.py` when they are first asked for, then taken from its cache."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
INSTALLER = Path("tools", "outside.py")


VERSIONS = {"1.34": "kubernetes-1.34", "1.37": "kubernetes-1.37"}
"""Kubernetes minors that can be built -> the program, the oldest first."""


class LabError(Exception):
    """Why the lab cannot do what was asked, in words for the person who asked."""


def folders(names: Iterable[str], checkout: Path = CHECKOUT) -> dict[str, Path]:
    """Where programs stand, by name; those that are missing are built, which takes minutes each. Raises LabError."""
    wanted = list(names)
    if not (checkout / INSTALLER).is_file():
        raise LabError("the lab builds its programs from a clone of the repository: run this in one")
    command = [sys.executable, "-m", "tools.outside", *wanted]
    if subprocess.run(command, cwd=checkout, stdin=subprocess.DEVNULL).returncode:
        raise LabError(f"these programs cannot be had here: {', '.join(wanted)}")
    told = subprocess.run([*command, "--where"], cwd=checkout, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return dict(zip(wanted, map(Path, told.stdout.splitlines()), strict=True))


def definitions(checkout: Path = CHECKOUT) -> Path:
    """The folder of the vendors' definitions of custom resources; downloaded when first asked for. Raises LabError."""
    command = [sys.executable, "-m", "tools.definitions"]
    told = subprocess.run(command, cwd=checkout, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if told.returncode:
        raise LabError("the vendors' definitions of custom resources cannot be had here")
    return Path(told.stdout.strip())
