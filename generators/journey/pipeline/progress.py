"""How far long work is, as whoever started it is told."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Told how many units are done, of how many."""


def silent(done: int, total: int) -> None:
    """No progress shown."""
