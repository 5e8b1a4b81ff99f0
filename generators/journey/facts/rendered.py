"""Where rendered files stand, for what must know it without rendering: attributes of git, verification of a merge."""

from __future__ import annotations

FOLDERS = (".github/workflows", "clusters", "environments")
"""Folders that rendering owns as a whole."""

FILES = (".gitattributes", ".github/CODEOWNERS", ".github/dependabot.yml", ".github/zizmor.yml")
"""Rendered files elsewhere."""


def is_rendered(path: str) -> bool:
    """Whether a path of the repository (POSIX, from its root) is one that rendering writes."""
    return path in FILES or path.startswith(tuple(f"{folder}/" for folder in FOLDERS))
