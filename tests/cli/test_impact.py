"""`journey impact` as a person runs it, on a repository with commits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from journey.changes.impact import told
from journey.changes.impact.report import Impact
from tests.changes.shop import API_FILE, WEB_FILE, Shop
from tests.cli.conftest import Journey

ROOT = "platform.yaml"
TODAY = "2030-01-15"


@pytest.fixture
def shop(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path / "shop")
    monkeypatch.chdir(made.root)
    return made


def verdicts(journey: Journey, *arguments: str) -> dict[str, Any]:
    ran = journey("impact", *arguments, "--now", TODAY, "--format", "json")
    found: dict[str, Any] = json.loads(ran.out)
    return {item["rule"]: item for item in found["verdicts"]} | {"code": ran.code}


def acknowledge(name: str, expires: str = "2030-02-01") -> str:
    return f'acknowledge:\n  {name}: {{reason: it is meant, owner: web, expires: "{expires}"}}\n'


def test_configuration_restarts_pods_and_names_its_line(shop: Shop, journey: Journey) -> None:
    shop.edit(WEB_FILE, "hello", "moin")
    found = verdicts(journey)
    assert found["code"] == 0
    rolls = found["pods/rolling-update"]
    assert [(cause["file"], cause["line"], cause["new"]) for cause in rolls["causes"]] == [(WEB_FILE, 8, "moin")]
    assert rolls["says"][0]["places"] == ["dev/local"]
    assert rolls["source"].startswith("https://kubernetes.io/docs/")
    ran = journey("impact", "--now", TODAY)
    assert "restart: Deployment web" in ran.out
    assert "  by apps/web/service.yaml:8:12 config.values.GREETING: hello -> moin" in ran.out.splitlines()
    assert found["object/succeeded"]["says"][0]["text"].startswith("web-")


def test_nothing_changes_without_a_rendered_change(shop: Shop, journey: Journey) -> None:
    shop.edit(WEB_FILE, "# two pods", "# 2 pods")
    ran = journey("impact")
    assert (ran.code, ran.out) == (0, "nothing that runs changes\n")


def test_a_new_public_route_fails_until_it_is_acknowledged(shop: Shop, journey: Journey) -> None:
    shop.edit(WEB_FILE, "health:", "routes:\n  pages: {path: /pages}\nhealth:")
    found = verdicts(journey)
    route = found["exposure/route"]
    assert found["code"] == 1
    assert route["state"] == "not acknowledged"
    assert route["says"] == [{"text": "web.dev.example.com/pages* answers anyone", "places": ["dev/local"]}]
    assert [cause["line"] for cause in route["causes"]] == [5]
    ran = journey("impact", "--format", "github", "--now", TODAY)
    assert f"::error file={WEB_FILE},line=5,col=1,title=impact/unacknowledged::" in ran.out
    assert f"acknowledge: {{{route['id']}: {{reason: ..., owner: TEAM, expires: YYYY-MM-DD}}}}" in ran.out
    every = [item["id"] for item in found.values() if isinstance(item, dict) and item["state"] == "not acknowledged"]
    lines = "".join(acknowledge(name).partition("\n")[2] for name in every)
    shop.edit(ROOT, "targets:", f"acknowledge:\n{lines}targets:")
    assert verdicts(journey, "HEAD~2..HEAD")["code"] == 0
    assert "acknowledged by web until 2030-02-01: it is meant" in journey("impact", "HEAD~2..HEAD", "--now", TODAY).out
    late = journey("impact", "HEAD~2..HEAD", "--now", "2030-02-02")
    assert late.code == 1
    assert "(expired by web until 2030-02-01: it is meant)" in late.out
    assert journey("impact", "HEAD~2..HEAD", "--now", "2030-02-01T23:00Z").code == 0


def test_an_id_is_the_same_in_every_environment(shop: Shop, journey: Journey) -> None:
    shop.promote("web")
    shop.edit(WEB_FILE, "health:", "routes:\n  pages: {path: /pages}\nhealth:")
    first = verdicts(journey)["exposure/route"]
    shop.promote("web")
    second = verdicts(journey)["exposure/route"]
    assert second["id"] == first["id"]
    assert second["says"][0]["places"] == ["staging/local"]
    assert second["causes"][0]["file"] == "apps/web/promoted/staging.yaml"


def test_one_that_is_not_needed_is_a_problem(shop: Shop, journey: Journey) -> None:
    shop.edit(ROOT, "targets:", acknowledge("delete-web-0123456789") + "targets:")
    ran = journey("impact", "--now", TODAY)
    assert ran.code == 1
    assert (
        "platform.yaml:16:3: impact/needless: `delete-web-0123456789`: this change does nothing of that id" in ran.out
    )
    shop.edit(WEB_FILE, "hello", "moin")
    assert journey("impact", "--now", TODAY).code == 0  # another change added it


def test_a_service_that_goes_is_told_with_its_callers(shop: Shop, journey: Journey) -> None:
    shop.edit(WEB_FILE, "config:", "needs: [{service: api}]\nconfig:")
    (shop.root / API_FILE).unlink()
    text = (shop.root / WEB_FILE).read_text().replace("needs: [{service: api}]\n", "")
    (shop.root / WEB_FILE).write_text(text)
    shop.commit()
    found = verdicts(journey)
    assert found["code"] == 1
    assert found["data/namespace-deleted"]["says"][0]["text"] == "everything in it goes, volume claims too"
    assert found["object/deleted"]["noticedBy"] == ["web"]


def test_a_weaker_objective_is_told(shop: Shop, journey: Journey) -> None:
    shop.edit(WEB_FILE, "config:", "slos:\n  availability: {objective: 99}\nconfig:")
    found = verdicts(journey)
    assert found["objective/lower"]["says"][0]["text"] == "availability 99.9 % -> 99 %"
    assert found["code"] == 0


def test_sarif_has_a_place_and_markdown_a_room(shop: Shop, journey: Journey) -> None:
    shop.edit(WEB_FILE, "hello", "moin")
    results = json.loads(journey("impact", "--format", "sarif").out)["runs"][0]["results"]
    assert {item["locations"][0]["physicalLocation"]["region"]["startLine"] for item in results} == {8}
    assert "impact/restart" in {item["ruleId"] for item in results}
    whole = journey("impact", "--format", "markdown").out
    assert whole.startswith("**1 restart")
    assert told.markdown([], Impact(), room=400) == "**nothing that runs changes**\n\n"


def test_revisions_that_are_not_there_are_refused(shop: Shop, journey: Journey) -> None:
    ran = journey("impact", "nowhere")
    assert ran.code == 2
    assert "there is no revision `nowhere`; git log and git branch -a list them" in ran.err


def test_a_revision_whose_spec_is_invalid_gives_its_problems(shop: Shop, journey: Journey) -> None:
    path = shop.root / WEB_FILE
    good = path.read_text()
    path.write_text(good.replace("team: web", "team: nobody"))
    shop.git("commit", "-qam", "broken")
    ran = journey("impact", "HEAD~1..HEAD")
    assert ran.code == 1
    assert "there is no team `nobody`" in ran.out


def test_an_acknowledgement_is_spent_once_every_environment_runs_the_change(shop: Shop, journey: Journey) -> None:
    for target in ("staging", "prod"):
        shop.promote("web", to=target)
    shop.edit(WEB_FILE, "health:", "routes:\n  pages: {path: /pages}\nhealth:")
    found = verdicts(journey)
    ids = [item["id"] for item in found.values() if isinstance(item, dict) and item["state"] == "not acknowledged"]
    lines = "".join(acknowledge(name).partition("\n")[2] for name in ids)
    shop.edit(ROOT, "targets:", f"acknowledge:\n{lines}targets:")
    assert "impact/spent" not in journey("check").out
    shop.promote("web")
    assert "acknowledge:" in shop.read(ROOT)
    assert "impact/spent" not in journey("check").out
    shop.git("checkout", "-q", "-b", "topic")
    shop.promote("web", to="prod")
    assert "acknowledge:" not in shop.read(ROOT)


def test_a_spent_acknowledgement_is_noted(shop: Shop, journey: Journey) -> None:
    shop.edit(WEB_FILE, "health:", "routes:\n  pages: {path: /pages}\nhealth:")
    route = verdicts(journey)["exposure/route"]["id"]
    shop.edit(ROOT, "targets:", acknowledge(route) + "targets:")
    ran = journey("check")
    assert ran.code == 0
    assert f"platform.yaml:16:3: impact/spent: `{route}`: every environment runs it" in ran.out
    assert "1 note" in ran.out
    shop.git("checkout", "-q", "--detach")
    shop.git("update-ref", "refs/heads/main", "HEAD~1")
    assert "impact/spent" not in journey("check").out
