"""Gates: open, closed with why and until when, or unknown, which counts as closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from journey.changes.gates import Health, Verdict, barred
from journey.changes.promotion import Request, carry_out, judged
from journey.changes.record import Override, read
from journey.problem import Pointer
from tests.changes.shop import NOW, WEB_FILE, Shop, World

STAGING = "staging: {clusters: [local], promotesFrom: dev}"
HEALTHY = Health("Synced", "Healthy")


def gated(shop: Shop, gates: str) -> None:
    shop.edit("platform.yaml", STAGING, f"{STAGING[:-1]}, {gates}}}")


def verdict(shop: Shop, world: World | None = None, now: datetime = NOW, to: str = "staging") -> Verdict:
    found = judged(str(shop.root), Request(to, ("web",)), now, world or World())["web"]
    assert len(found) == 1
    return found[0]


def where(*path: str) -> Pointer:
    return Pointer("platform.yaml", ("environments", "staging", *path))


def test_a_soak_counts_from_the_commit_that_brought_the_base(shop: Shop) -> None:
    gated(shop, "gates: {soak: 24h}")
    since = NOW - timedelta(hours=20)
    commit = shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0", when=since)
    shop.edit(WEB_FILE, "scaling: {min: 2}", "scaling: {min: 3}", when=NOW - timedelta(hours=1))
    opens = datetime(2030, 1, 15, 16, tzinfo=UTC)
    why = f"dev runs it since 2030-01-14T16:00Z ({commit[:10]}); 24h are asked for"
    assert verdict(shop) == Verdict("soak", "closed", why, where("gates", "soak"), opens)
    assert verdict(shop, now=opens) == Verdict("soak", "open", why, where("gates", "soak"))


def test_a_soak_in_a_promoted_environment_counts_from_its_promotion(shop: Shop) -> None:
    prod = "prod: {clusters: [east, west], promotesFrom: staging}"
    shop.edit("platform.yaml", prod, f"{prod[:-1]}, gates: {{soak: 2h}}}}", when=NOW - timedelta(days=9))
    plan = shop.plan("web")
    carry_out(str(shop.root), plan)
    promoted = datetime.fromisoformat(shop.git("log", "-1", "--format=%cI"))
    assert verdict(shop, now=promoted + timedelta(hours=1), to="prod").state == "closed"
    assert verdict(shop, now=promoted + timedelta(hours=2), to="prod").state == "open"


def test_a_shallow_clone_does_not_tell_since_when(shop: Shop) -> None:
    gated(shop, "gates: {soak: 24h}")
    shop.git("clone", "-q", "--depth=1", f"file://{shop.root}", "../clone")
    found = judged(str(shop.root.parent / "clone"), Request("staging", ("web",)), NOW, World())["web"][0]
    assert (found.state, found.why) == ("unknown", "this clone is shallow: it does not tell since when dev runs web")


@pytest.mark.parametrize(
    ("world", "state", "why"),
    [
        (World(HEALTHY), "open", "web-dev-local is Synced and Healthy"),
        (World(Health("OutOfSync", "Healthy")), "closed", "web-dev-local is OutOfSync and Healthy"),
        (World(Health("Synced", "Degraded")), "closed", "web-dev-local is Synced and Degraded"),
        (World(), "unknown", "Argo CD does not answer"),
    ],
)
def test_argo_cd_must_say_synced_and_healthy(shop: Shop, world: World, state: str, why: str) -> None:
    gated(shop, "gates: {healthy: true}")
    assert verdict(shop, world) == Verdict("healthy", state, why, where("gates", "healthy"))  # type: ignore[arg-type]
    assert world.asked == [("local", "web-dev-local")]


@pytest.mark.parametrize(
    ("world", "state", "why"),
    [
        (World(firing=[]), "open", "no alert fires"),
        (World(firing=["TooSlow", "Down"]), "closed", "TooSlow, Down fires in dev on local"),
        (World(), "unknown", "Prometheus does not answer"),
    ],
)
def test_no_alert_may_fire(shop: Shop, world: World, state: str, why: str) -> None:
    gated(shop, "gates: {alerts: true}")
    assert verdict(shop, world) == Verdict("alerts", state, why, where("gates", "alerts"))  # type: ignore[arg-type]
    assert world.asked == [("local", "web-dev")]


def test_clusters_that_run_it_already_must_be_healthy_before_the_next(shop: Shop) -> None:
    shop.edit(
        "platform.yaml",
        "prod: {clusters: [east, west], promotesFrom: staging}",
        "prod: {clusters: [east, west], promotesFrom: staging, rollout: by-cluster, gates: {healthy: true}}",
    )
    shop.promote("web")
    carry_out(str(shop.root), shop.plan("web", to="prod", world=World(HEALTHY)))
    world = World(HEALTHY)
    shop.plan("web", to="prod", world=world)
    assert world.asked == [("local", "web-staging-local"), ("east", "web-prod-east")]


def test_a_closed_window_tells_when_it_opens(shop: Shop) -> None:
    gated(shop, 'syncWindows: [{kind: allow, schedule: "0 14 * * *", duration: 1h}]')
    assert verdict(shop) == Verdict(
        "window", "closed", "none of the windows that allow it is open", where("syncWindows"), NOW.replace(hour=14)
    )
    assert verdict(shop, now=NOW.replace(hour=14)).state == "open"


def test_a_pin_lets_only_its_version_through_until_its_day_has_passed(shop: Shop) -> None:
    pin = 'pin: {version: 2.0.0, until: "2030-01-15", reason: the audit, owner: web}'
    shop.edit(WEB_FILE, "scaling: {min: 2}", f"scaling: {{min: 2}}\n    {pin}")
    found = verdict(shop)
    assert (found.gate, found.state, found.why) == (
        "pin",
        "closed",
        "pinned to 2.0.0 until 2030-01-15 by web: the audit",
    )
    assert found.where == Pointer(WEB_FILE, ("environments", "staging", "pin"))
    assert judged(str(shop.root), Request("staging", ("web",)), NOW + timedelta(days=1), World()) == {"web": ()}
    shop.edit(WEB_FILE, "release: {version: 1.0.0}", "release: {version: 2.0.0}")
    assert judged(str(shop.root), Request("staging", ("web",)), NOW, World()) == {"web": ()}


def test_what_is_not_known_bars_and_may_be_passed_but_never_a_hold() -> None:
    here = Pointer("platform.yaml")
    found = [Verdict(gate, "unknown", "", here) for gate in ("soak", "alerts", "hold", "pin")]
    assert [verdict.gate for verdict in barred(found, ())] == ["soak", "alerts", "hold", "pin"]
    assert [verdict.gate for verdict in barred(found, ("soak", "hold", "pin"))] == ["alerts", "hold", "pin"]
    assert barred([Verdict("soak", "open", "", here)], ()) == []


def test_open_gates_and_those_that_were_passed_are_in_the_commit(shop: Shop) -> None:
    gated(shop, "gates: {healthy: true, alerts: true}")
    plan = shop.plan("web", world=World(HEALTHY))
    carry_out(str(shop.root), plan, [Override("alerts", "it is a test"), Override("soak", "was open")])
    act = read(shop.git("show", "--no-patch", "--format=%B"))
    assert act is not None
    assert act.gates == ("web: healthy: web-dev-local is Synced and Healthy",)
    assert act.overrides == (Override("alerts", "it is a test"),)


def test_an_approval_is_asked_in_the_pull_request(shop: Shop) -> None:
    shop.edit("platform.yaml", "targets: [kubernetes]", "targets: [kubernetes, github-actions]")
    gated(shop, "gates: {approval: web}")
    why = "web (@example/web) approves in the pull request: --pr"
    assert verdict(shop) == Verdict("approval", "closed", why, where("gates", "approval"))
    owners = shop.read(".github/CODEOWNERS").splitlines()
    assert owners[-1] == "/apps/web/promoted/staging.yaml @example/web"
    assert owners.index("/promoted/staging.yaml @example/web") < owners.index("/apps/api/service.yaml @example/web")
    shop.edit("platform.yaml", "gates: {approval: web}", "automatic: true")
    assert shop.read(".github/CODEOWNERS").splitlines()[-1] == "/apps/web/promoted/staging.yaml"
