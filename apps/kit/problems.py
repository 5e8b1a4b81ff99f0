"""Errors as problem details (RFC 9457): a stable `type`, never an exception's text, never what the caller sent."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

BASE = "https://request-journey.dev/problems/"
MEDIA_TYPE = "application/problem+json"


class ApiProblem(Exception):
    """An error that the caller is told. A subclass gives the class attributes; `detail` tells of this occurrence."""

    status = 500
    slug = "internal"
    title = "Something went wrong here"

    def __init__(self, detail: str | None = None, *, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(detail or self.title)
        self.detail, self.retry_after, self.more = detail, retry_after, more

    def headers(self) -> dict[str, str]:
        """`Retry-After` in seconds, where the caller may try again."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


class Overloaded(ApiProblem):
    """More is asked than there is room for; nothing was done."""

    status, slug, title = 503, "overloaded", "Too much is asked at this moment"


class Unavailable(ApiProblem):
    """A datastore or service that is needed does not answer."""

    status, slug, title = 503, "unavailable", "Something that is needed does not answer"


def response(
    status: int, slug: str, title: str, detail: str | None = None, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """The answer for one problem."""
    body = {"type": BASE + slug, "title": title, "status": status, **({"detail": detail} if detail else {}), **more}
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _pointer(place: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901) below the part of the request, such as `body/items/0/name`."""
    return "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in place)


async def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiProblem)
    return response(error.status, error.slug, error.title, error.detail, error.headers(), **error.more)


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [{"pointer": _pointer(tuple(one["loc"])), "detail": one["msg"]} for one in error.errors()]
    return response(422, "invalid", "The request is not as its schema says", errors=found)


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    return response(status, status.phrase.lower().replace(" ", "-"), status.phrase, headers=error.headers)


async def _unforeseen(request: Request, error: Exception) -> Response:
    structlog.get_logger("kit").error("unforeseen error", path=request.url.path, exc_info=error)
    return response(500, ApiProblem.slug, ApiProblem.title)


def install(app: FastAPI) -> None:
    """Answer every error of the application with problem details."""
    app.add_exception_handler(ApiProblem, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)
