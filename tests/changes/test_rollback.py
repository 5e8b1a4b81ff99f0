"""Going back, and holding: by a new commit, for one service, without touching what else stands in its file."""

from __future__ import annotations

import pytest

from journey.changes import holds, rollback
from journey.changes.promotion import carry_out
from journey.ci.refused import Refused
from tests.changes.shop import WEB_FILE, Shop

PROMOTED = "apps/web/promoted/staging.yaml"


def back(shop: Shop, to: str = rollback.LAST_GOOD, environment: str = "staging") -> str:
    plan = rollback.planned(str(shop.root), "web", environment, to, "logins failed")
    return carry_out(str(shop.root), plan)


def releases(shop: Shop, *versions: str) -> list[str]:
    """Releases of web, each promoted to staging; gives the promotions' commits."""
    found = []
    before = "1.0.0"
    for version in versions:
        if version != before:
            shop.edit(WEB_FILE, f"version: {before}", f"version: {version}")
        before = version
        found.append(shop.promote("web"))
    return found


def version(shop: Shop) -> str:
    return next(line.split('"')[1] for line in shop.read(PROMOTED).splitlines() if "version:" in line)


def test_a_rollback_restores_the_file_and_holds_the_service(shop: Shop) -> None:
    releases(shop, "1.0.0")
    before, own = shop.read(PROMOTED), shop.read(WEB_FILE).replace("1.0.0", "1.1.0")
    releases_after = shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0")
    shop.promote("web")
    back(shop)
    assert shop.read(PROMOTED) == before and shop.clean
    assert shop.read(WEB_FILE) == f"{own}    hold:\n      reason: logins failed\n      owner: web\n"
    message = shop.git("log", "-1", "--format=%B").splitlines()
    assert message[0] == "Roll back web in staging to 1.0.0"
    assert "Journey-Step: web 1.1.0 1.0.0" in message and releases_after not in message
    assert [verdict.gate for verdict in shop.plan("web").verdicts["web"]] == ["hold"]


def test_a_hold_is_taken_away_with_what_it_brought(shop: Shop) -> None:
    before = shop.read(WEB_FILE)
    shop.promote("web")
    carry_out(str(shop.root), holds.hold(str(shop.root), "web", "staging", "frozen"))
    assert shop.read(WEB_FILE) != before
    carry_out(str(shop.root), holds.unhold(str(shop.root), "web", "staging"))
    assert shop.read(WEB_FILE) == before


def test_a_service_without_overlays_is_held_and_let_go(shop: Shop) -> None:
    before = shop.read("apps/api/service.yaml")
    shop.promote("api")
    carry_out(str(shop.root), holds.hold(str(shop.root), "api", "staging", "frozen", owner="web"))
    assert shop.read("apps/api/service.yaml") == (
        f"{before}environments:\n  staging:\n    hold:\n      reason: frozen\n      owner: web\n"
    )
    carry_out(str(shop.root), holds.unhold(str(shop.root), "api", "staging"))
    assert shop.read("apps/api/service.yaml") == before


def test_the_last_good_is_never_what_somebody_went_back_from(shop: Shop) -> None:
    releases(shop, "1.0.0", "2.0.0")
    back(shop)
    assert version(shop) == "1.0.0"
    carry_out(str(shop.root), holds.unhold(str(shop.root), "web", "staging"))
    shop.edit(WEB_FILE, "version: 2.0.0", "version: 3.0.0")
    shop.promote("web")
    back(shop)
    assert version(shop) == "1.0.0"


def test_a_version_or_a_commit_may_be_named(shop: Shop) -> None:
    first, *_ = releases(shop, "1.0.0", "2.0.0", "3.0.0")
    back(shop, "1.0.0")
    assert version(shop) == "1.0.0"
    carry_out(str(shop.root), holds.unhold(str(shop.root), "web", "staging"))
    shop.promote("web")
    back(shop, first)
    assert version(shop) == "1.0.0"


