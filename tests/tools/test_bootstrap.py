"""Setting up: what is done for which change, and what is said when it cannot be done."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tools import bootstrap

PIP_COMMANDS = {"--editable": "install project", "check": "check"}
"""An argument that only one command has -> what that command does."""


@dataclass
class Machine:
    """A checkout in a temporary folder, and the commands that setting it up would have run."""

    root: Path
    commands: list[str] = field(default_factory=list)
    returncode: int = 0

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        what = next((what for sign, what in PIP_COMMANDS.items() if sign in command), "install lock")
        assert (what == "install lock") == ("--require-hashes" in command)
        assert what == "check" or "--no-deps" in command, "the lock is the whole closure; pip must resolve nothing"
        self.commands.append(what)
        return subprocess.CompletedProcess(command, self.returncode)

    def create(self, folder: str, **_: object) -> None:
        self.commands.append("create")
        python = Path(folder, "bin", "python")
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        Path(bootstrap.STAMP).unlink(missing_ok=True)

    def set_up(self) -> list[str]:
        """Run it; the commands that this run gave."""
        self.commands.clear()
        assert bootstrap.main() == (2 if self.returncode else 0)
        return list(self.commands)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    (tmp_path / "requirements.lock").write_text("click==8.2.0\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    for name, path in {
        "ROOT": "",
        "VENV": ".venv",
        "VENV_PYTHON": ".venv/bin/python",
        "STAMP": ".venv/journey-setup",
        "LOCK": "requirements.lock",
        "PROJECT": "pyproject.toml",
    }.items():
        monkeypatch.setattr(bootstrap, name, str(tmp_path / path))
    monkeypatch.setattr(subprocess, "run", made.run)
    monkeypatch.setattr(venv, "create", made.create)
    return made


EVERYTHING = ["create", "install lock", "install project", "check"]


def test_a_fresh_checkout_gets_everything_once(machine: Machine) -> None:
    assert machine.set_up() == EVERYTHING
    assert machine.set_up() == []


def test_another_lock_makes_the_environment_anew(machine: Machine) -> None:
    machine.set_up()
    Path(bootstrap.LOCK).write_text("click==8.3.0\n")
    assert machine.set_up() == EVERYTHING
    assert machine.set_up() == []


def test_a_change_of_the_project_alone_installs_the_project_alone(machine: Machine) -> None:
    machine.set_up()
    Path(bootstrap.PROJECT).write_text("[project]\nname = 'x'\n")
    assert machine.set_up() == ["install project", "check"]
    assert machine.set_up() == []


def test_another_interpreter_makes_the_environment_anew(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.set_up()
    monkeypatch.setattr(sys, "version", "3.99.0 (another)")
    assert machine.set_up() == EVERYTHING


def test_an_environment_whose_interpreter_is_gone_is_made_anew(machine: Machine) -> None:
    machine.set_up()
    Path(bootstrap.VENV_PYTHON).unlink()
    assert machine.set_up() == EVERYTHING


def test_a_failed_run_is_done_again(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.returncode = 1
    assert machine.set_up() == ["create", "install lock"]
    assert "setup: this command failed: " in capsys.readouterr().err
    machine.returncode = 0
    assert machine.set_up() == EVERYTHING


def test_a_failed_installation_of_the_project_is_done_again(machine: Machine) -> None:
    machine.set_up()
    Path(bootstrap.PROJECT).write_text("[project]\nname = 'x'\n")
    machine.returncode = 1
    assert machine.set_up() == ["install project"]
    machine.returncode = 0
    assert machine.set_up() == EVERYTHING


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    assert bootstrap.main() == 2
    assert capsys.readouterr().err == (
        "setup: Python 3.11 or newer is needed; /usr/bin/python3 is 3.9. Name another one: make PYTHON=python3.12 ...\n"
    )


def without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    """Make some modules impossible to find."""
    find = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in missing else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)


def test_where_ensurepip_is_missing_the_interpreters_own_pip_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "ensurepip")
    assert bootstrap.pip_command() == [sys.executable, "-m", "pip", "--python", bootstrap.VENV_PYTHON]


def test_where_both_are_missing_the_package_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without(monkeypatch, "ensurepip", "pip")
    assert bootstrap.main() == 2
    assert machine.commands == []
    assert capsys.readouterr().err == (
        "setup: this Python has neither ensurepip nor pip, which Debian and Ubuntu package apart:"
        " apt install python3-venv\n"
    )
