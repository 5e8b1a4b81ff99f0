"""Programs that a lab starts: they are waited for, and gone with all that they started."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from journey.lab import processes
from journey.lab.processes import Processes
from journey.lab.programs import LabError


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path / "logs")
    yield made
    made.stop_all()


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has waited for yet has ended too (proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_program_is_ready_when_it_says_so(lab: Processes, tmp_path: Path) -> None:
    lab.start("web", ["sh", "-c", "echo hello $WHO; touch ready; exec sleep 60"], {"WHO": "you"})
    lab.wait("web", Path("ready").exists)
    Path("ready").unlink()
    assert lab.log("web").read_text() == "hello you\n"
    assert list(lab.pids()) == ["web"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_program_that_ends_early_names_its_log(lab: Processes) -> None:
    lab.start("web", ["sh", "-c", "exit 3"])
    with pytest.raises(LabError) as refused:
        lab.wait("web", lambda: False)
    assert str(refused.value) == f"web ended with 3 before it was ready; its log: {lab.log('web')}"


def test_a_program_that_is_never_ready_is_given_up(lab: Processes) -> None:
    lab.start("web", ["sleep", "60"])
    with pytest.raises(LabError, match=r"^web was not ready after 0 s; its log: "):
        lab.wait("web", lambda: False, patience=0)


def test_what_a_program_started_goes_with_it(lab: Processes) -> None:
    lab.start("web", ["sh", "-c", "sleep 60 & echo $! > child; wait"])
    lab.wait("web", lambda: Path("child").exists() and bool(Path("child").read_text()))
    child, parent = int(Path("child").read_text()), lab.pids()["web"]
    lab.stop("web")
    while not gone(child):
        time.sleep(0.01)
    assert gone(parent) and lab.pids() == {}
    lab.stop("web")


def test_a_program_that_does_not_stop_is_killed(lab: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.2)
    lab.start("stubborn", ["sh", "-c", "trap '' TERM; touch up; while :; do sleep 1; done"])
    lab.wait("stubborn", Path("up").exists)
    pid = lab.pids()["stubborn"]
    lab.stop_all()
    assert gone(pid)
