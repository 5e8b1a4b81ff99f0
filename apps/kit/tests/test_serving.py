"""A real process under load is told to end: it becomes unready, answers what it was asked, and exits clean."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import pytest

pytestmark = pytest.mark.anyio

PROGRAM = """
import asyncio, sys
from fastapi import APIRouter
from kit.app import create
from kit.drain import Drain
from kit.serving import serve
from kit.settings import Settings

router, drain = APIRouter(), Drain()

@router.get("/slow")
async def slow() -> str:
    await asyncio.sleep(0.3)
    return "done"

serve(create(Settings(), "Slow", [router], drain=drain), drain, int(sys.argv[1]), 0.7, "127.0.0.1")
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


@pytest.fixture
def process(port: int) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen([sys.executable, "-c", PROGRAM, str(port)])
    yield started
    started.kill()
    started.wait()


async def ready(web: httpx2.AsyncClient) -> int:
    for _ in range(200):
        try:
            return (await web.get("/readyz")).status_code
        except httpx2.TransportError:
            await asyncio.sleep(0.05)
    raise TimeoutError("the program does not answer")


async def test_no_request_is_lost(process: subprocess.Popen[bytes], port: int) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as web:
        assert await ready(web) == 200
        asked: list[asyncio.Task[httpx2.Response]] = []
        unready = False
        for tick in range(60):
            if tick == 10:
                process.send_signal(signal.SIGTERM)
            if tick > 12 and await ready(web) == 503:
                unready = True  # from here on no gateway leads a request to it
                break
            asked.append(asyncio.create_task(web.get("/slow")))
            await asyncio.sleep(0.02)
        answers = await asyncio.gather(*asked)
    assert unready
    assert len(asked) > 10
    assert [answer.status_code for answer in answers] == [200] * len(asked)
    assert await asyncio.to_thread(process.wait, 10) == 0
