"""JSON over HTTP, with limits: no redirect is followed (a token would go with it), and an answer has a largest size."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException
from typing import Any

TIMEOUT = 30.0
"""Seconds without a byte after which a request is given up."""
MOST_BYTES = 32 * 1024 * 1024


class WebError(Exception):
    """A server said no, or could not be reached. `status` is HTTP's; 0 where there was no answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def exchange(method: str, url: str, headers: Mapping[str, str], body: object = None, asked: str = "") -> Any:
    """Send one request; answers the JSON that came back, None where nothing did. Raises WebError.

    asked: what an error calls the request; method and address unless said.
    """
    asked = asked or f"{method} {url}"
    data = None if body is None else json.dumps(body).encode()
    try:
        request = urllib.request.Request(url, data, dict(headers), method=method)
        with _OPENER.open(request, timeout=TIMEOUT) as response:
            answer = response.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise WebError(error.code, f"{asked}: {error.code} {_reason(error)}") from error
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError, ValueError) as error:
        raise WebError(0, f"{asked}: {getattr(error, 'reason', error)}") from error
    return _decoded(answer, asked)


def head(url: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
    """Status and headers (names in lower case) of the answer to HEAD, a refusal's too. Raises WebError without one."""
    try:
        request = urllib.request.Request(url, None, dict(headers), method="HEAD")
        with _OPENER.open(request, timeout=TIMEOUT) as response:
            return response.status, _lowered(response.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _lowered(error.headers)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError, ValueError) as error:
        raise WebError(0, f"HEAD {url}: {getattr(error, 'reason', error)}") from error


def _lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _decoded(data: bytes, asked: str) -> Any:
    if len(data) > MOST_BYTES:
        raise WebError(0, f"{asked}: the answer has more than {MOST_BYTES} bytes")
    try:
        return json.loads(data) if data else None
    except ValueError as error:
        raise WebError(0, f"{asked}: the answer is no JSON") from error


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        said = json.loads(error.read(MOST_BYTES))
    except (ValueError, OSError):
        return str(error.reason)
    return str(said.get("message", error.reason)) if isinstance(said, dict) else str(error.reason)
