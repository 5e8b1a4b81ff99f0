"""The first line of each hand-written spec file, by which an editor knows what may stand in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from journey.problem import Level, Place, Problem
from journey.spec.sources import ROOT_FILE, Sources

LINE = "doctor/schema-line"
RULES = {LINE: "A spec file begins with the line by which editors find its schema."}

_MODELINE = re.compile(r"#\s*yaml-language-server:\s*\$schema=(\S+)")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://")


def judge(sources: Sources) -> Iterator[Problem]:
    """Files without the line, and lines that lead nowhere. What `promote` writes is nobody's to edit."""
    root = Path(sources.root)
    for file in sources.documents:
        if file == ROOT_FILE or file.endswith("/service.yaml"):
            found = _judge(root, file)
            if found:
                line = f"its first line should be: {wanted_line(root, file)}"
                yield Problem(Place(file, 1, 1), LINE, found, line, Level.WARNING)


def wanted_line(root: Path, file: str) -> str:
    """The line, with the way to the nearest schemas/ above; that of the platform itself where there is none."""
    schema = f"schemas/{'platform' if file == ROOT_FILE else 'service'}.schema.json"
    folder = next((above for above in (root, *root.parents) if (above / schema).is_file()), root)
    path = posixpath.relpath((folder / schema).as_posix(), (root / file).parent.as_posix())
    return f"# yaml-language-server: $schema={path}"


def _judge(root: Path, file: str) -> str:
    path = root / file
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            match = _MODELINE.match(stream.readline())
    except OSError:
        return ""  # that it cannot be read is `check`'s to say
    if not match:
        return "editors do not know what may stand in it"
    if _REMOTE.match(match[1]) or (path.parent / match[1]).is_file():
        return ""
    return f"`{match[1]}` is not there"
