"""kill -9 at any point leaves each file old or new, and the next run repairs the rest."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import journey
from journey import tree
from tests.tree.killed import NEW, OLD, large
from tests.tree.support import OWNED, contents, plan, render

ROOT = Path(__file__).resolve().parents[2]


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    paths = os.pathsep.join((str(ROOT), str(Path(journey.__file__).parents[1])))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.tree.killed", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_killed_before_and_within_each_system_call(tmp_path: Path) -> None:
    output, _ = start("steps", tmp_path / "root").communicate()
    runs = [json.loads(line) for line in output.splitlines()]
    assert len(runs) > 40
    for run in runs:
        whole = {path: text for path, text in run["killed"].items() if tree.TEMPORARY not in path}
        assert whole.items() <= {*OLD.items(), *NEW.items()}
        assert whole.get("environments/a") in {"old a", "new a"}
        assert run["repaired"] == NEW
    assert any(len(run["killed"]) > len({path for path in run["killed"] if tree.TEMPORARY not in path}) for run in runs)
    assert runs[-1]["killed"] == NEW


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_a_random_moment(tmp_path: Path, seed: int) -> None:
    with start("forever", tmp_path / "root") as process:
        assert process.stdout
        assert process.stdout.readline() == "rendered\n"
        time.sleep(random.Random(seed).uniform(0, 0.05))
        process.kill()
    found = {path: text for path, text in contents(tmp_path / "root").items() if tree.TEMPORARY not in path}
    old, new = large("old"), large("new")
    assert found.keys() == old.keys()
    assert all(text in (old[path], new[path]) for path, text in found.items())
    index = render(tmp_path / "root", new)
    assert contents(tmp_path / "root") == new
    assert plan(tmp_path / "root", new, index).clean
    assert tree.scan(str(tmp_path / "root"), OWNED).temporaries == ()
