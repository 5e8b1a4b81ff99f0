"""A step's outputs are one line each, whatever the value."""

from __future__ import annotations

from pathlib import Path

from journey.ci.outputs import append, line


def test_a_value_cannot_break_out_of_its_line() -> None:
    assert line("services", ["a\nb=1"]) == 'services=["a\\nb=1"]\n'


def test_outputs_are_added(tmp_path: Path) -> None:
    append(tmp_path / "out", "a", [])
    append(tmp_path / "out", "b", [{"c": 1}])
    assert (tmp_path / "out").read_text() == 'a=[]\nb=[{"c":1}]\n'
