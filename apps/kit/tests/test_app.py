"""What every application has: problem details, request ids, health, metrics, spans."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator

import httpx2
import pytest
import structlog
from fastapi import APIRouter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

from kit import app as kit_app
from kit import logs, tracing
from kit.drain import Drain
from kit.problems import Overloaded
from kit.settings import Settings
from kit.testing import client

pytestmark = pytest.mark.anyio
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Item(BaseModel):
    name: str
    count: int


async def gone() -> None:
    raise OSError("connection refused by 10.0.0.1")


def router() -> APIRouter:
    made = APIRouter(prefix="/v1")

    @made.get("/items/{item}")
    async def one(item: str) -> dict[str, str]:
        return {"item": item, **tracing.outgoing()}

    @made.post("/items")
    async def add(item: Item) -> Item:
        return item

    @made.get("/full")
    async def full() -> None:
        raise Overloaded("Come back.", retry_after=7, limit=3)

    @made.get("/bug")
    async def bug() -> None:
        raise RuntimeError("a detail that no caller may see")

    return made


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "provider", lambda *_given: provider)
    return exporter


@pytest.fixture
def drain() -> Drain:
    return Drain()


@pytest.fixture
async def web(spans: InMemorySpanExporter, drain: Drain) -> AsyncIterator[httpx2.AsyncClient]:
    made = kit_app.create(Settings(), "Some", [router()], drain=drain, registry=CollectorRegistry())
    async with client(made, raises=False) as asking:
        yield asking


async def test_a_problem_is_told_by_rfc_9457(web: httpx2.AsyncClient) -> None:
    got = await web.get("/v1/full")
    assert (got.status_code, got.headers["content-type"], got.headers["retry-after"]) == (
        503,
        "application/problem+json",
        "7",
    )
    assert got.json() == {
        "type": "https://request-journey.dev/problems/overloaded",
        "title": "Too much is asked at this moment",
        "status": 503,
        "detail": "Come back.",
        "limit": 3,
    }


async def test_a_wrong_body_is_told_by_field_and_not_repeated(web: httpx2.AsyncClient) -> None:
    got = await web.post("/v1/items", json={"count": "hunter2"})
    assert got.status_code == 422
    assert [one["pointer"] for one in got.json()["errors"]] == ["body/name", "body/count"]
    assert "hunter2" not in got.text


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [("GET", "/nowhere", 404, "not-found"), ("DELETE", "/v1/items", 405, "method-not-allowed")],
)
async def test_the_frameworks_errors_are_problems_too(
    web: httpx2.AsyncClient, method: str, path: str, status: int, slug: str
) -> None:
    got = await web.request(method, path)
    assert (got.status_code, got.json()["type"].rpartition("/")[2]) == (status, slug)


async def test_a_bug_tells_its_caller_nothing_and_its_log_all(web: httpx2.AsyncClient) -> None:
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure("some", "4f2a", "INFO", out=written)
    try:
        got = await web.get("/v1/bug", headers={"X-Request-Id": "abc-1"})
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    assert (got.status_code, got.headers["x-request-id"]) == (500, "abc-1")
    assert got.json() == {
        "type": "https://request-journey.dev/problems/internal",
        "title": "Something went wrong here",
        "status": 500,
    }
    events = {line["event"]: line for line in map(json.loads, written.getvalue().splitlines())}
    assert "a detail that no caller may see" in events["unforeseen error"]["exception"]
    assert (events["answered"]["status"], events["answered"]["request_id"]) == (500, "abc-1")


async def test_an_id_that_could_harm_a_log_is_replaced(web: httpx2.AsyncClient) -> None:
    got = await web.get("/v1/items/1", headers={"X-Request-Id": "a b\tc"})
    assert len(got.headers["x-request-id"]) == 32


async def test_one_span_a_request_continues_the_callers_trace(
    web: httpx2.AsyncClient, spans: InMemorySpanExporter
) -> None:
    got = await web.get("/v1/items/7", headers={"traceparent": PARENT})
    assert got.json()["traceparent"].split("-")[1] == PARENT.split("-")[1]
    (span,) = spans.get_finished_spans()
    assert isinstance(span, ReadableSpan)
    assert span.name == "GET /v1/items/{item}"
    assert span.parent is not None and f"{span.parent.span_id:016x}" == PARENT.split("-")[2]
    assert dict(span.attributes or {})["http.response.status_code"] == 200


async def test_metrics_count_by_template_and_carry_the_trace(web: httpx2.AsyncClient) -> None:
    for item in ("1", "2"):
        await web.get(f"/v1/items/{item}", headers={"traceparent": PARENT})
    await web.get("/nowhere/at/all")
    text = (await web.get("/metrics")).text
    assert 'http_requests_total{method="GET",route="/v1/items/{item}",status="200"} 2.0' in text
    assert 'http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert f'trace_id="{PARENT.split("-")[1]}"' in text


async def test_machines_questions_make_no_span(web: httpx2.AsyncClient, spans: InMemorySpanExporter) -> None:
    assert [(await web.get(path)).status_code for path in ("/livez", "/readyz", "/metrics")] == [200, 200, 200]
    assert spans.get_finished_spans() == ()


async def test_a_dead_dependency_makes_it_unready_and_leaves_it_alive() -> None:
    made = kit_app.create(Settings(), "Some", [], checks={"main": gone})
    async with client(made) as web:
        ready, live = await web.get("/readyz"), await web.get("/livez")
    assert (live.status_code, ready.status_code) == (200, 503)
    assert ready.json() == {
        "status": "failing",
        "checks": {"main": "OSError"},
    }
    assert "10.0.0.1" not in ready.text


async def test_a_drain_makes_it_unready_and_closes_connections(web: httpx2.AsyncClient, drain: Drain) -> None:
    drain.begin()
    ready = await web.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (503, "draining")
    assert (await web.get("/v1/items/1")).headers["connection"] == "close"
