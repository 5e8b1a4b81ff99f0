"""A lab that goes on running: what is remembered of it, and that nothing of it is left."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from journey.lab import standing
from journey.lab.programs import LabError


@pytest.fixture
def running(tmp_path: Path) -> Iterator[int]:
    """A lab whose one process sleeps."""
    process = subprocess.Popen(["sleep", "60"], process_group=0)
    folder = standing.folder_of(str(tmp_path))
    folder.mkdir(parents=True)
    program = os.readlink(f"/proc/{process.pid}/exe")
    content = {
        "version": "1.34",
        "kubeconfig": "/k",
        "logs": "/l",
        "processes": {"etcd": [process.pid, program], "old": [process.pid, "/another/program"]},
    }
    (folder / standing.FILE).write_text(json.dumps(content))
    yield process.pid
    process.kill()
    process.wait()


def test_a_process_counts_while_it_is_the_program_that_was_started(running: int, tmp_path: Path) -> None:
    found = standing.read(str(tmp_path))
    assert found is not None
    assert found.alive() == {"etcd": True, "old": False}
    with pytest.raises(LabError, match=r"^a lab is up already; end it first: journey lab down$"):
        standing.up(str(tmp_path), "1.34", 0)
    assert standing.down(str(tmp_path))
    assert found.alive() == {"etcd": False, "old": False}
    assert not standing.folder_of(str(tmp_path)).exists()


def test_there_may_be_none(tmp_path: Path) -> None:
    assert standing.read(str(tmp_path)) is None
    assert not standing.down(str(tmp_path))
    folder = standing.folder_of(str(tmp_path))
    folder.mkdir(parents=True)
    (folder / standing.FILE).write_text("{")
    assert standing.read(str(tmp_path)) is None


def test_what_cannot_be_started_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("etcd", "kubernetes"):
        (tmp_path / name).mkdir()
    (tmp_path / "etcd" / "etcd").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "etcd" / "etcd").chmod(0o755)
    found = {"kubernetes-1.34": tmp_path / "kubernetes", "etcd": tmp_path / "etcd"}
    monkeypatch.setattr("journey.lab.programs.folders", lambda names: {name: found[name] for name in names})
    with pytest.raises(LabError, match=r"^etcd ended with 1 before it was ready; its log: "):
        standing.up(str(tmp_path), "1.34", 0)
    assert standing.read(str(tmp_path)) is None
