"""A line that shows how far long work is; only on a terminal, and gone when the work is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from journey.pipeline.progress import Progress, silent

DELAY = 0.5
"""Seconds before it appears: short work shows nothing."""


@contextmanager
def bar(doing: str) -> Iterator[Progress]:
    """Shows `doing 300 of 3000` on standard error while the block runs."""
    if not sys.stderr.isatty():
        yield silent
        return
    started = time.monotonic()
    shown = False

    def show(done: int, total: int) -> None:
        nonlocal shown
        if time.monotonic() - started > DELAY:
            shown = True
            sys.stderr.write(f"\r{doing} {done} of {total}\x1b[K")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
