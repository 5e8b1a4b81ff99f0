"""A fix past environments: gates on record, holds not passed, and the way back opened as branches."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey.changes import record
from tests.changes.shop import WEB_FILE, Shop
from tests.cli.conftest import Journey, journey

__all__ = ["journey"]

PROD = "prod: {clusters: [east, west], promotesFrom: staging}"


@pytest.fixture
def ahead(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """`web` runs 1.0.0 everywhere, and 2.0.0 with another greeting in dev."""
    for name in ("ARGOCD_SERVER", "PROMETHEUS_URL"):
        monkeypatch.delenv(name, raising=False)
    for environment in ("staging", "prod"):
        shop.promote("web", to=environment)
    shop.edit("platform.yaml", PROD, f"{PROD[:-1]}, gates: {{soak: 24h, healthy: true}}}}")
    shop.edit(WEB_FILE, "GREETING: hello", "GREETING: hi")
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 2.0.0")
    return shop


def promoted(shop: Shop, environment: str) -> str:
    return shop.read(f"apps/web/promoted/{environment}.yaml")


def test_the_release_alone_goes_past_what_is_between(ahead: Shop, journey: Journey) -> None:
    ran = journey("hotfix", "web", "--to", "prod", "--reason", "Logins fail.", "--yes")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[0] == "hotfix web from dev to prod: 1.0.0 -> 2.0.0"
    assert 'version: "2.0.0"' in promoted(ahead, "prod") and "GREETING: hello" in promoted(ahead, "prod")
    assert 'version: "1.0.0"' in promoted(ahead, "staging")
    act = record.read(ahead.git("log", "-1", "--format=%B"))
    assert act is not None and (act.kind, act.source, act.target) == ("hotfix", "dev", "prod")
    assert act.overrides == (record.Override("soak", "Logins fail."), record.Override("healthy", "Logins fail."))
    assert ahead.git("log", "-1", "--format=%s") == "Take web from dev to prod as a hotfix"
    assert ahead.clean and journey("check").code == 0


def test_the_back_port_is_a_branch_with_the_one_commit(ahead: Shop, journey: Journey) -> None:
    ran = journey("hotfix", "web", "--to", "prod", "--reason", "Logins fail.", "--yes")
    (branch,) = [name for name in ahead.git("branch", "--format=%(refname:short)").split() if name != "main"]
    assert branch.startswith("journey/promote-staging-web-")
    told = f"back-port to staging: {branch} is made; git push origin {branch}, and open its pull request: "
    assert ran.err.splitlines()[-1].startswith(told)
    assert ahead.git("rev-parse", f"{branch}~1") == ahead.git("rev-parse", "main")
    there = ahead.git("show", f"{branch}:apps/web/promoted/staging.yaml")
    assert 'version: "2.0.0"' in there and "GREETING: hello" in there
    again = journey("hotfix", "web", "--to", "prod", "--reason", "Logins fail.", "--yes")
    assert (again.code, again.out) == (0, "prod runs it already\n")


def test_a_plan_tells_and_changes_nothing(ahead: Shop, journey: Journey) -> None:
    before = ahead.git("rev-parse", "HEAD")
    ran = journey("hotfix", "web", "--to", "prod", "--reason", "Logins fail.", "--plan")
    assert ran.code == 0 and ran.out.splitlines()[-1] == "back-port to staging: opened once this is done"
    assert "gate web: soak is " in ran.out
    assert ahead.git("rev-parse", "HEAD") == before and ahead.git("branch", "--format=%(refname:short)") == "main"


def test_a_hold_is_not_passed(ahead: Shop, journey: Journey) -> None:
    assert journey("hold", "web", "--env", "prod", "--reason", "Frozen.", "--yes").code == 0
    ran = journey("hotfix", "web", "--to", "prod", "--reason", "Logins fail.", "--yes")
    assert ran.code == 1 and "hold is closed: held by web: Frozen." in ran.err
    assert 'version: "1.0.0"' in promoted(ahead, "prod")


def test_what_comes_next_is_promoted(ahead: Shop, journey: Journey) -> None:
    ran = journey("hotfix", "web", "--to", "staging", "--reason", "Logins fail.", "--yes")
    assert ran.code != 0
    assert "dev comes right before staging: there is nothing to go past; journey promote web --to staging" in ran.err


def test_history_tells_it(ahead: Shop, journey: Journey) -> None:
    journey("hotfix", "web", "--to", "prod", "--reason", "Logins fail.", "--yes")
    told = journey("history", "web", "--env", "prod").out
    assert "hotfix" in told and "soak: Logins fail." in told


def test_with_a_host_both_are_pull_requests(
    ahead: Shop, journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.live.github_server import TOKEN, State, serving

    ahead.git("init", "-q", "--bare", str(tmp_path / "bare"))
    ahead.git("remote", "add", "origin", f"file://{tmp_path / 'bare'}")
    ahead.git("push", "-q", "origin", "main")
    state = State()
    with serving(state) as address:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", address)
        ran = journey("hotfix", "web", "--to", "prod", "--reason", "Logins fail.", "--yes", "--pr")
    assert ran.code == 0, ran.err
    assert [pull["title"] for pull in state.pulls] == [
        "Take web from dev to prod as a hotfix",
        "Promote web from dev to staging",
    ]
    assert 'version: "1.0.0"' in promoted(ahead, "prod") and ahead.clean
