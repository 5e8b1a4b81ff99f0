"""`journey doctor`: findings around the repository, and the repository's settings on GitHub."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from journey.cli import terminal
from journey.cli.root import cli
from journey.doctor import installation
from tests.cli.conftest import Journey
from tests.live.github_server import TOKEN, State, serving

MAKEFILE = "check lint render test:\n\t@true\n"


@pytest.fixture
def sound(shop: Path, journey: Journey, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A rendered platform with nothing missing around it."""
    monkeypatch.setattr(installation, "CHECKERS", ())
    subprocess.run(["git", "init", "--quiet"], check=True)
    (shop / "Makefile").write_text(MAKEFILE)
    assert journey("render").code == 0
    return shop


def test_nothing_is_missing(sound: Path, journey: Journey) -> None:
    assert journey("doctor") == (0, "nothing is missing\n", "")
    assert journey("doctor", "--format", "json") == (0, "[]\n", "")


def test_each_finding_says_what_to_do(sound: Path, journey: Journey) -> None:
    shutil.rmtree(sound / ".git")
    shutil.rmtree(sound / ".journey")
    (sound / ".journey").touch()
    (sound / "requirements.txt").write_text("click==0.1\n")
    code, out, _ = journey("doctor")
    lines = out.splitlines()
    assert (code, lines[:4]) == (
        1,
        [
            "doctor/git: there is no git repository here",
            "    git init, then add and commit the spec together with what is rendered",
            ".journey: doctor/cache: .journey is no folder",
            "    delete it: journey makes a folder of that name",
        ],
    )
    assert lines[4].startswith("requirements.txt: doctor/version: click 8")
    assert lines[-1] == "3 errors"


def test_warnings_alone_exit_0(sound: Path, journey: Journey) -> None:
    path = sound / "apps/api/service.yaml"
    path.write_text(path.read_text().partition("\n")[2])
    code, out, _ = journey("doctor", "--format", "json")
    (found,) = json.loads(out)
    assert (code, found["file"], found["line"], found["level"], found["rule"]) == (
        0,
        "apps/api/service.yaml",
        1,
        "warning",
        "doctor/schema-line",
    )


@pytest.mark.parametrize("arguments", [["--apply"], ["--github", "--yes"], ["--github", "--api", "ftp://x"]])
def test_options_that_cannot_be_are_usage(shop: Path, journey: Journey, arguments: list[str]) -> None:
    assert journey("doctor", *arguments).code == 2


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def github(state: State, shop: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Arguments that lead to a server in GitHub's place."""
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    with serving(state) as address:
        yield ["doctor", "--github", "--api", address]


def test_what_differs_on_github_is_told(journey: Journey, github: list[str]) -> None:
    code, out, _ = journey(*github)
    lines = out.splitlines()
    assert (code, lines[:2], lines[-1]) == (
        1,
        [
            "platform.yaml: github/settings: deployment environment `dev` does not admit branch `main`",
            "    journey doctor --github --apply sets it",
        ],
        "7 errors",
    )


def test_it_is_set_when_told_so(journey: Journey, state: State, github: list[str]) -> None:
    code, _, err = journey(*github, "--apply", "--yes")
    assert (code, err, set(state.environments)) == (0, "7 set\n", {"release", "dev", "prod"})
    assert journey(*github) == (0, "GitHub has what the spec asks for\n", "")
    changes = len(state.changes)
    assert journey(*github, "--apply").code == 0
    assert len(state.changes) == changes


def test_without_a_terminal_yes_must_be_said(journey: Journey, state: State, github: list[str]) -> None:
    code, _, err = journey(*github, "--apply")
    assert code == 2 and "there is no terminal to ask on: say --yes to set it" in err
    assert state.changes == []


@pytest.mark.parametrize(("answer", "code", "changes"), [("y", 0, 7), ("n", 1, 0)])
def test_it_asks_first(
    state: State, github: list[str], monkeypatch: pytest.MonkeyPatch, answer: str, code: int, changes: int
) -> None:
    monkeypatch.setattr(terminal, "asking", lambda: True)
    found = CliRunner().invoke(cli, [*github, "--apply"], input=f"{answer}\n", standalone_mode=False)
    assert (found.return_value, len(state.changes)) == (code, changes)
    assert "there is no ruleset `journey`" in found.output and "Set it? [y/N]" in found.output


def test_a_token_must_be_there(journey: Journey, shop: Path) -> None:
    code, out, err = journey("doctor", "--github")
    assert (code, out) == (2, "") and "set GITHUB_TOKEN or GH_TOKEN to a token" in err


def test_what_github_refuses_is_a_problem(journey: Journey, github: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "wrong")
    code, out, _ = journey(*github)
    assert code == 1
    assert out.splitlines()[0] == "github/refused: GET /repos/acme/platform/rulesets: 401 Bad credentials"


def test_a_broken_spec_asks_github_for_nothing(journey: Journey, shop: Path, state: State, github: list[str]) -> None:
    (shop / "apps/api/service.yaml").write_text("team: nobody\nkind: worker\n")
    code, out, _ = journey(*github, "--apply", "--yes")
    assert code == 1 and "spec/unknown-team" in out and state.changes == []
