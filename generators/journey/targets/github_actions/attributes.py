"""`.gitattributes`: rendered files are folded in diffs, left out of statistics, and end their lines alike."""

from __future__ import annotations

from journey.artifact import Artifact, Format
from journey.facts import builds, locally
from journey.facts.rendered import FOLDERS, PATTERNS
from journey.formats.text import Document
from journey.problem import Pointer
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View

NAME = "gitattributes"
PATH = ".gitattributes"
RENDERED, SPEC = "journey-rendered", "journey-spec"
"""Merge drivers of the command `merge-driver`; where they are not set up, git merges lines as ever."""
_ATTRIBUTES = f"linguist-generated=true text eol=lf merge={RENDERED}"
"""`text eol=lf`: a check-out with other line ends would be stale at once (https://git-scm.com/docs/gitattributes)."""


def artifact(view: View) -> Artifact:
    """The file."""
    patterns = [
        *(f"/{folder}/**" for folder in FOLDERS),
        *(f"/{path}" for path in (*PATTERNS, *builds.files(view), *locally.files(view))),
    ]
    spec = ("platform.yaml", "service.yaml", "promoted/*.yaml")
    lines = [*(f"{pattern} {_ATTRIBUTES}" for pattern in patterns), *(f"**/{name} merge={SPEC}" for name in spec)]
    body = "\n".join(lines)
    return Artifact(PATH, Format.TEXT, Document(body, "#"), Pointer(ROOT_FILE))
