"""Serving an application over HTTP until SIGTERM or SIGINT, without losing a request in a rolling restart."""

from __future__ import annotations

import asyncio
from types import FrameType

import uvicorn
from fastapi import FastAPI

from kit.drain import Drain


class _Server(uvicorn.Server):
    """Stops accepting only after a delay, in which endpoints and gateways learn that this pod is not ready."""

    def __init__(self, config: uvicorn.Config, drain: Drain, seconds: float) -> None:
        super().__init__(config)
        self._drain, self._seconds = drain, seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the drain at the first signal; a second one ends at once, as uvicorn does."""
        if self._drain.begun:
            super().handle_exit(sig, frame)
            return
        self._drain.begin()
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(loop.call_later, self._seconds, self._stop)  # a signal's handler must wake the loop

    def _stop(self) -> None:
        self.should_exit = True


def serve(app: FastAPI, drain: Drain, port: int, drain_seconds: float, host: str = "0.0.0.0") -> None:
    """Serve until a signal; then be unready for `drain_seconds`, finish what is in progress (20 s at most), return."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
        timeout_keep_alive=75,  # longer than a gateway's 60 s, so that it is the gateway that closes
        h11_max_incomplete_event_size=32 * 1024,
    )
    _Server(config, drain, drain_seconds).run()
