"""`journey promote`, `gates`, `hold`, `unhold`, `rollback` and `history` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.changes.shop import WEB_FILE, Shop
from tests.cli.conftest import Journey

STAGING = "staging: {clusters: [local], promotesFrom: dev}"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path / "shop")
    monkeypatch.chdir(made.root)
    for name in ("ARGOCD_SERVER", "PROMETHEUS_URL"):
        monkeypatch.delenv(name, raising=False)
    return made


def test_a_promotion_is_told_and_done(repository: Shop, journey: Journey) -> None:
    ran = journey("promote", "web", "--to", "staging", "--yes")
    assert ran.code == 0
    assert ran.out.splitlines()[:3] == [
        "promote web from dev to staging: none -> 1.0.0",
        f"stays staging's own: scaling.min = 2 ({WEB_FILE}:13:20)",
        "impact: 1 capacity, 10 create",
    ]
    assert "10 fields in 10 objects in 1 place by 1 cause" in ran.out.splitlines()
    assert ran.err == f"committed {repository.git('rev-parse', 'HEAD')[:10]} on main\n"
    assert journey("promote", "web", "--to", "staging").out == "staging runs it already\n"
    assert journey("check").code == 0


def test_a_plan_changes_nothing(repository: Shop, journey: Journey) -> None:
    before = repository.git("rev-parse", "HEAD")
    ran = journey("promote", "web", "--to", "staging", "--plan", "--format", "json")
    plan = json.loads(ran.out)
    assert plan["steps"] == [{"service": "web", "before": "none", "after": "1.0.0", "clusters": []}]
    assert plan["files"][0] == "apps/web/promoted/staging.yaml"
    assert repository.git("rev-parse", "HEAD") == before and repository.clean
    markdown = journey("promote", "web", "--to", "staging", "--plan", "--format", "markdown").out
    assert markdown.startswith("- `promote web from dev to staging: none -> 1.0.0`\n")


def test_nobody_to_ask_is_refused(repository: Shop, journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journey.cli.changing.asking", lambda: False)
    ran = journey("promote", "web", "--to", "staging")
    assert ran.code != 0
    assert "there is nobody to ask; look at --plan, then say --yes" in ran.err
    assert repository.git("rev-list", "--count", "HEAD") == "1"


def test_closed_and_unknown_gates_bar_it_until_they_are_passed_with_a_reason(
    repository: Shop, journey: Journey
) -> None:
    repository.edit("platform.yaml", STAGING, f"{STAGING[:-1]}, gates: {{healthy: true, alerts: true}}}}")
    ran = journey("promote", "web", "--to", "staging", "--yes")
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "nothing was changed:",
        "    web: healthy is unknown: neither ARGOCD_SERVER_LOCAL nor ARGOCD_SERVER is set",
        "    web: alerts is unknown: neither PROMETHEUS_URL_LOCAL nor PROMETHEUS_URL is set",
    ]
    assert journey("gates", "web", "--to", "staging").code == 1
    both = ("--override", "healthy", "--override", "alerts")
    assert "--override needs --reason" in journey("promote", "web", "--to", "staging", "--yes", *both).err
    assert journey("promote", "web", "--to", "staging", "--yes", *both, "--reason", "no cluster yet").code == 0
    history = journey("history", "web", "--env", "staging").out
    assert "past healthy: no cluster yet, past alerts: no cluster yet" in history


def test_gates_of_a_moment(repository: Shop, journey: Journey) -> None:
    window = 'syncWindows: [{kind: allow, schedule: "0 14 * * *", duration: 1h}]'
    repository.edit("platform.yaml", STAGING, f"{STAGING[:-1]}, {window}}}")
    closed = journey("gates", "web", "--to", "staging", "--now", "2030-01-15T12:00")
    assert (closed.code, closed.out) == (
        1,
        "web: window is closed: none of the windows that allow it is open; opens 2030-01-15T14:00Z\n",
    )
    opened = journey("gates", "web", "--to", "staging", "--now", "2030-01-15T14:30Z", "--format", "json")
    assert opened.code == 0
    assert json.loads(opened.out) == {"web": [{"gate": "window", "state": "open", "why": "the sync windows are open"}]}
    assert "`noon` is no time" in journey("gates", "web", "--to", "staging", "--now", "noon").err


def test_conflicts_stop_it_until_they_may_be_overwritten(repository: Shop, journey: Journey) -> None:
    repository.promote("web")
    repository.edit("apps/web/promoted/staging.yaml", "GREETING: hello", "GREETING: by hand")
    repository.edit(WEB_FILE, "GREETING: hello", "GREETING: moin")
    ran = journey("promote", "web", "--to", "staging", "--yes")
    assert ran.code != 0
    assert (
        "conflict: config.values.GREETING was edited to by hand at apps/web/promoted/staging.yaml:11:17, "
        f"moin at {WEB_FILE}:8:22 would replace it" in ran.out
    )
    assert "say --overwrite" in ran.err
    assert journey("promote", "web", "--to", "staging", "--yes", "--overwrite").code == 0
    assert "GREETING: moin" in repository.read("apps/web/promoted/staging.yaml")


def test_what_gives_more_rights_is_barred_until_the_spec_acknowledges_it(repository: Shop, journey: Journey) -> None:
    repository.promote("web")
    more = "identity: {kubernetes: [{resources: [secrets], verbs: [get]}]}\nrelease:"
    repository.edit(WEB_FILE, "release:", more)
    barred = journey("promote", "web", "--to", "staging", "--yes")
    assert barred.code == 1
    said = [line.strip().partition("; acknowledge.") for line in barred.err.splitlines() if "impact: " in line]
    assert "impact: permission-widened: Role web: not acknowledged" in [text for text, _, _ in said]
    rest = '{reason: it reads its own, owner: web, expires: "2999-01-01"}'
    answers = "".join(f"  {name}: {rest}\n" for _, _, name in said)
    repository.edit("platform.yaml", "targets:", f"acknowledge:\n{answers}targets:")
    assert journey("promote", "web", "--to", "staging", "--yes").code == 0
    assert "resources: [secrets]" in repository.read(WEB_FILE)


def test_a_rollback_holds_until_the_hold_is_taken_away(repository: Shop, journey: Journey) -> None:
    repository.promote("web")
    repository.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0")
    repository.promote("web")
    assert journey("rollback", "web", "--env", "staging", "--reason", "it failed", "--yes").code == 0
    barred = journey("promote", "web", "--to", "staging", "--yes")
    assert (barred.code, barred.err) == (1, "nothing was changed:\n    web: hold is closed: held by web: it failed\n")
    assert journey("unhold", "web", "--env", "staging", "--yes").code == 0
    assert journey("promote", "web", "--to", "staging", "--yes").code == 0
    assert journey("hold", "web", "--env", "staging", "--reason", "frozen", "--yes").code == 0
    rows = [line.split() for line in journey("history", "web", "--env", "staging").out.splitlines()]
    assert [row[2] for row in rows] == ["version", "1.0.0", "1.1.0", "1.0.0", "1.1.0"]
    found = json.loads(
        journey("history", "--dora", "--since", "2026-01-01", "--now", "2031-01-01", "--format", "json").out
    )
    assert (found["staging"]["deployments"], found["staging"]["change_failure_rate"]) == (3, pytest.approx(1 / 3))
    assert journey("history", "--dora").out.splitlines()[0].split()[0] == "environment"


def test_what_is_stale_or_wrong_is_told_and_nothing_is_done(repository: Shop, journey: Journey) -> None:
    repository.edit("platform.yaml", "targets:", "# remark\ntargets:")
    (repository.root / "environments/dev/local/kubernetes/web/service-web.yaml").write_text("kind: Service\n")
    repository.git("commit", "-qam", "by hand")
    ran = journey("promote", "web", "--to", "staging", "--yes")
    assert ran.code == 1 and "tree/edited" in ran.out
    assert "render and commit first" in ran.err
    assert journey("render").code == 0
    assert (
        "is not committed; commit it, or put it aside: git stash"
        in journey("promote", "web", "--to", "staging", "--yes").err
    )


def test_a_spec_that_would_be_wrong_is_told_with_its_problems(repository: Shop, journey: Journey) -> None:
    repository.promote("web")
    repository.edit(WEB_FILE, "release:", "scaling: {max: 1}\nrelease:")
    ran = journey("promote", "web", "--to", "staging", "--yes")
    assert ran.code == 1 and "spec/scaling" in ran.out
    assert ran.err == "nothing was changed: the spec would not be in order\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("promote", "--to", "staging"), "name services, or say --all or --platform"),
        (("promote", "wbe", "--to", "staging"), "there is no service `wbe`; did you mean `web`?"),
        (("history", "wbe"), "there is no service `wbe`; did you mean `web`?"),
        (("hold", "web", "--env", "dev", "--reason", "why"), "nothing is promoted to `dev`"),
        (("rollback", "web", "--env", "staging", "--reason", "why"), "web is not in staging"),
    ],
)
def test_words_that_mean_nothing_are_refused(
    repository: Shop, journey: Journey, arguments: tuple[str, ...], message: str
) -> None:
    ran = journey(*arguments)
    assert ran.code != 0 and message in ran.err and "Traceback" not in ran.err
