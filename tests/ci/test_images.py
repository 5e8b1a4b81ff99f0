"""Images as the spec has them."""

from __future__ import annotations

from typing import Any

from journey.ci.affected import Service
from journey.ci.images import buildable, released
from journey.spec.view import Engine, View
from tests.targets.test_github_actions import PLATFORM

ONE, TWO = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


def release(digest: str) -> dict[str, str]:
    return {"version": "1", "digest": digest, "commit": "a" * 40}


def view(**services: dict[str, Any]) -> View:
    documents: dict[str, Any] = {"platform.yaml": PLATFORM, "services": {}}
    for name, service in services.items():
        documents["services"][name] = f"apps/{name}/service.yaml"
        promoted = service.pop("promoted", None)
        documents[f"apps/{name}/service.yaml"] = {"team": "platform", **service}
        if promoted is not None:
            documents[f"apps/{name}/promoted/prod.yaml"] = {"base": promoted}
    return View(Engine(documents))


def test_every_service_may_be_built() -> None:
    assert buildable(view(shop={"image": "example.com/shop"}, auth={})) == [
        Service("auth", "apps/auth/service.yaml", "ghcr.io/acme/auth"),
        Service("shop", "apps/shop/service.yaml", "example.com/shop"),
    ]


def test_released_images_are_those_that_environments_run() -> None:
    auth = {"release": release(TWO), "promoted": {"release": release(ONE)}}
    same = {"image": "example.com/shop", "release": release(ONE)}
    shop = {**same, "promoted": same}
    assert released(view(auth=auth, shop=shop, new={}, tagged={"release": {"version": "1"}})) == [
        {"service": "auth", "image": f"ghcr.io/acme/auth@{ONE}"},
        {"service": "auth", "image": f"ghcr.io/acme/auth@{TWO}"},
        {"service": "shop", "image": f"example.com/shop@{ONE}"},
    ]
