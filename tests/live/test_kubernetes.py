"""The client of the Kubernetes API, against a server of this test that speaks as much of it: TLS, keep-alive, errors.

What a real one says is proven by `make e2e-accepted`.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from journey.lab.authority import Authority
from journey.live.kubernetes import Answer, KubernetesError, Server, certified

CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "web"}, "data": {"k": "v"}}
ROLE = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a b"}}
KINDS = {
    "/api/v1": [
        {"name": "configmaps", "kind": "ConfigMap", "namespaced": True},
        {"name": "configmaps/status", "kind": "ConfigMap", "namespaced": True},
    ],
    "/apis/rbac.authorization.k8s.io/v1": [{"name": "clusterroles", "kind": "ClusterRole", "namespaced": False}],
}


WARN = "/apis/rbac.authorization.k8s.io/v1/clusterroles/a%20b?fieldManager=me&force=true&fieldValidation=Warn"


class Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, str, str, Any]]] = []
    drops = 0

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        Api.asked.append((self.command, self.path, self.headers["Content-Type"], body))
        if Api.drops:
            Api.drops -= 1
            self.close_connection = True
            return
        path = self.path.partition("?")[0]
        if path == "/readyz":
            self.say(200, b"ok")
        elif path in KINDS:
            self.say(200, json.dumps({"resources": KINDS[path]}).encode())
        elif path.endswith("/configmaps"):
            self.say(200, json.dumps({"items": [CONFIG]}).encode())
        elif self.command == "PATCH":
            self.say(201, json.dumps(body).encode(), '299 - "mind this"')
        elif path.endswith("/configmaps/a"):
            self.say(200, json.dumps(CONFIG).encode())
        elif path.endswith("/broken"):
            self.say(500, b"not json")
        else:
            self.say(404, json.dumps({"message": "not there", "reason": "NotFound"}).encode())

    do_GET = do_PATCH = do_DELETE = answer  # noqa: N815 - names of the standard library

    def say(self, status: int, body: bytes, warning: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if warning:
            self.send_header("Warning", warning)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, int]]:
    authority = Authority(tmp_path_factory.mktemp("keys"))
    pair = authority.server("api", ["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    context.load_verify_locations(authority.pair.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    http = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    http.daemon_threads = False  # so that closing waits for those that still answer
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield authority, http.server_port
    http.shutdown()
    http.server_close()


@pytest.fixture
def server(served: tuple[Authority, int]) -> Iterator[Server]:
    authority, port = served
    pair = authority.client("admin", ["system:masters"])
    Api.asked.clear()
    found = Server("127.0.0.1", port, certified(authority.pair.certificate, pair.certificate, pair.key))
    yield found
    found.close()


def test_an_object_is_applied_where_its_kind_stands(server: Server) -> None:
    assert server.apply(CONFIG, "me") == Answer(CONFIG, True, ('299 - "mind this"',))
    assert server.apply(ROLE, "me", dry_run=True, strict=False).created
    patches = [asked for asked in Api.asked if asked[0] == "PATCH"]
    assert patches == [
        (
            "PATCH",
            "/api/v1/namespaces/web/configmaps/a?fieldManager=me&force=true&fieldValidation=Strict",
            "application/apply-patch+yaml",
            CONFIG,
        ),
        (
            "PATCH",
            f"{WARN}&dryRun=All",
            "application/apply-patch+yaml",
            ROLE,
        ),
    ]
    server.apply(CONFIG, "me")
    assert sum(path == "/api/v1" for _, path, _, _ in Api.asked) == 1, "what is known of kinds is asked for once"


def test_objects_are_read_listed_and_deleted(server: Server) -> None:
    assert server.get(CONFIG) == CONFIG
    assert server.get(ROLE) is None
    assert server.items("v1", "ConfigMap") == server.items("v1", "ConfigMap", "web") == [CONFIG]
    assert server.items("v1", "Unknown") == [] == server.items("nobody.example.com/v1", "Unknown")
    server.delete(ROLE)
    assert Api.asked[-1][:2] == ("DELETE", "/apis/rbac.authorization.k8s.io/v1/clusterroles/a%20b")


def test_an_unknown_kind_is_refused(server: Server) -> None:
    with pytest.raises(KubernetesError, match=r"^the server has no Secret in v1$") as refused:
        server.apply({**CONFIG, "kind": "Secret"}, "me")
    assert (refused.value.status, refused.value.reason) == (404, "NotFound")


def test_what_the_server_refuses_is_told(server: Server) -> None:
    with pytest.raises(KubernetesError, match=r"^not json$") as refused:
        server.request("GET", "/broken")
    assert (refused.value.status, refused.value.reason) == (500, "")


def test_a_connection_that_was_closed_is_opened_again(server: Server) -> None:
    assert server.ready()
    Api.drops = 1
    assert server.ready()
    Api.drops = 2
    with pytest.raises(KubernetesError, match=r"^GET /readyz: ") as refused:
        server.request("GET", "/readyz")
    assert refused.value.status == 0


def test_a_server_that_is_not_there_is_not_ready(served: tuple[Authority, int]) -> None:
    from journey.live.local import free_port

    authority, _ = served
    pair = authority.client("admin")
    assert not Server(
        "127.0.0.1", free_port(), certified(authority.pair.certificate, pair.certificate, pair.key)
    ).ready()


def test_the_keys_are_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        certified(tmp_path / "ca", tmp_path / "crt", tmp_path / "key")
