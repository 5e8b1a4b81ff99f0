"""The end of a process: it says that it is not ready, goes on answering until no one asks, then stops."""

from __future__ import annotations


class Drain:
    """Whether the end has begun, and how many requests are being answered."""

    def __init__(self) -> None:
        self.begun = False
        self.in_progress = 0

    def begin(self) -> None:
        """From now on `/readyz` answers 503, so that no new connection is led here."""
        self.begun = True
