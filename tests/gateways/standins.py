"""Stand-ins for what a gateway leads to: services that answer with what reached them, and an authorizer.

No service of the platform runs here. What is proven is the gateway; a stand-in says in its answer that it is one.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

KNOWN, REFUSED = "Bearer known", "Bearer refused"
"""Credentials: of a caller whom the authorizer lets in, and of one whom it does not."""

USER, SCOPES = "someone", "read write"


class Seen(NamedTuple):
    """A request as it reached a stand-in."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: str

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


class StandIn:
    """An HTTP server on loopback with a name; `seen` is what reached it. `answers` are headers of its own."""

    def __init__(self, name: str, answers: dict[str, str] | None = None) -> None:
        self.name = name
        self.seen: list[Seen] = []
        self.answers = answers or {}
        outer = self

        class Handler(_Handler):
            standin = outer

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, seen: Seen) -> tuple[int, dict[str, str], str]:
        """Status, headers and body: what was seen, for the test to look at."""
        said = {"standin": self.name, "method": seen.method, "path": seen.path, "headers": seen.headers}
        return 200, self.answers, json.dumps({**said, "body": seen.body})

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class Authorizer(StandIn):
    """Lets in one caller, refuses another, does not know the rest."""

    def __init__(self, path: str, name: str = "authorizer") -> None:
        super().__init__(name)
        self.path = path

    def answer(self, seen: Seen) -> tuple[int, dict[str, str], str]:
        """As the record `Authorizer` of the spec asks for; elsewhere as any stand-in."""
        asked = seen.all("Authorization")
        if seen.path not in (f"{self.path}/user", f"{self.path}/token"):
            return super().answer(seen)
        if asked == [KNOWN]:
            return 200, {"X-Auth-User": USER, "X-Auth-Scopes": SCOPES}, ""
        return (403 if asked == [REFUSED] else 401), {}, ""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a gateway may leave before it is answered."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    standin: StandIn

    def any(self) -> None:
        """Any method."""
        body = self._body()
        seen = Seen(self.command, self.path, list(self.headers.items()), body)
        self.standin.seen.append(seen)
        status, headers, text = self.standin.answer(seen)
        self.send_response(status)
        for pair in headers.items():
            self.send_header(*pair)
        data = text.encode()
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _body(self) -> str:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts).decode("latin-1")
        return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("latin-1")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the test reads `seen`."""


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler.any)
