"""Where rendered files stand, for what must know it without rendering: attributes of git, verification of a merge."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

FOLDERS = (
    "charts",
    "clusters",
    "docs/reference",
    "environments",
    "modules/cloudformation/network",
    "modules/terraform/cluster",
    "modules/terraform/network",
)
"""Folders that rendering owns as a whole."""

WORKFLOWS = ("attest", "build", "charts", "ci", "comment", "drift", "infrastructure", "promote", "refresh", "security")
"""Names of the workflows that may be rendered: others in their folder are somebody's own."""

PATTERNS = (
    *(f".github/workflows/{name}.yaml" for name in WORKFLOWS),
    ".gitattributes",
    ".github/CODEOWNERS",
    ".github/dependabot.yml",
    ".github/zizmor.yml",
    "schemas/*.schema.json",
)
"""Rendered files elsewhere, as globs in which `*` stays within a folder."""


def is_rendered(path: str) -> bool:
    """Whether a path of the repository (POSIX, from its root) is one that a target of this package writes."""
    return lies_in(path, FOLDERS, PATTERNS)


def lies_in(path: str, folders: Iterable[str], patterns: Iterable[str]) -> bool:
    """Whether a path lies in one of the folders, or is one that a pattern names."""
    if path.startswith(tuple(f"{folder}/" for folder in folders)):
        return True
    depth = path.count("/")
    return any(pattern.count("/") == depth and fnmatchcase(path, pattern) for pattern in patterns)
