"""A promotion as a pull request: pushed on a branch of its own to a real bare repository; nothing changes here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journey.changes.offer import branch_of
from journey.ci.refused import Refused
from journey.live.pull_requests import on_github
from tests.changes.shop import Shop
from tests.cli.conftest import Journey, journey
from tests.live.github_server import TOKEN, State, serving

__all__ = ["journey"]


@pytest.fixture
def github(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """A local server that speaks GitHub's API, and a bare repository that the clone pushes to."""
    shop.git("init", "-q", "--bare", str(tmp_path / "bare"))
    shop.git("remote", "add", "origin", f"file://{tmp_path / 'bare'}")
    shop.git("push", "-q", "origin", "main")
    state = State()
    with serving(state) as address:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", address)
        yield state


def branches(shop: Shop) -> list[str]:
    return [line.split("\trefs/heads/")[1] for line in shop.git("ls-remote", "--heads", "origin").splitlines()]


def test_a_pull_request_is_opened_from_a_branch_with_the_one_commit(
    shop: Shop, github: State, journey: Journey
) -> None:
    head = shop.git("rev-parse", "HEAD")
    ran = journey("promote", "web", "--to", "staging", "--pr", "--yes")
    assert ran.code == 0, ran.err
    (pull,) = github.pulls
    branch = pull["head"]["ref"]
    assert branches(shop) == [branch, "main"] and branch.startswith("journey/promote-staging-web-")
    assert (pull["title"], pull["base"]["ref"]) == ("Promote web from dev to staging", "main")
    assert "`promote web from dev to staging: none -> 1.0.0`" in pull["body"]
    assert shop.git("rev-parse", "HEAD") == head and shop.clean
    assert shop.git("rev-parse", f"{branch}~1") == head
    assert ran.err.splitlines() == [f"pushed {branch}", "https://github.com/acme/platform/pull/1"]


def test_the_same_command_again_finds_what_it_did(shop: Shop, github: State, journey: Journey) -> None:
    first = journey("promote", "web", "--to", "staging", "--pr", "--yes")
    tip = shop.git("ls-remote", "--heads", "origin")
    again = journey("promote", "web", "--to", "staging", "--pr", "--yes")
    assert (again.code, again.err) == (0, first.err)
    assert len(github.pulls) == 1 and shop.git("ls-remote", "--heads", "origin") == tip


def test_a_request_that_was_cut_is_finished_by_the_same_command(shop: Shop, github: State, journey: Journey) -> None:
    github.raw["/repos/acme/platform/pulls"] = (502, b"{}", {})
    cut = journey("promote", "web", "--to", "staging", "--pr", "--yes")
    assert cut.code != 0 and "the branch is pushed; run the command again once GitHub answers" in cut.err
    assert len(branches(shop)) == 2 and github.pulls == []
    del github.raw["/repos/acme/platform/pulls"]
    assert journey("promote", "web", "--to", "staging", "--pr", "--yes").code == 0
    assert len(github.pulls) == 1 and len(branches(shop)) == 2


def test_a_remote_that_cannot_be_reached_changes_nothing_there(
    shop: Shop, github: State, journey: Journey, tmp_path: Path
) -> None:
    (tmp_path / "bare").rename(tmp_path / "gone")
    ran = journey("promote", "web", "--to", "staging", "--pr", "--yes")
    assert ran.code != 0 and "git push" in ran.err and "Traceback" not in ran.err
    assert shop.clean and github.pulls == []
    (tmp_path / "gone").rename(tmp_path / "bare")
    assert journey("promote", "web", "--to", "staging", "--pr", "--yes").code == 0


def test_without_a_token_nothing_is_begun(
    shop: Shop, github: State, journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    ran = journey("promote", "web", "--to", "staging", "--pr", "--yes")
    assert ran.code != 0 and "there is no token for GitHub; set GITHUB_TOKEN, or leave out --pr" in ran.err
    assert branches(shop) == ["main"] and shop.git("branch", "--list", "journey/*") == ""
    with pytest.raises(Refused, match="there is no token"):
        on_github(str(shop.root), {}, shop.plan("web").seen.after.view)


def test_the_workflow_promotes_everything_unless_services_are_named(
    shop: Shop, github: State, journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TO", "staging")
    monkeypatch.setenv("SERVICES", " ")
    assert journey("ci", "promote").code == 0
    assert github.pulls[0]["title"] == "Promote 2 services from dev to staging"
    monkeypatch.setenv("SERVICES", "api")
    assert journey("ci", "promote").code == 0
    assert github.pulls[1]["title"] == "Promote api from dev to staging"


def test_a_branch_is_named_by_what_it_writes(shop: Shop) -> None:
    assert branch_of(shop.plan("web")) == branch_of(shop.plan("web")) != branch_of(shop.plan("api"))
