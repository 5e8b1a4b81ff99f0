"""What is found on disk, of which kind, and what stops a scan."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from journey import tree
from journey.tree import Owned
from tests.tree.support import OWNED, link, put, said, unread


def test_a_scan_finds_files_in_folders_and_by_pattern(tmp_path: Path) -> None:
    put(tmp_path, dict.fromkeys(("environments/a/b/c", "environments/d", "out/charts/e", "CODEOWNERS"), "four"))
    put(tmp_path, dict.fromkeys((".github/workflows/ci.yml", ".github/ci.yml", "out/f", "schemas/a.yaml"), ""))
    seen = tree.scan(str(tmp_path), OWNED)
    assert sorted(seen.files) == [
        ".github/workflows/ci.yml", "CODEOWNERS", "environments/a/b/c", "environments/d", "out/charts/e",
    ]  # fmt: skip
    assert seen.problems == ()
    status = os.stat(tmp_path / "CODEOWNERS")
    assert seen.files["CODEOWNERS"] == (4, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode)


def test_a_pattern_may_stand_for_folders(tmp_path: Path) -> None:
    put(tmp_path, dict.fromkeys(("apps/a/Dockerfile", "apps/b/Dockerfile", "apps/b/main.py", "apps/Dockerfile"), ""))
    seen = tree.scan(str(tmp_path), Owned(patterns=("apps/*/Dockerfile",)))
    assert sorted(seen.files) == ["apps/a/Dockerfile", "apps/b/Dockerfile"]


def test_a_folder_that_matches_a_pattern_is_no_file(tmp_path: Path) -> None:
    put(tmp_path, {"CODEOWNERS/a": ""})
    assert tree.scan(str(tmp_path), OWNED).files == {}


def test_a_missing_root_is_an_empty_one(tmp_path: Path) -> None:
    assert tree.scan(str(tmp_path / "missing"), OWNED) == tree.Scan(OWNED, {})


def test_links_sockets_and_pipes_are_found_as_such_and_links_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"elsewhere/secret": "", "environments/file": ""})
    link(tmp_path, "environments/folder", tmp_path / "elsewhere")
    link(tmp_path, "environments/dangling", "nowhere")
    link(tmp_path, "environments/.journey-tmp-link", "nowhere")
    os.mkfifo(tmp_path / "environments/pipe")
    monkeypatch.chdir(tmp_path)  # a socket's whole path is limited to about 100 bytes
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("environments/socket")
    seen = tree.scan(str(tmp_path), OWNED)
    assert {path: stat.regular for path, stat in seen.files.items()} == {
        "environments/.journey-tmp-link": False,
        "environments/dangling": False,
        "environments/file": True,
        "environments/folder": False,
        "environments/pipe": False,
        "environments/socket": False,
    }
    assert seen.temporaries == ()


def test_what_a_killed_run_left_is_no_stray(tmp_path: Path) -> None:
    left = ("environments/a/.journey-tmp-7-0", ".journey-tmp-7-1", ".github/workflows/.journey-tmp-7-2")
    put(tmp_path, dict.fromkeys((*left, "unrelated/.journey-tmp-7-3"), ""))
    seen = tree.scan(str(tmp_path), OWNED)
    assert seen.temporaries == tuple(sorted(left))
    assert seen.files == {}


@pytest.mark.parametrize("path", ["environments", "out", "out/charts"])
def test_a_linked_owned_folder_is_refused(tmp_path: Path, path: str) -> None:
    put(tmp_path, {"elsewhere/charts/a": ""})
    link(tmp_path, path, tmp_path / "elsewhere")
    seen = tree.scan(str(tmp_path), OWNED)
    assert seen.files == {}
    assert said(seen.problems) == [
        f"{path} tree/symlink: is a symbolic link, and rendered files are never written through one"
    ]


@pytest.mark.parametrize("path", ["environments", "out"])
def test_a_file_in_the_place_of_an_owned_folder_is_refused(tmp_path: Path, path: str) -> None:
    put(tmp_path, {path: "mine"})
    assert said(tree.scan(str(tmp_path), OWNED).problems) == [
        f"{path} tree/folder: is a file where the folder of rendered files must stand"
    ]


def test_a_problem_is_told_once_for_all_owned_folders_below(tmp_path: Path) -> None:
    link(tmp_path, "out", tmp_path)
    assert len(tree.scan(str(tmp_path), Owned(("out/a", "out/b"))).problems) == 1


def test_a_name_that_is_not_utf8_is_found_and_its_problem_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    try:
        open(os.fsencode(tmp_path) + b"/environments/\xff", "wb").close()
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")
    made = tree.plan({}, tree.scan(str(tmp_path), OWNED), tree.Index({}), unread)
    assert [str(problem.where) for problem in tree.stale(made, "x")] == ["environments/\\udcff"]
    tree.apply(made, str(tmp_path), unread)
    assert os.listdir(tmp_path) == []


def test_a_deep_stray_tree_is_found_and_deleted(tmp_path: Path) -> None:
    deep = "environments"
    (tmp_path / deep).mkdir()
    for _ in range(1200):
        deep += "/d"
        os.mkdir(tmp_path / deep)
    (tmp_path / deep / "file").touch()
    seen = tree.scan(str(tmp_path), OWNED)
    assert list(seen.files) == [f"{deep}/file"]
    tree.apply(tree.plan({}, seen, tree.Index({}), unread), str(tmp_path), unread)
    assert os.listdir(tmp_path) == []


def test_reading_gives_the_whole_file_and_follows_no_link(tmp_path: Path) -> None:
    put(tmp_path, {"a": "x" * 3_000_000})
    link(tmp_path, "b", "a")
    assert tree.read_file(str(tmp_path), "a") == b"x" * 3_000_000
    with pytest.raises(OSError, match="symbolic links"):
        tree.read_file(str(tmp_path), "b")


def test_reading_goes_on_when_the_system_gives_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, {"a": "0123456789"})
    read = os.read
    monkeypatch.setattr(os, "read", lambda handle, size: read(handle, min(size, 4)))
    assert tree.read_file(str(tmp_path), "a") == b"0123456789"
