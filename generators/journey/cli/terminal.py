"""Whether there is somebody to ask."""

from __future__ import annotations

import sys


def asking() -> bool:
    """Whether standard input is a terminal."""
    return sys.stdin.isatty()