def test_in_a_first_environment_the_base_alone_is_restored(shop: Shop) -> None:
    shop.edit(WEB_FILE, "version: 1.0.0}", "version: 1.1.0}\nargs: [--fast]\nsize: large")
    shop.edit(WEB_FILE, "scaling: {min: 2}", "scaling: {min: 5}  # more")
    shop.edit(WEB_FILE, "Serves pages.", "Serves more pages.")
    back(shop, "1.0.0", "dev")
    text = shop.read(WEB_FILE)
    assert "release: {version: 1.0.0}\n" in text and "args" not in text and "size" not in text
    assert "scaling: {min: 5}  # more" in text and "Serves more pages." in text and "hold" not in text


def test_what_is_not_restored_is_told_with_its_line(shop: Shop) -> None:
    releases(shop, "1.0.0", "2.0.0")
    shop.edit(WEB_FILE, "scaling: {min: 2}", "scaling: {min: 5}")
    shop.edit("platform.yaml", "dev: {clusters: [local]}", "dev: {clusters: [local], size: large}")
    shop.edit("platform.yaml", "promotesFrom: dev}", "promotesFrom: dev, size: large}")
    plan = rollback.planned(str(shop.root), "web", "staging", "1.0.0", "why not")
    assert plan.notes == (
        f"not restored: environments.staging.scaling.min was 2, stays 5 ({WEB_FILE}:13:20)",
        "not restored: environments.staging.size was nothing, stays large (platform.yaml:13:57)",
        "not checked: whether the registry still has the image 1.0.0",
    )


def test_what_cannot_be_known_here_is_named() -> None:
    now = {"migrations": {"command": ["up"]}, "secrets": {"A": {"path": "web/new", "key": "k"}}}
    then = {"release": {"version": "1", "digest": "sha256:0"}, "secrets": {"A": {"path": "web/old", "key": "k"}}}
    assert list(rollback.doubts(now, then)) == [
        "not checked: whether the registry still has the image sha256:0",
        "not checked: whether the database migrations that ran since can be read by the earlier version",
        "not checked: whether the secret web/old#k is still there; only the earlier version reads it",
    ]


@pytest.mark.parametrize(
    ("environment", "to", "message"),
    [
        ("staging", "9.9.9", "`9.9.9` is no version or commit at which web in staging ran"),
        ("staging", "1.0.0", "web in staging runs 1.0.0 already"),
        ("staging", "HEAD", "web in staging has not changed since HEAD"),
        ("staging", rollback.LAST_GOOD, "nothing ran before what web in staging is now"),
        ("prod", rollback.LAST_GOOD, "web is not in prod"),
        ("prdo", rollback.LAST_GOOD, "there is no environment `prdo`"),
    ],
)
def test_what_cannot_be_gone_back_to_is_refused(shop: Shop, environment: str, to: str, message: str) -> None:
    shop.promote("web")
    with pytest.raises(Refused) as refused:
        rollback.planned(str(shop.root), "web", environment, to, "why not")
    assert refused.value.problem.message == message


@pytest.mark.parametrize(
    ("service", "environment", "message"),
    [
        ("wbe", "staging", "there is no service `wbe`"),
        ("web", "dev", "nothing is promoted to `dev`: it renders from head"),
        ("api", "staging", "api is held in staging already"),
    ],
)
def test_what_cannot_be_held_is_refused(shop: Shop, service: str, environment: str, message: str) -> None:
    shop.promote("api")
    carry_out(str(shop.root), holds.hold(str(shop.root), "api", "staging", "frozen"))
    with pytest.raises(Refused) as refused:
        holds.hold(str(shop.root), service, environment, "frozen")
    assert refused.value.problem.message == message


def test_what_is_not_held_is_not_let_go(shop: Shop) -> None:
    with pytest.raises(Refused, match="web is not held in staging"):
        holds.unhold(str(shop.root), "web", "staging")
