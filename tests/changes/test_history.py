"""What ran where, by git alone, and DORA's metrics of it."""

from __future__ import annotations

from datetime import timedelta

from journey.changes import holds, rollback
from journey.changes.dora import Metrics, metrics
from journey.changes.history import Run, history
from journey.changes.promotion import carry_out, person
from journey.pipeline import open_rendered
from tests.changes.shop import NOW, WEB_FILE, Shop


def runs(shop: Shop, *services: str, environments: tuple[str, ...] = ()) -> list[Run]:
    session, _ = open_rendered(str(shop.root))
    return history(session.view, person(str(shop.root)), services, environments)


def told(found: list[Run]) -> list[str]:
    return [f"{run.service} {run.environment} {run.version} {run.act.kind if run.act else '-'}" for run in found]


def test_every_change_of_a_base_is_a_run_until_the_next(shop: Shop) -> None:
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0", when=NOW + timedelta(hours=1))
    shop.edit(WEB_FILE, "scaling: {min: 2}", "scaling: {min: 3}", when=NOW + timedelta(hours=2))
    shop.edit(WEB_FILE, "GREETING: hello", "GREETING: moin", when=NOW + timedelta(hours=3))
    found = runs(shop, "web")
    assert told(found) == ["web dev 1.0.0 -", "web dev 1.1.0 -", "web dev 1.1.0 -"]
    assert [run.configuration for run in found] == [False, False, True]
    assert [run.until for run in found] == [NOW + timedelta(hours=1), NOW + timedelta(hours=3), None]
    assert found[0].author == "somebody"


def test_acts_are_told_with_their_environment(shop: Shop) -> None:
    shop.promote("web")
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0")
    shop.promote("web")
    carry_out(str(shop.root), rollback.planned(str(shop.root), "web", "staging", "last-good", "it failed"))
    found = runs(shop, environments=("staging",))
    assert told(found) == ["web staging 1.0.0 promote", "web staging 1.1.0 promote", "web staging 1.0.0 rollback"]


def test_a_renamed_service_keeps_its_history(shop: Shop) -> None:
    shop.promote("web")
    shop.git("mv", "apps/web", "apps/site")
    shop.edit("apps/site/service.yaml", "team: web\n", "team: web\nrenamedFrom: web\n", when=NOW + timedelta(hours=1))
    assert told(runs(shop, "site")) == [
        "site dev 1.0.0 -",
        "site staging 1.0.0 promote",
        "site dev 1.0.0 -",
    ]


def test_versions_are_texts_and_what_cannot_be_read_is_nothing(shop: Shop) -> None:
    shop.edit(WEB_FILE, "version: 1.0.0", 'version: "1.10"', when=NOW + timedelta(hours=1))
    good = shop.read(WEB_FILE)
    (shop.root / WEB_FILE).write_text("a: [\n")
    shop.git("commit", "-qam", "broken", when=NOW + timedelta(hours=2))
    (shop.root / WEB_FILE).write_text(good)
    shop.git("commit", "-qam", "mended", when=NOW + timedelta(hours=3))
    assert [run.version for run in runs(shop, "web")] == ["1.0.0", "1.10", "none", "1.10"]


def test_a_service_that_left_an_environment_runs_there_no_more(shop: Shop) -> None:
    shop.promote("web")
    (shop.root / "apps/web/promoted/staging.yaml").unlink()
    shop.commit()
    assert told(runs(shop, environments=("staging",))) == ["web staging 1.0.0 promote", "web staging none -"]


def run(version: str, hours: float, kind: str = "", built: str = "", configuration: bool = False) -> Run:
    from journey.changes.record import Act

    act = Act(kind, "prod") if kind else None  # type: ignore[arg-type]
    return Run("web", "prod", version, built, "c", "a", NOW + timedelta(hours=hours), None, act, configuration)


def test_dora_metrics() -> None:
    found = metrics(
        [
            run("1", 0, "promote", "a"),
            run("2", 10, "promote", "b"),
            run("1", 12, "rollback", "a"),
            run("3", 20, "promote", "c"),
            run("3", 21, "promote", "c", configuration=True),
        ],
        {"a": NOW - timedelta(hours=2), "b": NOW, "c": NOW},
        NOW,
        NOW + timedelta(days=2),
    )
    assert found == Metrics(4, 2.0, timedelta(hours=10), 0.25, timedelta(hours=2))


def test_dora_of_nothing() -> None:
    assert metrics([], {}, NOW, NOW + timedelta(days=1)) == Metrics(0, 0.0, None, None, None)


def test_what_began_outside_of_the_period_does_not_count() -> None:
    found = metrics([run("1", -1), run("2", 1), run("3", 25)], {}, NOW, NOW + timedelta(days=1))
    assert found.deployments == 1


def test_a_hold_is_no_run(shop: Shop) -> None:
    shop.promote("web")
    carry_out(str(shop.root), holds.hold(str(shop.root), "web", "staging", "frozen"))
    assert told(runs(shop, "web")) == ["web dev 1.0.0 -", "web staging 1.0.0 promote"]
