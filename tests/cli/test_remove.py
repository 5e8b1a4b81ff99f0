"""`journey rename` and `journey remove` as a person runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.changes.shop import API_FILE, WEB, WEB_FILE, Shop
from tests.cli.conftest import Journey


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path / "shop")
    monkeypatch.chdir(made.root)
    return made


def test_a_rename_is_told_and_done(repository: Shop, journey: Journey) -> None:
    ran = journey("rename", "api", "prices", "--yes")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "rename api to prices"
    assert lines[1].startswith("keeps the name api: ")
    assert ran.err == f"committed {repository.git('rev-parse', 'HEAD')[:10]} on main\n"
    assert journey("check").code == 0
    assert "prices" in journey("history", "prices").out


def test_a_removal_is_told_and_done(repository: Shop, journey: Journey) -> None:
    said = ("--reason", "Prices are on paper.", "--now", "2030-01-15")
    plan = journey("remove", "service", "api", *said, "--plan")
    assert plan.out.splitlines()[0] == "remove api everywhere: 7.0.0 -> none"
    assert (repository.root / API_FILE).exists()
    ran = journey("remove", "service", "api", *said, "--yes")
    assert ran.code == 0 and not (repository.root / API_FILE).exists()
    assert journey("check").code == 0
    assert 'since: "2030-01-15"' in repository.read("platform.yaml")


def test_who_still_needs_it_is_told_on_the_line(repository: Shop, journey: Journey) -> None:
    (repository.root / WEB_FILE).write_text(WEB + "needs:\n- service: api\n")
    repository.commit()
    ran = journey("remove", "service", "api", "--reason", "Gone.", "--yes")
    assert ran.code == 1
    assert f"{WEB_FILE}:15:12" in ran.out + ran.err and "there is no service `api`" in ran.out + ran.err
    assert "nothing was changed: the spec would not be in order" in ran.err
    assert repository.clean


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--data", "export", "--reason", "Gone."), "--data export goes with --copy URL"),
        (("--copy", "s3://archive.example.com", "--reason", "Gone."), "--data export goes with --copy URL"),
        (("--reason", " "), "--reason needs a few words"),
        ((), "Missing option '--reason'"),
    ],
)
def test_what_a_removal_must_be_told(repository: Shop, journey: Journey, given: tuple[str, ...], message: str) -> None:
    ran = journey("remove", "service", "api", *given)
    assert ran.code == 2 and message in ran.err
