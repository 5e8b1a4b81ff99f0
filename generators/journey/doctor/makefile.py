"""The make targets that rendered workflows run, against the Makefile that people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from journey.facts.make import targets_of
from journey.problem import Place, Problem

MAKE = "doctor/make"
RULES = {MAKE: "The Makefile has each target that a workflow runs."}

NAMES = ("GNUmakefile", "makefile", "Makefile")
"""Names that GNU make looks for, in its order (GNU make manual, "What Name to Give Your Makefile")."""

_RUN = re.compile(r"^\s*(?:- )?run: make ([a-z0-9][a-z0-9-]*)\s*$", re.MULTILINE)


def judge(root: Path) -> Iterator[Problem]:
    """Targets that are missing; none where no workflow is rendered."""
    wanted = {target for path in sorted(root.glob(".github/workflows/*.yaml")) for target in _RUN.findall(_read(path))}
    name = next((name for name in NAMES if (root / name).is_file()), None)
    if not wanted:
        return
    if name is None:
        hint = "write one; `journey init` in an empty folder makes one to copy"
        yield Problem(Place("Makefile"), MAKE, f"there is no Makefile; workflows run {_quoted(wanted)}", hint)
        return
    missing = wanted - targets_of(_read(root / name))
    if missing:
        hint = "add them; `journey init` in an empty folder makes a Makefile that has all"
        yield Problem(Place(name), MAKE, f"it lacks {_quoted(missing)}, which workflows run", hint)


def _quoted(targets: set[str]) -> str:
    return ", ".join(f"`{target}`" for target in sorted(targets))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
