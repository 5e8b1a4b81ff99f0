"""Where the lab's Argo CD pulls from: `python -m journey.live.origin FOLDER PORT CERTIFICATE KEY`.

One HTTPS server: bare Git repositories by Git's own `http-backend` (git-scm.com/docs/git-http-backend), which is what a
Git host speaks, and chart repositories as files below `charts/` (helm.sh/docs/topics/chart_repository).
"""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from journey.live.local import LOOPBACK

CHARTS = "charts"
"""Where chart repositories stand below what is served."""


class Handler(BaseHTTPRequestHandler):
    """Answers from `root`."""

    root: Path
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A file of a chart repository, or a question of Git's."""
        path = unquote(urlsplit(self.path).path)
        if not path.startswith(f"/{CHARTS}/"):
            self._git(b"")
            return
        file = (self.root / path.lstrip("/")).resolve()
        if file.is_relative_to(self.root / CHARTS) and file.is_file():
            self._answer(200, "application/octet-stream", file.read_bytes())
        else:
            self._answer(404, "text/plain", b"not found\n")

    def do_POST(self) -> None:
        """What a client of Git asks for."""
        self._git(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _git(self, body: bytes) -> None:
        address = urlsplit(self.path)
        variables = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": unquote(address.path),
            "QUERY_STRING": address.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": LOOPBACK,
        }
        found = subprocess.run(
            ["git", "http-backend"], input=body, stdout=subprocess.PIPE, env={**os.environ, **variables}, check=False
        )
        head, _, content = found.stdout.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode("latin-1").split("\r\n") if line]
        fields = {name.lower(): value for name, _, value in lines}
        status = int(fields.pop("status", "200").split()[0]) if fields else 500
        self._answer(status, fields.get("content-type", "text/plain"), content)

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main(folder: str, port: str, certificate: str, key: str) -> None:
    """Serve until the process ends."""
    Handler.root = Path(folder).resolve()
    server = ThreadingHTTPServer((LOOPBACK, int(port)), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:5])
