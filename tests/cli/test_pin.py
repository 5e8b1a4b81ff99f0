"""`journey pin`, and Dockerfiles as files: what is counted, written, kept and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journey.live import registry
from journey.spec.yaml import parse
from tests.ci.oci_registry import serving
from tests.cli.conftest import PLATFORM, SERVICE, Journey
from tests.live.test_registry import DIGEST, MANIFEST


@pytest.fixture
def base(shop: Path) -> Iterator[str]:
    """An image in a registry, which the service `web` is built on."""
    with serving() as found:
        found.manifests["node:22"] = (registry.KINDS[0], MANIFEST)
        name = f"{found.address}/node:22"
        (shop / "platform.yaml").write_text(PLATFORM.replace("[kubernetes, schemas]", "[images]"))
        (shop / "apps/web/service.yaml").write_text(f"{SERVICE}runtime: node\nbuild: {{base: '{name}'}}\n")
        yield name


def pins(shop: Path) -> object:
    platform = parse((shop / "platform.yaml").read_bytes(), "").value
    assert isinstance(platform, dict)
    return platform.get("pins")


def test_a_digest_is_written_once_and_used(shop: Path, journey: Journey, base: str) -> None:
    assert journey("render").code == 0
    assert f"1 base image without a digest (make pin): {base}\n" in journey("check").out
    code, out, err = journey("pin")
    assert (code, err) == (0, "")
    assert out.splitlines() == [f"{base} is now {DIGEST}", "1 of 1 images answered for"]
    assert pins(shop) == {base: DIGEST}
    assert journey("pin").out.splitlines()[0] == f"{base} is still {DIGEST}"
    assert journey("render").code == 0
    assert f"ARG BASE_IMAGE={base}@{DIGEST}\n" in (shop / "apps/web/Dockerfile").read_text()
    assert "without a digest" not in journey("check").out


def test_a_pin_that_nothing_is_built_on_goes(shop: Path, journey: Journey, base: str) -> None:
    text = (shop / "platform.yaml").read_text()
    (shop / "platform.yaml").write_text(f"{text}pins: {{'old:1': '{DIGEST}', '{base}': '{DIGEST}'}}\n")
    assert journey("pin").out.splitlines()[1] == "old:1 is built on no more"
    assert pins(shop) == {base: DIGEST}
    (shop / "apps/web/service.yaml").write_text(SERVICE)
    assert journey("pin").code == 0
    assert pins(shop) is None


def test_a_registry_that_does_not_answer_leaves_what_was_pinned(shop: Path, journey: Journey, base: str) -> None:
    other = base.replace("22", "23")
    (shop / "apps/web/service.yaml").write_text(f"{SERVICE}runtime: node\nbuild: {{base: '{other}'}}\n")
    text = (shop / "platform.yaml").read_text()
    (shop / "platform.yaml").write_text(f"{text}pins: {{'{other}': '{DIGEST}'}}\n")
    code, out, err = journey("pin")
    assert (code, out) == (1, "0 of 1 images answered for\n")
    assert err.startswith(f"{other}: ") and err.endswith(" answers 404 for node:23\n")
    assert pins(shop) == {other: DIGEST}


def test_a_spec_with_problems_is_not_pinned(shop: Path, journey: Journey, base: str) -> None:
    (shop / "apps/web/service.yaml").write_text(f"{SERVICE}build: {{run: [make]}}\n")
    code, out, _ = journey("pin")
    assert code == 1 and "spec/build" in out


def test_what_is_built_no_more_loses_its_dockerfile(shop: Path, journey: Journey, base: str) -> None:
    assert journey("render").code == 0
    (shop / "apps/web/service.yaml").write_text(SERVICE)
    (shop / "apps/api/service.yaml").write_text(f"{SERVICE}runtime: python\nbuild: {{}}\n")
    assert journey("render").code == 0
    assert sorted(path.parent.name for path in shop.glob("apps/*/Dockerfile")) == ["api"]


def test_a_dockerfile_of_somebody_is_left_alone(shop: Path, journey: Journey, base: str) -> None:
    own = shop / "apps/api/Dockerfile"
    own.write_text("FROM scratch\n")
    assert journey("render").code == 0
    assert journey("check").code == 0
    assert own.read_text() == "FROM scratch\n"
    (shop / "apps/api/service.yaml").write_text(f"{SERVICE}runtime: python\nbuild: {{}}\n")
    code, out, _ = journey("render")
    assert code == 1 and "apps/api/Dockerfile: tree/not-ours" in out
    assert own.read_text() == "FROM scratch\n"


def test_services_in_folders_of_another_name_are_built_too(shop: Path, journey: Journey) -> None:
    text = PLATFORM.replace("[kubernetes, schemas]", "[images]")
    (shop / "platform.yaml").write_text(f'{text}includes: ["services/*/service.yaml"]\n')
    (shop / "services/web").mkdir(parents=True)
    (shop / "services/web/service.yaml").write_text(f"{SERVICE}runtime: node\nbuild: {{}}\n")
    code, out, _ = journey("render")
    assert code == 0, out
    assert "WORKDIR /app/services/web\n" in (shop / "services/web/Dockerfile").read_text()
