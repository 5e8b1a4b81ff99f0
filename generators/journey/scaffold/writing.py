"""New files into a folder: never over something that stands there, and all or none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from journey.problem import Place, Problem

HARMLESS = frozenset(
    ".git .venv .idea .vscode .editorconfig .DS_Store LICENSE LICENSE.md LICENSE.txt COPYING .journey".split()
)
"""What may stand in a folder that becomes a platform: nothing of it is written, or read as part of one."""

HINT = "give the user who runs the command the right to write here, and free some space"


def in_the_way(folder: Path) -> list[str]:
    """Names in a folder that keep it from becoming a platform, sorted; a folder that is not there has none.

    Raises OSError when it cannot be read or is no folder.
    """
    if not folder.exists():
        return []
    return sorted(path.name for path in folder.iterdir() if path.name not in HARMLESS)


def write(root: Path, files: Mapping[str, str]) -> list[Problem]:
    """Write new files below a root. With a Problem nothing is left of them."""
    written: list[Path] = []
    for name, text in files.items():
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                written.append(path)
                stream.write(text)
        except OSError as error:
            for made in written:
                made.unlink(missing_ok=True)
            hint = "nothing was written" if isinstance(error, FileExistsError) else HINT
            return [Problem(Place(name), "scaffold/write", f"cannot be written: {error.strerror}", hint)]
    return []
