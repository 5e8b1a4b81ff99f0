"""Logs: JSON, joined to traces and releases, and no secret in any field, message or exception."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider

from kit.logs import REDACTED, configure, redactor

PLANTED = "correct-horse-battery"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure("some", "4f2a", "INFO", (PLANTED,), written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_names_service_release_and_span(out: io.StringIO) -> None:
    with TracerProvider().get_tracer("t").start_as_current_span("s") as span:
        structlog.get_logger("x").info("happened", count=2)
    (line,) = lines(out)
    assert line["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert {key: line[key] for key in ("event", "count", "level", "service", "deployment_id")} == {
        "event": "happened",
        "count": 2,
        "level": "info",
        "service": "some",
        "deployment_id": "4f2a",
    }


def test_the_standard_library_logs_alike_and_what_is_below_the_level_is_dropped(out: io.StringIO) -> None:
    logging.getLogger("other").warning("from %s", "elsewhere")
    logging.getLogger("other").debug("unseen")
    assert [(line["event"], line["level"], line["service"]) for line in lines(out)] == [
        ("from elsewhere", "warning", "some")
    ]


def test_no_secret_is_written(out: io.StringIO) -> None:
    log = structlog.get_logger("x")
    log.info("said", password="p1", body={"refreshToken": "p2", "deep": [{"cookie": "p3", "fine": "seen"}]})
    try:
        raise ValueError(f"cannot sign in with {PLANTED}")
    except ValueError:
        log.exception("failed")
    logging.getLogger("y").error("url postgresql://u:%s@h", PLANTED)
    text = out.getvalue()
    assert "seen" in text and "ValueError" in text
    assert [word for word in ("p1", "p2", "p3", PLANTED) if word in text] == []


@given(
    st.recursive(
        st.just(PLANTED) | st.text(max_size=3).map(lambda near: near + PLANTED + near),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    )
)
def test_it_is_found_at_any_depth(value: object) -> None:
    assert PLANTED not in json.dumps(redactor((PLANTED, ""))(None, "info", {"value": value}))


def test_the_longer_of_two_secrets_is_taken_out_whole() -> None:
    assert redactor(("abc", "abcdef"))(None, "info", {"value": "abcdef"}) == {"value": REDACTED}
