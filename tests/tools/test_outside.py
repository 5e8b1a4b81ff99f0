"""Installing the outside programs: what is done when, what is left alone, and what is said when one cannot be had."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import outside
from tools.outside import InstallError, Program


class Shelf:
    """A cache folder, and a program that counts how often it is installed."""

    def __init__(self, root: Path) -> None:
        self.cache = root / "cache"
        self.pin = root / "finder.lock"
        self.pin.write_text("finder==1")
        self.installed = 0
        self.program = Program("finder", (self.pin,), self.install, "bin/finder")

    def install(self, program: Program, folder: Path) -> None:
        self.installed += 1
        (folder / "bin").mkdir()
        (folder / program.made).write_text(self.pin.read_text())

    @property
    def linked(self) -> str:
        return (self.cache / "bin" / "finder").read_text()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_program_is_installed_once(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    assert outside.ensure(shelf.program, shelf.cache)
    assert not outside.ensure(shelf.program, shelf.cache)
    assert (shelf.installed, shelf.linked) == (1, "finder==1")
    assert capsys.readouterr().out == "tools: installing finder\n"


def test_another_lock_brings_another_program_and_removes_the_older(shelf: Shelf) -> None:
    outside.ensure(shelf.program, shelf.cache)
    shelf.pin.write_text("finder==2")
    assert outside.ensure(shelf.program, shelf.cache)
    assert shelf.linked == "finder==2"
    assert len(list(shelf.cache.glob("finder-*"))) == 1


def test_what_an_interrupted_run_left_is_done_again(shelf: Shelf) -> None:
    outside.ensure(shelf.program, shelf.cache)
    folder = outside.folder_of(shelf.program, shelf.cache)
    (folder / outside.DONE).unlink()
    assert outside.ensure(shelf.program, shelf.cache)
    assert shelf.installed == 2


def test_a_link_that_points_elsewhere_is_mended(shelf: Shelf) -> None:
    outside.ensure(shelf.program, shelf.cache)
    link = shelf.cache / "bin" / "finder"
    link.unlink()
    link.symlink_to("nowhere")
    outside.ensure(shelf.program, shelf.cache)
    assert (shelf.linked, shelf.installed) == ("finder==1", 1)


def test_a_machine_without_go_is_told_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InstallError) as refused:
        outside.install_go(outside.PROGRAMS[2], tmp_path)
    assert str(refused.value) == (
        "actionlint is built with Go, and there is no `go` on PATH: install Go, or put a ready-made actionlint on PATH"
    )


def test_a_command_that_fails_is_named() -> None:
    with pytest.raises(InstallError, match=r"^this command failed: false$"):
        outside.run(["false"])


def test_the_others_are_installed_where_one_cannot_be_had(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(program: Program, folder: Path) -> None:
        raise InstallError(f"no {program.name} today")

    broken = Program("broken", (shelf.pin,), fail, "broken")
    monkeypatch.setattr(outside, "PROGRAMS", (broken, shelf.program))
    monkeypatch.setattr(outside, "CACHE", shelf.cache)
    assert outside.main() == 2
    assert shelf.installed == 1
    assert not os.path.lexists(shelf.cache / "bin" / "broken")
    assert capsys.readouterr().err == "tools: no broken today\n"
    monkeypatch.setattr(outside, "PROGRAMS", (shelf.program,))
    assert outside.main() == 0


def test_every_program_is_pinned_by_hashes() -> None:
    for program in outside.PROGRAMS[:2]:
        text = program.pins[0].read_text()
        releases = [line for line in text.splitlines() if "==" in line and not line.startswith("#")]
        assert any(line.startswith(f"{program.name}==") for line in releases)
        assert "--hash=sha256:" in text
        assert not any(line.startswith("--") for line in text.splitlines())
    module, sums = (file.read_text() for file in outside.PROGRAMS[2].pins)
    assert "github.com/rhysd/actionlint v" in module
    assert "github.com/rhysd/actionlint v" in sums
