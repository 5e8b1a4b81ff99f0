"""The lab's Git server, and TLS before a server that has none, by real clients."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from journey.lab.authority import Authority
from journey.lab.processes import Processes
from journey.live.local import LOOPBACK, accepts, free_port


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    running = Processes(tmp_path / "logs")
    yield running
    running.stop_all()


def git(*arguments: str, **environment: str) -> str:
    names = {f"GIT_{role}_{part}": "lab@example.com" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    variables = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull, **environment}
    done = subprocess.run(["git", *arguments], env=variables, check=True, capture_output=True, text=True)
    return done.stdout


def test_a_repository_is_cloned_and_fetched_and_a_chart_is_read(tmp_path: Path, processes: Processes) -> None:
    served, work, copy = tmp_path / "served", tmp_path / "work", tmp_path / "copy"
    git("init", "--quiet", "--bare", "--initial-branch=main", str(served / "platform.git"))
    git("init", "--quiet", "--initial-branch=main", str(work))
    (served / "charts").mkdir()
    (served / "charts" / "index.yaml").write_bytes(b"entries: {}\n")
    (tmp_path / "secret").write_bytes(b"no")
    authority, port = Authority(tmp_path / "keys"), free_port()
    pair = authority.server("origin", [LOOPBACK])
    words = (str(served), str(port), str(pair.certificate), str(pair.key))
    processes.start_module("origin", "journey.live.origin", *words)
    processes.wait("origin", lambda: accepts(port))
    trusted = {"GIT_SSL_CAINFO": str(authority.pair.certificate)}
    for number in range(2):
        (work / "file").write_text("x" * 2_000_000 + str(number), encoding="utf-8")
        git("-C", str(work), "add", "file")
        git("-C", str(work), "commit", "--quiet", "--message", f"number {number}")
        git("-C", str(work), "push", "--quiet", str(served / "platform.git"), "main")
        if number:
            git("-C", str(copy), "pull", "--quiet", **trusted)
        else:
            git("clone", "--quiet", f"https://{LOOPBACK}:{port}/platform.git", str(copy), **trusted)
        assert (copy / "file").read_bytes() == (work / "file").read_bytes()
    context = ssl.create_default_context(cafile=str(authority.pair.certificate))
    address = f"https://{LOOPBACK}:{port}/charts"
    with urlopen(f"{address}/index.yaml", context=context, timeout=10) as answer:
        assert answer.read() == b"entries: {}\n"
    for path in ("none.tgz", "..%2F..%2Fsecret"):
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{address}/{path}", context=context, timeout=10)
        assert refused.value.code == 404
        refused.value.close()


def test_tls_before_a_server_that_has_none(tmp_path: Path, processes: Processes) -> None:
    path, port, authority = tmp_path / "back.sock", free_port(), Authority(tmp_path / "keys")
    pair = authority.server("redis", ["localhost"])
    with socket.socket(socket.AF_UNIX) as back:
        back.bind(str(path))
        back.listen()

        def answer() -> None:
            while True:
                try:
                    taken, _ = back.accept()
                except OSError:
                    return
                with taken:
                    taken.sendall(taken.recv(16).upper())

        threading.Thread(target=answer, daemon=True).start()
        words = (str(port), str(pair.certificate), str(pair.key), str(path))
        processes.start_module("front", "journey.live.tls_front", *words)
        processes.wait("front", lambda: accepts(port))
        context = ssl.create_default_context(cafile=str(authority.pair.certificate))
        with (
            socket.create_connection((LOOPBACK, port), 10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secret,
        ):
            secret.sendall(b"ping")
            assert secret.recv(16) == b"PING"
            assert secret.version() == "TLSv1.3"
        back.shutdown(socket.SHUT_RDWR)
