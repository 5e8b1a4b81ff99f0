"""Promotions that nobody asks for, as the workflow's schedule makes them; GitHub is a server that speaks its API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.changes.shop import API_FILE, WEB_FILE, Shop
from tests.cli.conftest import Journey
from tests.live.github_server import TOKEN, State, serving

STAGING = "staging: {clusters: [local], promotesFrom: dev}"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path / "shop")
    monkeypatch.chdir(made.root)
    made.git("init", "-q", "--bare", str(tmp_path / "bare"))
    made.git("remote", "add", "origin", f"file://{tmp_path / 'bare'}")
    made.edit("platform.yaml", STAGING, f"{STAGING[:-1]}, automatic: true}}")
    made.git("push", "-q", "origin", "main")
    return made


@pytest.fixture
def github(repository: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    state = State()
    with serving(state) as address:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", address)
        yield state


def test_what_passes_every_gate_is_offered_and_what_does_not_is_told(
    repository: Shop, github: State, journey: Journey
) -> None:
    repository.edit(API_FILE, "release:", "environments: {staging: {hold: {reason: Not yet., owner: web}}}\nrelease:")
    ran = journey("ci", "promote-automatic")
    assert ran.code == 0, ran.err
    (pull,) = github.pulls
    assert pull["title"] == "Promote web from dev to staging"
    stays, offered = ran.out.splitlines()
    assert stays == "staging: api stays: hold: held by web: Not yet."
    assert offered.startswith("staging: https://github.com/acme/platform/pull/1: waits to be merged: PUT ")
    assert offered.endswith(': 405 Required status check "check" is expected.')
    assert repository.clean


def test_one_that_is_open_is_merged_once_its_checks_passed(repository: Shop, github: State, journey: Journey) -> None:
    journey("ci", "promote-automatic")
    github.pulls[0]["passed"] = True
    ran = journey("ci", "promote-automatic")
    assert ran.out.splitlines()[-1] == "staging: https://github.com/acme/platform/pull/1: merged #1"
    assert len(github.pulls) == 1


def test_nothing_is_told_where_nothing_is_to_do(repository: Shop, github: State, journey: Journey) -> None:
    repository.promote("web", "api")
    assert journey("ci", "promote-automatic").out == "staging: nothing to promote\n"
    assert not github.pulls


def test_what_a_person_must_look_at_stops_it(repository: Shop, github: State, journey: Journey) -> None:
    repository.promote("web", "api")
    repository.edit("apps/web/promoted/staging.yaml", "GREETING: hello", "GREETING: mine")
    repository.edit(WEB_FILE, "GREETING: hello", "GREETING: theirs")
    ran = journey("ci", "promote-automatic")
    assert (
        ran.code == 1
        and "staging: conflict: config.values.GREETING was edited by hand at apps/web/promoted/" in ran.err
    )
    assert not github.pulls
