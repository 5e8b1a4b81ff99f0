"""`journey init`: from options, from questions, and what it refuses."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from journey import __version__
from journey.cli import terminal
from journey.cli.root import cli
from tests.cli.conftest import Journey

GIVEN = ("--domain", "example.com", "--repository", "https://github.com/acme/platform.git")
FILES = [".gitignore", "Makefile", "README.md", "apps/web/service.yaml", "platform.yaml", "requirements.txt"]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    root = tmp_path / "My Shop"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def written(root: Path) -> list[str]:
    paths = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return sorted(path for path in paths if not path.startswith(".git/"))


def test_options_make_a_platform(empty: Path, journey: Journey) -> None:
    code, out, err = journey("init", *GIVEN)
    assert (code, err, written(empty)) == (0, "", FILES)
    assert out.splitlines() == [
        f"my-shop stands in {empty}: platform.yaml and apps/web/service.yaml are its spec",
        "Next:",
        "    git init",
        "    make render && make test",
        "    journey add service NAME",
        "    journey doctor",
    ]
    assert (empty / "requirements.txt").read_text() == f"request-journey=={__version__}\n"


def test_what_it_makes_renders_and_checks_clean(empty: Path, journey: Journey) -> None:
    assert journey("init", *GIVEN, "--environment", "dev", "--environment", "prod").code == 0
    assert journey("render").code == 0
    assert journey("check").out.endswith(" units in order\n")
    assert journey("render").out.endswith(" files up to date\n")


def test_every_answer_may_be_an_option(empty: Path, journey: Journey) -> None:
    given = {
        "name": "shop",
        "registry": "registry.example.com/shop",
        "team": "web",
        "contact": "web@example.org",
        "owner": "@somebody",
        "cluster": "eu",
        "provider": "aws",
        "kubernetes": "1.34",
        "service": "front",
    }
    options = [word for field, value in given.items() for word in (f"--{field}", value)]
    assert journey("init", "new", *GIVEN, *options).code == 0
    text = (empty / "new/platform.yaml").read_text() + (empty / "new/apps/front/service.yaml").read_text()
    assert [value for value in given.values() if value not in text] == []


def test_another_folder_is_made(empty: Path, journey: Journey) -> None:
    code, out, _ = journey("init", "deep/shop", *GIVEN)
    assert code == 0 and "    cd deep/shop\n" in out
    assert written(empty / "deep/shop") == FILES


def test_the_root_of_all_commands_is_obeyed(empty: Path, journey: Journey) -> None:
    (empty / "there").mkdir()
    assert journey("--root", "there", "init", *GIVEN).code == 0
    assert written(empty) == [f"there/{name}" for name in FILES]


def test_a_platform_above_is_none_here(empty: Path, journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    assert journey("init", *GIVEN).code == 0
    (empty / "below").mkdir()
    monkeypatch.chdir(empty / "below")
    assert journey("init", *GIVEN).code == 0
    assert written(empty / "below") == FILES


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda root: (root / "src").mkdir(), "is not empty: src; move them elsewhere, or name another folder"),
        (lambda root: [(root / f"f{n:02}").touch() for n in range(12)], "f08, f09 and 2 more; move"),
    ],
)
def test_a_folder_with_something_in_it_is_refused(
    empty: Path, journey: Journey, make: Callable[[Path], object], said: str
) -> None:
    make(empty)
    before = written(empty)
    code, out, err = journey("init", *GIVEN)
    assert (code, out, written(empty)) == (2, "", before) and said in err


def test_a_file_is_no_folder_for_it(empty: Path, journey: Journey) -> None:
    (empty / "file").touch()
    assert journey("init", "file", *GIVEN).code == 2
    code, _, err = journey("init", "file/below", *GIVEN)
    assert code == 1 and err.startswith(".gitignore: scaffold/write: cannot be written: Not a directory")


def test_a_repository_says_its_own_address(empty: Path, journey: Journey) -> None:
    subprocess.run(["git", "init", "--quiet"], check=True)
    (empty / "LICENSE").touch()
    assert "--repository must be given" in journey("init", "--domain", "example.com").err
    subprocess.run(["git", "remote", "add", "origin", "git@github.com:acme/shop.git"], check=True)
    code, out, _ = journey("init", "--domain", "example.com")
    assert code == 0 and "git init" not in out
    text = (empty / "platform.yaml").read_text()
    assert "url: https://github.com/acme/shop.git" in text and "registry: ghcr.io/acme/shop" in text


def test_what_must_be_given_is_told_at_once(empty: Path, journey: Journey) -> None:
    code, _, err = journey("init")
    assert code == 2 and "--domain, --repository must be given: there is no terminal to ask on" in err
    assert written(empty) == []
    said = " ".join(journey("init", "--help").out.split())
    assert "what has none must be given: --domain, and --repository where the folder has no remote `origin`." in said


def test_wrong_answers_are_told_at_once(empty: Path, journey: Journey) -> None:
    code, _, err = journey("init", *GIVEN, "--name", "No Name", "--kubernetes", "1.0", "--service", "Web")
    assert code == 2 and written(empty) == []
    assert [line.split()[0] for line in err.splitlines() if "--" in line][-2:] == ["--kubernetes:", "--service:"]
    assert "--name: `name: No Name` is not valid" in err


def test_a_line_break_in_an_answer_is_refused(empty: Path, journey: Journey) -> None:
    code, _, err = journey("init", *GIVEN, "--team", "a\nb: c")
    assert code == 2 and "--team: it holds what no line of a file may hold" in err


def ask(monkeypatch: pytest.MonkeyPatch, arguments: list[str], *answers: str) -> Result:
    monkeypatch.setattr(terminal, "asking", lambda: True)
    return CliRunner().invoke(cli, ["init", *arguments], input="".join(f"{line}\n" for line in answers))


def test_on_a_terminal_it_asks(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["", "example.com", "https://github.com/acme/shop.git", *[""] * 7, "dev prod", ""]
    found = ask(monkeypatch, [], *answers)
    assert found.exit_code == 0 and written(empty) == FILES
    assert "Name of the platform [my-shop]: " in found.output
    assert "Mail address of the team [platform@example.com]: " in found.output
    assert "promotesFrom: dev" in (empty / "platform.yaml").read_text()


def test_what_an_option_says_is_not_asked(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ask(monkeypatch, [*GIVEN, "--name", "shop"], *[""] * 9)
    assert found.exit_code == 0
    assert "Name of the platform" not in found.output and "Domain" not in found.output


def test_a_wrong_answer_is_asked_again(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ask(monkeypatch, [*GIVEN, "--name", "No Name"], *[""] * 9, "shop")
    assert found.exit_code == 0
    assert "--name: `name: No Name` is not valid" in found.output and found.output.count("Name of the platform") == 1
    assert "name: shop\n" in (empty / "platform.yaml").read_text()


def test_whoever_stops_answering_writes_nothing(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(monkeypatch, [*GIVEN], "").exit_code == 1  # Abort, which `main` makes 130
    assert written(empty) == []


def test_without_git_there_is_no_remote(empty: Path, journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty / ".git").mkdir()
    monkeypatch.setenv("PATH", str(empty))
    assert "--repository must be given" in journey("init", "--domain", "example.com").err
