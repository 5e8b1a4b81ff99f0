"""The command itself: its exit codes, its options, and the one place where a crash is caught."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from journey import __version__, pipeline
from journey.cli import progress
from journey.cli.main import COMMANDS
from journey.cli.root import cli, find_root
from tests.cli.conftest import Journey


@pytest.mark.parametrize("arguments", [["--version"], ["--root", ".", "--version"]])
def test_it_says_its_version(journey: Journey, arguments: list[str]) -> None:
    assert journey(*arguments) == (0, f"journey {__version__}\n", "")


def test_help_lists_every_command(journey: Journey) -> None:
    code, out, _ = journey("--help")
    lines = out.partition("Commands:\n")[2].splitlines()
    named = [line.split()[0] for line in lines if line[2] != " "]
    assert (code, named) == (0, list(COMMANDS))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_a_module_with_help(journey: Journey, name: str) -> None:
    command = import_module(f"journey.cli.{name.replace('-', '_')}").command
    assert command.name == name and command.help
    code, out, _ = journey(name, "--help")
    assert code == 0 and out.startswith(f"Usage: journey {name}")


def test_without_a_command_it_helps_and_refuses(journey: Journey) -> None:
    code, _, err = journey()
    assert code == 2 and err.startswith("Usage: journey")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("rendr", "there is no command `rendr`; did you mean `render`?"),
        ("xyz", "there is no command `xyz`; `journey --help` lists them"),
    ],
)
def test_an_unknown_command_is_refused_with_the_nearest(journey: Journey, given: str, hint: str) -> None:
    code, out, err = journey(given)
    assert (code, out) == (2, "") and hint in err


def test_an_unknown_option_is_usage(journey: Journey) -> None:
    code, _, err = journey("render", "--envv", "dev")
    assert code == 2 and "--envv" in err


def test_a_root_that_is_not_there_is_usage(journey: Journey, tmp_path: Path) -> None:
    assert journey("--root", str(tmp_path / "none"), "check").code == 2


def test_the_root_is_the_nearest_folder_above_with_a_platform(tmp_path: Path) -> None:
    below = tmp_path / "apps/web"
    below.mkdir(parents=True)
    assert find_root(str(below)) == str(below)
    (tmp_path / "platform.yaml").touch()
    assert find_root(str(below)) == str(tmp_path)


@pytest.mark.parametrize("command", ["render", "check", "graph", "doctor"])
def test_without_a_platform_each_command_says_so(
    journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = journey(command)
    assert (code, out.splitlines()[:2]) == (
        1,
        [
            "platform.yaml: spec/no-platform: there is no platform.yaml here",
            "    run this in a platform's folder, name it with --root, or make one: journey init",
        ],
    )
    assert list(tmp_path.iterdir()) == []


def broken(*arguments: object, **options: object) -> None:
    raise RuntimeError("a bug")


def test_a_bug_is_one_line_and_a_file_to_send(journey: Journey, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "run", broken)
    monkeypatch.setattr(sys, "argv", ["journey", "check"])
    code, out, err = journey("check")
    assert (code, out, err.splitlines()) == (
        3,
        "",
        [
            "journey crashed: RuntimeError: a bug",
            "This is a bug, not your spec's fault; report it with the file .journey/crash.txt",
        ],
    )
    kept = (shop / ".journey/crash.txt").read_text().splitlines()
    assert kept[0].startswith(f"journey {__version__}, Python ") and kept[1] == "check"
    assert kept[3] == "Traceback (most recent call last):" and kept[-1] == "RuntimeError: a bug"
    assert (shop / ".journey/.gitignore").read_text() == "*\n"


def test_a_bug_is_kept_below_the_root(
    journey: Journey, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "run", broken)
    monkeypatch.setattr(sys, "argv", ["journey", "check", "\udcff"])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    code, _, err = journey("--root", "../shop", "check")
    assert code == 3 and err.endswith(f"; report it with the file {shop / '.journey/crash.txt'}\n")
    assert (shop / ".journey/crash.txt").read_text().splitlines()[1] == "check \\udcff"
    assert list(elsewhere.iterdir()) == []


def test_a_bug_before_the_root_is_known_is_kept_here(
    journey: Journey, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journey.cli.root.find_root", broken)
    code, _, err = journey("check")
    assert code == 3 and err.endswith("; report it with the file .journey/crash.txt\n")
    assert (shop / ".journey/crash.txt").exists()


def test_a_bug_where_nothing_can_be_written_is_told_whole(
    journey: Journey, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "run", broken)
    (shop / ".journey").touch()
    code, _, err = journey("check")
    assert code == 3 and "report it with this:\nTraceback (most recent call last):" in err


@pytest.mark.parametrize(("error", "code"), [(click.Abort(), 130), (click.exceptions.Exit(4), 4)])
def test_what_is_stopped_is_no_bug(
    journey: Journey, shop: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def stop(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "run", stop)
    assert journey("check").code == code
    assert not (shop / ".journey/crash.txt").exists()


def test_a_reader_that_goes_away_ends_it_without_a_word(shop: Path) -> None:
    command = [sys.executable, "-c", "from journey.cli.main import main; main()", "schema", "platform"]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(("value", "colored"), [(None, True), ("", True), ("1", False)])
def test_no_color_is_obeyed(value: str | None, colored: bool) -> None:
    found = CliRunner(env={"NO_COLOR": value}).invoke(cli, ["targets"], color=True)
    assert ("\x1b[1m" in found.output) is colored


def test_progress_is_shown_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "DELAY", -1.0)
    with progress.bar("rendering") as show:
        show(1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.bar("rendering") as show:
        show(1, 2)
    assert capsys.readouterr().err == "\rrendering 1 of 2\x1b[K\r\x1b[K"


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress, "DELAY", 1e9)
    with progress.bar("rendering") as show:
        show(1, 2)
    assert capsys.readouterr().err == ""
