"""A client of a gateway that sends bytes as it is told, right ones and wrong ones."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Mapping
from typing import Any, NamedTuple

from journey.live.local import LOOPBACK


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def said(self) -> dict[str, Any]:
        """What a stand-in says that reached it."""
        found: dict[str, Any] = json.loads(self.body) if self.status == 200 and self.body else {}
        return found

    @property
    def service(self) -> str:
        """The stand-in that answered; empty for the gateway itself."""
        name: str = self.said.get("standin", "")
        return name


class Client:
    """Speaks to ports of this machine; `ports` are those that stand for rendered ones."""

    ports: dict[int, int]

    def raw(self, data: bytes, port: int = 8080, tls: ssl.SSLContext | None = None) -> bytes:
        """All that is answered to these bytes before the connection closes or nothing comes for a second."""
        plain = socket.create_connection((LOOPBACK, self.ports[port]), 30)
        with tls.wrap_socket(plain, server_hostname="shop.dev.example.com") if tls else plain as connection:
            connection.sendall(data)
            found = b""
            connection.settimeout(1)
            try:
                while part := connection.recv(65536):
                    found += part
            except TimeoutError:
                pass
            return found

    def answers(self, data: bytes) -> list[int]:
        """The status of every answer to these bytes."""
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.raw(data))]

    def until_closed(self, data: bytes) -> list[int]:
        """The status of every answer before NGINX closes the connection."""
        with socket.create_connection((LOOPBACK, self.ports[8080]), 30) as connection:
            connection.sendall(data)
            found = b""
            try:
                while part := connection.recv(65536):
                    found += part
            except ConnectionResetError:  # how a client that is too slow is left
                pass
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", found)]

    def ask(
        self, method: str, host: str, path: str, headers: Mapping[str, str] | None = None, body: str = "", raw: str = ""
    ) -> Answer:
        """One request on a connection of its own; `raw` follows its headers as it is."""
        said = {"Host": host, "Connection": "close", **(headers or {})}
        if body:
            said["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        sent = f"{method} {path} HTTP/1.1\r\n{head}\r\n{body}{raw}".encode("latin-1")
        with socket.create_connection((LOOPBACK, self.ports[8080]), 30) as connection:
            connection.sendall(sent)
            found = b""
            while not _whole(method, found):
                part = connection.recv(65536)
                if not part:
                    break
                found += part
        return parsed(found)


def _whole(method: str, found: bytes) -> bool:
    """Whether an answer has arrived; a gateway may leave the connection open for a while after it."""
    head, mark, body = found.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: ([0-9]+)", head)
    if not mark:
        return False
    return (method == "HEAD" or b" 204 " in head[:16]) or (length is not None and len(body) >= int(length[1]))


def parsed(data: bytes) -> Answer:
    """The first answer in what came back."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(": ") for line in lines]
    headers: dict[str, str] = {}
    for name, _, value in pairs:
        lower = name.lower()
        headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    text = body.decode("latin-1")
    return Answer(int(first.split(" ")[1]) if first.startswith("HTTP/") else 0, headers, text)
