"""New files: never over something, and all or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey.problem import Place, Problem
from journey.scaffold.writing import in_the_way, write


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    for name in (".git", ".venv", "src"):
        (tmp_path / name).mkdir()
    for name in ("LICENSE", "README.md", ".gitignore"):
        (tmp_path / name).touch()
    assert in_the_way(tmp_path) == [".gitignore", "README.md", "src"]
    assert in_the_way(tmp_path / "none") == []


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(OSError):
        in_the_way(tmp_path / "x")


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    assert write(tmp_path / "new", {"a/b/c.yaml": "é\n", "d": ""}) == []
    assert (tmp_path / "new/a/b/c.yaml").read_bytes() == "é\n".encode()


def test_nothing_is_overwritten_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    found = write(tmp_path, {"a": "new", "b": "new", "c": "new"})
    assert found == [Problem(Place("b"), "scaffold/write", "cannot be written: File exists", "nothing was written")]
    assert [path.name for path in tmp_path.iterdir()] == ["b"] and (tmp_path / "b").read_text() == "mine"


def test_a_folder_that_cannot_be_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (found,) = write(tmp_path, {"a/b/c": "new"})
    assert found.message == "cannot be written: Not a directory" and "free some space" in found.hint
