"""What gates ask of Argo CD and Prometheus, of servers that answer as these do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from journey.changes.gates import Health, Unreachable
from journey.live.evidence import Running


class Server:
    """Answers each request with `answer`, and keeps (path, Authorization) of each."""

    def __init__(self) -> None:
        self.answer: Any = {}
        self.status = 200
        self.asked: list[tuple[str, str | None]] = []
        self.address = ""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on the loopback address: it stands in for Argo CD and Prometheus."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers["Authorization"]))
            data = json.dumps(state.answer).encode()
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.address = f"http://127.0.0.1:{serving.server_address[1]}"
        yield state
        serving.shutdown()
        thread.join()


def test_an_applications_state_in_argo_cds_words(server: Server) -> None:
    server.answer = {"status": {"sync": {"status": "Synced"}, "health": {"status": "Degraded"}}}
    running = Running({"ARGOCD_SERVER": server.address, "ARGOCD_AUTH_TOKEN": "secret"})
    assert running.health("east", "web-prod/x") == Health("Synced", "Degraded")
    assert server.asked == [("/api/v1/applications/web-prod%2Fx", "Bearer secret")]


def test_an_application_without_a_state_is_unknown(server: Server) -> None:
    running = Running({"ARGOCD_SERVER": server.address, "ARGOCD_AUTH_TOKEN": "secret"})
    assert running.health("east", "web") == Health("Unknown", "Unknown")


def test_a_cluster_may_have_a_server_of_its_own(server: Server) -> None:
    own = {"ARGOCD_SERVER_PROD_EU": server.address, "ARGOCD_AUTH_TOKEN_PROD_EU": "own"}
    running = Running({"ARGOCD_SERVER": "http://127.0.0.1:1", "ARGOCD_AUTH_TOKEN": "other", **own})
    running.health("prod-eu", "web")
    assert server.asked[0][1] == "Bearer own"
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        running.health("prod-us", "web")


def test_firing_alerts_by_name(server: Server) -> None:
    rows = [{"metric": {"alertname": name}} for name in ("Slow", "Down", "Slow")]
    server.answer = {"status": "success", "data": {"resultType": "vector", "result": rows}}
    assert Running({"PROMETHEUS_URL": f"{server.address}/"}).firing("east", "web-prod") == ["Down", "Slow"]
    assert server.asked[0][0].startswith("/api/v1/query?query=ALERTS%7B")


@pytest.mark.parametrize("answer", [[], {"data": {}}, {"status": "error"}])
def test_another_answer_is_no_evidence(server: Server, answer: Any) -> None:
    server.answer = answer
    with pytest.raises(Unreachable):
        Running({"PROMETHEUS_URL": server.address}).firing("east", "web")


def test_a_refusal_says_why(server: Server) -> None:
    server.status, server.answer = 403, {"message": "permission denied"}
    with pytest.raises(Unreachable, match="403 permission denied"):
        Running({"ARGOCD_SERVER": server.address, "ARGOCD_AUTH_TOKEN": "x"}).health("east", "web")


def test_without_an_address_nothing_is_asked() -> None:
    with pytest.raises(Unreachable, match="neither ARGOCD_SERVER_EAST nor ARGOCD_SERVER is set"):
        Running({}).health("east", "web")
