"""A newer golden path comes into what a service says today; what a person edited stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey.changes import upgrade
from journey.changes.offer import Here, offer
from journey.scaffold.service import NEWEST, Wanted, service_text
from tests.changes.shop import Shop
from tests.cli.conftest import Journey

FILE = "apps/shop/service.yaml"
OLD = service_text(Wanted("shop", "web", description="Sells."), FILE, 1) + "release: {version: 1.0.0}\n"


def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str = OLD) -> Shop:
    shop = Shop(tmp_path / "shop", {FILE: text})
    monkeypatch.chdir(shop.root)
    return shop


def test_what_the_path_added_is_added_and_comments_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journey: Journey
) -> None:
    text = OLD.replace("liveness: {path: /livez}", "liveness: {path: /alive}  # mine")
    shop = made(tmp_path, monkeypatch, text)
    plan = journey("upgrade", "--plan")
    assert plan.out.splitlines()[0] == f"upgrade shop to version {NEWEST} of the golden path"
    assert shop.read(FILE) == text
    ran = journey("upgrade", "shop", "--yes")
    assert ran.code == 0
    found = shop.read(FILE)
    assert "  liveness: {path: /alive}  # mine\n" in found and "goldenPath: {name: service, version: 2}\n" in found
    assert "  startup: {path: /livez, period: 1s, failures: 60}\n" in found
    assert "startupProbe" in shop.read("environments/dev/local/kubernetes/shop/deployment-shop.yaml")
    assert shop.git("log", "-1", "--format=%s") == f"Upgrade shop to version {NEWEST} of the golden path"
    assert journey("upgrade").out == f"nothing is of an older golden path than {NEWEST}\n"


def test_a_field_that_both_changed_stays_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journey: Journey
) -> None:
    text = OLD.replace("  readiness:", "  startup: {path: /up}\n  readiness:")
    shop = made(tmp_path, monkeypatch, text)
    ran = journey("upgrade", "shop", "--yes")
    assert ran.code == 0 and "startup: {path: /up}" in shop.read(FILE).replace(", period: 1s, failures: 60", "")
    assert f"{FILE}: health.startup" in ran.out and "it stays" in ran.out


@pytest.mark.parametrize(
    ("given", "text", "message"),
    [
        ("shpo", OLD, "there is no service `shpo`"),
        ("web", OLD, "web was made from no golden path; if one was, say so in its service.yaml: goldenPath:"),
        ("shop", OLD.replace("version: 1}", "version: 9}"), f"shop is of a newer golden path than {NEWEST}"),
    ],
)
def test_what_cannot_be_upgraded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journey: Journey, given: str, text: str, message: str
) -> None:
    shop = made(tmp_path, monkeypatch, text)
    ran = journey("upgrade", given)
    assert ran.code == 2 and message in ran.err
    assert shop.clean


def test_each_version_of_the_path_is_kept() -> None:
    for kind in ("web", "worker", "stateful"):
        texts = [service_text(Wanted("shop", "web", kind), FILE, version) for version in range(1, NEWEST + 1)]
        assert all(f"version: {number}}}" in text for number, text in enumerate(texts, 1))


def test_it_is_offered_on_a_branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = made(tmp_path, monkeypatch)
    branch, _ = offer(str(shop.root), upgrade.planned(str(shop.root), ["shop"]), Here(), (), "")
    assert branch.startswith("journey/upgrade-2-shop-") and shop.clean
    assert "version: 2" in shop.git("show", f"{branch}:{FILE}")
