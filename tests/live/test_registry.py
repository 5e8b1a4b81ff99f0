"""Digests, from a registry on the loopback address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from journey.live import registry
from journey.live.web import WebError
from tests.ci.oci_registry import Registry, serving

MANIFEST = b'{"schemaVersion": 2}'
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"


@pytest.fixture
def held() -> Iterator[Registry]:
    with serving() as found:
        found.manifests["library/node:22"] = (registry.KINDS[0], MANIFEST)
        yield found


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("node:22", ("registry-1.docker.io", "library/node", "22")),
        ("docker.io/node:22", ("registry-1.docker.io", "library/node", "22")),
        ("acme/web:1", ("registry-1.docker.io", "acme/web", "1")),
        ("gcr.io/distroless/static:nonroot", ("gcr.io", "distroless/static", "nonroot")),
        ("127.0.0.1:5000/a/b:1", ("127.0.0.1:5000", "a/b", "1")),
    ],
)
def test_where_an_image_is(image: str, expected: tuple[str, str, str]) -> None:
    assert registry.parts(image) == expected


def test_a_digest_is_the_one_that_the_registry_names(held: Registry) -> None:
    assert registry.digest(f"{held.address}/library/node:22") == DIGEST


def test_a_token_is_asked_for_where_the_registry_says_so(held: Registry) -> None:
    held.token = "given"
    assert registry.digest(f"{held.address}/library/node:22") == DIGEST


@pytest.mark.parametrize(
    ("image", "challenge", "message"),
    [
        ("library/node:23", "", "{} answers 404 for library/node:23"),
        ("library/node:22", 'Basic realm="images"', "{} asks for a login of another kind than a token"),
        ("library/node:22", 'Bearer realm="ftp://example.com"', "{} asks for a login of another kind than a token"),
    ],
)
def test_what_is_not_answered_is_told(held: Registry, image: str, challenge: str, message: str) -> None:
    held.challenge = challenge
    held.token = "given" if challenge else ""
    with pytest.raises(WebError) as refused:
        registry.digest(f"{held.address}/{image}")
    assert str(refused.value) == message.format(held.address)
