"""`journey dev`: the files of secrets that it makes, and what it asks Compose for. `docker` is a stand-in here."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Journey

COMPOSE = """\
services:
  web:
    build: {context: "."}
    develop: {watch: []}
  db:
    image: db:1
secrets:
  web.key.value: {file: ./.secrets/web/key/value}
  db.username: {file: ./.secrets/datastores/db/username}
"""


@pytest.fixture
def called(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the stand-in for `docker` writes its words to."""
    (shop / "compose.yaml").write_text(COMPOSE)
    programs = shop.parent / "programs"
    programs.mkdir()
    calls = shop.parent / "calls"
    (programs / "docker").write_text(f'#!/bin/sh\necho "$PWD $*" >>{calls}\n')
    (programs / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/bin:/usr/bin")
    return calls


def test_it_makes_what_is_missing_and_starts_all(shop: Path, journey: Journey, called: Path) -> None:
    code, out, _ = journey("dev")
    assert code == 0
    assert out.splitlines()[:2] == ["made .secrets/web/key/value", "made .secrets/datastores/db/username"]
    assert called.read_text().splitlines() == [f"{shop} compose --profile core up --build --detach --wait"]
    assert (shop / ".secrets/datastores/db/username").read_text() == "db"
    value = shop / ".secrets/web/key/value"
    assert len(value.read_text()) > 30
    assert stat.S_IMODE(value.stat().st_mode) == 0o444
    assert stat.S_IMODE((shop / ".secrets").stat().st_mode) == 0o700


def test_secrets_are_kept(shop: Path, journey: Journey, called: Path) -> None:
    assert journey("dev", "--prepare").code == 0
    before = (shop / ".secrets/web/key/value").read_text()
    assert journey("dev", "--prepare").out == ""
    assert (shop / ".secrets/web/key/value").read_text() == before
    assert not called.exists()


def test_one_service_is_run_anew_at_each_change(shop: Path, journey: Journey, called: Path) -> None:
    assert journey("dev", "web", "--profile", "full").code == 0
    assert called.read_text().splitlines()[1] == f"{shop} compose --profile full watch --no-up web"


@pytest.mark.parametrize(("service", "told"), [("wbe", "did you mean `web`?"), ("db", "web")])
def test_a_service_that_is_not_built_is_refused(journey: Journey, called: Path, service: str, told: str) -> None:
    code, _, err = journey("dev", service)
    assert code == 2
    assert f"`{service}` is not built here: " in err and told in err


def test_without_a_file_or_docker_it_says_what_to_do(
    shop: Path, journey: Journey, called: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(shop))
    code, _, err = journey("dev")
    assert code == 2 and "install Docker with its Compose plug-in" in err
    (shop / "compose.yaml").unlink()
    code, _, err = journey("dev")
    assert code == 2 and "say `compose: {environment: ..., pool: ...}`" in err
