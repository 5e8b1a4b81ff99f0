"""What a build does not see: all but the service's folder and what else it takes.

Where two patterns meet the last one holds (docs.docker.com/build/concepts/context, ".dockerignore files").
"""

from __future__ import annotations

from journey.facts.builds import FILES, NOT_IMAGE, Image

NOWHERE = (
    "**/.git",
    "**/.env*",
    "**/.venv",
    "**/node_modules",
    "**/__pycache__",
    "**/*.py[cod]",
    "**/.*_cache",
    "**/test",
    "**/tests",
)
"""What no image takes from any folder: secrets of a developer, and what tools and tests leave behind."""


def text(image: Image) -> str:
    """The patterns."""
    taken = [f"!{path.rstrip('/')}" for path in (image.folder, *image.build.sources)]
    own = [f"{image.folder}/{name}" for name in ("service.yaml", "promoted", *FILES, *NOT_IMAGE, *image.build.ignore)]
    return "\n".join(("*", *taken, *own, *NOWHERE))
