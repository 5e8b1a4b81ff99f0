"""A registry on the loopback address that keeps blobs and manifests in memory: a double of one that speaks the OCI
distribution specification (github.com/opencontainers/distribution-spec), as far as a push and a pull of a chart go."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Registry:
    """What it holds: blobs by digest, manifests by `repository:reference`, with their media type."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.read_only = False
        self.address = ""
        self.token = ""
        """Where it is set, nothing is answered without it; `/token` gives it to whoever asks."""
        self.challenge = ""


class _Handler(BaseHTTPRequestHandler):
    registry: Registry
    protocol_version = "HTTP/1.1"

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def _say(self, status: int, data: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _serve(self) -> None:
        path = urlsplit(self.path).path
        upload = re.fullmatch(r"/v2/(.+)/blobs/uploads/(.*)", path)
        blob = re.fullmatch(r"/v2/(.+)/blobs/(sha256:.+)", path)
        manifest = re.fullmatch(r"/v2/(.+)/manifests/(.+)", path)
        if path == "/token":
            self._say(200, json.dumps({"token": self.registry.token}).encode(), Content_Type="application/json")
        elif self.registry.token and self.headers["Authorization"] != f"Bearer {self.registry.token}":
            said = self.registry.challenge or f'Bearer realm="http://{self.registry.address}/token",service="images"'
            self._say(401, WWW_Authenticate=said)
        elif self.command in ("POST", "PUT", "PATCH") and self.registry.read_only:
            self._body()
            self._say(403, b'{"errors": [{"code": "DENIED", "message": "read only"}]}')
        elif upload:
            self._upload(upload[1])
        elif blob:
            self._found(self.registry.blobs.get(blob[2]), "application/octet-stream")
        elif manifest:
            self._manifest(f"{manifest[1]}:{manifest[2]}", manifest[2])
        else:
            self._say(200 if path == "/v2/" else 404)

    def _upload(self, repository: str) -> None:
        if self.command == "POST":
            self._say(202, Location=f"/v2/{repository}/blobs/uploads/1")
            return
        data = self._body()
        digest = parse_qs(urlsplit(self.path).query)["digest"][0]
        self.registry.blobs[digest] = data
        self._say(201, Location=f"/v2/{repository}/blobs/{digest}", Docker_Content_Digest=digest)

    def _manifest(self, name: str, reference: str) -> None:
        if self.command == "PUT":
            data = self._body()
            digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
            kept = (self.headers["Content-Type"], data)
            self.registry.manifests[name] = self.registry.manifests[f"{name.rpartition(':')[0]}:{digest}"] = kept
            self._say(201, Docker_Content_Digest=digest)
            return
        found = self.registry.manifests.get(name)
        self._found(found[1] if found else None, found[0] if found else "")

    def _found(self, data: bytes | None, kind: str) -> None:
        if data is None:
            self._say(404)
            return
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self._say(200, data, Content_Type=kind, Docker_Content_Digest=digest)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _serve  # noqa: N815 - names that http.server calls

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Registry]:
    """Serve an empty registry."""
    registry = Registry()
    handler = type("Handler", (_Handler,), {"registry": registry})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        registry.address = f"127.0.0.1:{server.server_address[1]}"
        try:
            yield registry
        finally:
            server.shutdown()
            thread.join()
