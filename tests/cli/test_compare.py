"""`journey compare` and `journey matrix` as a person runs them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.changes.shop import NOW, WEB_FILE, Shop
from tests.cli.conftest import Journey

TODAY = "2030-01-18T12:00Z"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path / "shop")
    made.promote("web")
    monkeypatch.chdir(made.root)
    return made


def test_an_overlay_is_intended_and_named(shop: Shop, journey: Journey) -> None:
    out = journey("compare", "dev", "staging", "--service", "web").out
    assert out.splitlines() == [
        "intended: 1",
        "  web.scaling.min: unsaid and 2 (apps/web/service.yaml:13:20)",
    ]


def test_what_is_not_promoted_is_told_with_how_much_and_how_long(shop: Shop, journey: Journey) -> None:
    shop.edit(WEB_FILE, "hello", "moin", when=NOW + timedelta(days=1))
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0", when=NOW + timedelta(days=2))
    out = journey("compare", "dev", "staging", "--service", "web", "--now", TODAY).out.splitlines()
    promoted = "apps/web/promoted/staging.yaml"
    assert out[2:] == [
        "not yet promoted: 2",
        f"  web.config.values.GREETING: moin (apps/web/service.yaml:8:22) and hello ({promoted}:11:17)",
        f"  web.release.version: 1.1.0 (apps/web/service.yaml:9:20) and 1.0.0 ({promoted}:13:14)",
        "web: staging is behind dev by 2 changes, 2 days",
    ]
    found = json.loads(journey("compare", "dev", "staging", "--format", "json").out)
    assert found["behind"]["web"]["changes"] == 2
    missing = [item for item in found["differences"] if item["service"] == "api"]
    assert [(item["why"], item["values"]) for item in missing] == [("not yet promoted", [True, False])]
    block = [item["field"] for item in found["differences"] if not item["service"]]
    assert block == ["promotesFrom"]


def test_the_matrix_shows_version_age_and_skew(shop: Shop, journey: Journey) -> None:
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0", when=NOW + timedelta(days=2))
    rows = [line.split("  ") for line in journey("matrix", "--now", TODAY).out.splitlines()]
    cells = {row[0].strip(): [cell.strip() for cell in row[1:] if cell.strip()] for row in rows}
    assert cells["service"] == ["dev", "staging", "prod"]
    assert cells["web"][0] == "1.1.0 1d"
    assert cells["web"][1].startswith("1.0.0 ")
    assert cells["web"][1].endswith("(behind by 1 change, 1 days)")
    assert cells["web"][2] == "-"
    assert cells["api"][1:] == ["-", "-"]
    found = json.loads(journey("matrix", "--format", "json").out)
    assert {row["version"] for row in found} == {"", "1.0.0", "1.1.0", "7.0.0"}


def test_names_that_are_not_there_are_refused(shop: Shop, journey: Journey) -> None:
    assert "there is no environment `pord`; did you mean `prod`?" in journey("compare", "dev", "pord").err
    assert "there is no service `wbe`; did you mean `web`?" in journey("compare", "dev", "prod", "--service", "wbe").err
