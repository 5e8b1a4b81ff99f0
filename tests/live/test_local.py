"""Ports of this machine, and servers of its own."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from journey.live.local import LOOPBACK, free_port, healthy


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, free_port()))


@pytest.mark.parametrize(
    ("body", "expected"), [(b'{"health": "true"}', True), (b'{"health": "false"}', False), (b"no", False)]
)
def test_a_server_says_whether_it_is_well(body: bytes, expected: bool) -> None:
    class Etcd(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with HTTPServer((LOOPBACK, 0), Etcd) as http:
        thread = threading.Thread(target=http.handle_request)
        thread.start()
        assert healthy(f"http://{LOOPBACK}:{http.server_port}/health") is expected
        thread.join()


def test_a_server_that_is_not_there_is_not_well() -> None:
    assert not healthy(f"http://{LOOPBACK}:{free_port()}/health")
