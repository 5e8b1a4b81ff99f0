"""What applying a plan does to the disk, and what it does where the disk refuses."""

from __future__ import annotations

import errno
import os
import pickle
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import ClassVar

import pytest

from journey import tree
from journey.problem import Place, Problem
from journey.tree import ApplyError, Index, Owned, Stat, Writer
from tests.tree.support import HEADER, OWNED, apply, contents, link, plan, put, render, said

LINKED = "tree/symlink: is a symbolic link, and rendered files are never written through one"
IN_THE_WAY = "tree/folder: is a file where the folder of rendered files must stand"
NOBODY = 65534


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with something outside of it, which must stay."""
    put(tmp_path, {"outside/precious": "precious", "root/README.md": "mine"})
    return tmp_path / "root"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def fails_with(number: int) -> Callable[..., int]:
    def fail(*args: object, **named: object) -> int:
        raise OSError(number, os.strerror(number))

    return fail


class TestApply:
    def test_files_are_created_updated_deleted_and_given_their_mode(self, root: Path) -> None:
        files = {"environments/a/b": "new", "environments/c": "new", "environments/d": "d", "CODEOWNERS": HEADER}
        put(root, {"environments/c": "old", "environments/d": "d", "environments/e/f/g": "stray"})
        (root / "environments/d").chmod(0o755)
        render(root, files)
        assert contents(root) == files | {"README.md": "mine"}
        assert not (root / "environments/e").exists()
        assert mode(root / "environments/d") == 0o644

    def test_the_entries_are_those_of_the_disk(self, root: Path) -> None:
        files = {"environments/a": "a", "environments/b": "b"}
        put(root, {"environments/a": "a"})
        entries = render(root, files).entries
        assert {path: entry.stat for path, entry in entries.items()} == tree.scan(str(root), OWNED).files
        assert {path: entry.digest for path, entry in entries.items()} == {
            path: tree.digest(text.encode()) for path, text in files.items()
        }

    def test_only_what_differs_is_written(self, root: Path) -> None:
        render(root, {"environments/a": "a", "environments/b": "b"})
        before = tree.scan(str(root), OWNED).files
        render(root, {"environments/a": "a", "environments/b": "new"})
        after = tree.scan(str(root), OWNED).files
        assert after["environments/a"] == before["environments/a"]
        assert after["environments/b"] != before["environments/b"]

    def test_an_executable_file_has_mode_755_and_others_644(self, root: Path) -> None:
        before = os.umask(0o022)
        try:
            render(root, {"environments/a": "", "environments/b": ""}, executable=["environments/a"])
        finally:
            os.umask(before)
        assert mode(root / "environments/a") == 0o755
        assert mode(root / "environments/b") == 0o644

    @pytest.mark.parametrize(
        ("before", "executable", "after"),
        [
            (0o644, True, 0o755),
            (0o600, True, 0o700),
            (0o755, False, 0o644),
            (0o711, False, 0o600),
            (0o200, True, 0o300),
        ],
    )
    def test_a_mode_keeps_who_may_read(self, root: Path, before: int, executable: bool, after: int) -> None:
        put(root, {"environments/a": ""})
        (root / "environments/a").chmod(before)
        with Writer(str(root)) as writer:
            if before & 0o400 or os.geteuid() == 0:
                writer.chmod("environments/a", executable)
                assert mode(root / "environments/a") in {after, after & ~0o044}

    def test_a_missing_root_is_made(self, root: Path) -> None:
        render(root / "new/root", {"environments/a": "a"})
        assert contents(root / "new/root") == {"environments/a": "a"}

    def test_an_empty_owned_folder_goes_and_the_folder_above_it_stays(self, root: Path) -> None:
        put(root, {"out/charts/a/b": "", ".github/workflows/a.yml": HEADER})
        render(root, {})
        assert sorted(path.relative_to(root).as_posix() for path in root.rglob("*")) == [
            ".github", ".github/workflows", "README.md", "out",
        ]  # fmt: skip

    def test_what_a_killed_run_left_is_swept(self, root: Path) -> None:
        put(root, {"environments/.journey-tmp-1-0": "half", ".journey-tmp-1-1": "half"})
        made = plan(root, {"environments/a": "a"})
        assert made.temporaries == (".journey-tmp-1-1", "environments/.journey-tmp-1-0")
        apply(root, made, {"environments/a": "a"})
        assert contents(root) == {"README.md": "mine", "environments/a": "a"}

    def test_a_plan_with_problems_is_refused_whole(self, root: Path) -> None:
        files = {"environments/a": "a", "../b": "b"}
        with pytest.raises(ApplyError, match=r"^\.\./b: is not a plain relative path$"):
            apply(root, plan(root, files), files)
        assert contents(root) == {"README.md": "mine"}

    def test_more_folders_than_may_be_open(self, root: Path) -> None:
        files = {f"environments/{number}/{number}/a": str(number) for number in range(250)}
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (350, hard))
        try:
            render(root, files)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert contents(root / "environments") == {path.partition("/")[2]: text for path, text in files.items()}
        assert plan(root, files).clean

    def test_no_folder_stays_open(self, root: Path) -> None:
        before = len(os.listdir("/dev/fd"))
        render(root, {"environments/a/b": "", "environments/c": ""})
        render(root, {"environments/c": ""})
        with pytest.raises(ApplyError):
            tree.write_file(str(root), "README.md/a", b"")
        assert len(os.listdir("/dev/fd")) == before


class TestFilesAndFolders:
    """A file where a folder must be, and the reverse."""

    def test_strays_make_way(self, root: Path) -> None:
        put(root, {"environments/a": "stray", "environments/b/c/d": "stray", "environments/e": "stray"})
        files = {"environments/a/new": "1", "environments/b": "2"}
        render(root, files)
        assert contents(root / "environments") == {"a/new": "1", "b": "2"}

    def test_the_same_back_again(self, root: Path) -> None:
        index = render(root, {"environments/a/b/c": "1", "environments/d": "2"})
        index = render(root, {"environments/a": "1", "environments/d/e": "2"}, index)
        render(root, {"environments/a/b/c": "1", "environments/d": "2"}, index)
        assert contents(root / "environments") == {"a/b/c": "1", "d": "2"}

    def test_folders_without_files_make_way(self, root: Path) -> None:
        (root / "environments/a/b/c").mkdir(parents=True)
        (root / "environments/a/d").mkdir()
        render(root, {"environments/a": "new"})
        assert contents(root / "environments") == {"a": "new"}

    def test_a_folder_with_a_users_files_stays(self, root: Path) -> None:
        put(root, {"CODEOWNERS/mine": "mine"})
        (root / "CODEOWNERS/empty").mkdir()
        with pytest.raises(ApplyError) as caught:
            render(root, {"CODEOWNERS": HEADER})
        assert said(caught.value.problems) == ["CODEOWNERS tree/write: cannot be written: Is a directory"]
        assert contents(root) == {"README.md": "mine", "CODEOWNERS/mine": "mine"}

    def test_a_users_file_in_the_place_of_a_folder_stays(self, root: Path) -> None:
        put(root, {".github": "mine"})
        with pytest.raises(ApplyError) as caught:
            render(root, {".github/workflows/a.yml": HEADER})
        assert said(caught.value.problems) == [f".github {IN_THE_WAY}"]
        assert contents(root) == {"README.md": "mine", ".github": "mine"}


class TestLinks:
    """Nothing is written, deleted or given a mode through a link, also when it comes after the scan."""

    def test_a_link_in_a_rendered_files_place_is_replaced(self, root: Path) -> None:
        link(root, "environments/a", "../../outside/precious")
        render(root, {"environments/a": "new"})
        assert contents(root.parent) == {
            "outside/precious": "precious", "root/README.md": "mine", "root/environments/a": "new",
        }  # fmt: skip

    def test_a_stray_link_is_deleted_and_its_target_stays(self, root: Path) -> None:
        link(root, "environments/file", "../../outside/precious")
        link(root, "environments/folder", "../../outside")
        render(root, {})
        assert contents(root.parent) == {"outside/precious": "precious", "root/README.md": "mine"}

    @pytest.mark.parametrize("path", ["environments", "environments/dev", "environments/dev/local"])
    def test_a_linked_folder_stops_the_run(self, root: Path, path: str) -> None:
        files = {"environments/dev/local/a": "new"}
        link(root, path, root.parent / "outside")
        with pytest.raises(ApplyError) as caught:
            render(root, files)
        assert said(caught.value.problems) == [f"{path} {LINKED}"]
        assert contents(root.parent / "outside") == {"precious": "precious"}

    @pytest.mark.parametrize("path", ["environments", "environments/dev", "environments/dev/local"])
    def test_a_folder_that_becomes_a_link_after_the_scan_stops_each_act(self, root: Path, path: str) -> None:
        put(root, {f"environments/dev/local/{name}": name for name in ("delete", "update", "chmod")})
        (root / "environments/dev/local/chmod").chmod(0o755)
        files = {f"environments/dev/local/{name}": name * 2 for name in ("create", "update")}
        made = plan(root, files | {"environments/dev/local/chmod": "chmod"})
        assert (made.create, made.update, made.delete, made.chmod) == tuple(
            (f"environments/dev/local/{name}",) for name in ("create", "update", "delete", "chmod")
        )
        (root / path).rename(root / "moved")
        link(root, path, root / "moved")
        for only in ("create", "update", "delete", "chmod"):
            nothing = tree.Plan(OWNED)
            with pytest.raises(ApplyError) as caught:
                apply(root, nothing._replace(**{only: getattr(made, only)}), files)
            assert said(caught.value.problems) == [f"{path} {LINKED}"]
        assert sorted(contents(root / "moved").values()) == ["chmod", "delete", "update"]

    def test_a_file_that_becomes_a_link_after_the_scan_keeps_its_targets_mode(self, root: Path) -> None:
        link(root, "environments/a", root.parent / "outside/precious")
        before = mode(root.parent / "outside/precious")
        with Writer(str(root)) as writer, pytest.raises(ApplyError, match="cannot be given its mode: Too many levels"):
            writer.chmod("environments/a", True)
        assert mode(root.parent / "outside/precious") == before

    def test_a_link_in_a_temporary_files_place_is_not_followed(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "getpid", lambda: 7)
        link(root, "environments/.journey-tmp-7-0", root.parent / "outside/precious")
        tree.write_file(str(root), "environments/a", b"new")
        assert contents(root.parent / "outside") == {"precious": "precious"}
        assert contents(root / "environments")["a"] == "new"


class TestWriter:
    """What workers call."""

    def test_a_written_file_has_the_stat_that_is_returned(self, root: Path) -> None:
        stat = tree.write_file(str(root), "environments/a", b"12345", executable=True)
        assert stat == Stat.of(os.lstat(root / "environments/a"))
        assert (stat.size, stat.executable, stat.regular) == (5, True, True)

    def test_the_system_may_take_less_at_once(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write = os.write
        monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:3]))
        tree.write_file(str(root), "environments/a", b"0123456789")
        assert contents(root / "environments") == {"a": "0123456789"}

    def test_what_is_gone_needs_no_deletion(self, root: Path) -> None:
        tree.delete_paths(str(root), ["environments/a", "environments/b/c"], OWNED)
        put(root, {"environments/b/c": ""})
        tree.delete_paths(str(root), ["environments/b/c", "environments/b/d"], OWNED)
        assert contents(root) == {"README.md": "mine"}

    def test_a_folder_that_was_removed_is_made_again(self, root: Path) -> None:
        with Writer(str(root)) as writer:
            writer.write("environments/a/b", b"old")
            writer.delete("environments/a/b")
            assert writer.remove_if_empty("environments/a")
            writer.write("environments/a/b", b"new")
            assert not writer.remove_if_empty("environments/a")
        assert contents(root / "environments") == {"a/b": "new"}

    def test_a_folder_made_by_another_worker_first_is_taken(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        mkdir = os.mkdir

        def late(name: str, mode: int, *, dir_fd: int | None = None) -> None:
            mkdir(name, mode, dir_fd=dir_fd)
            mkdir(name, mode, dir_fd=dir_fd)

        monkeypatch.setattr(os, "mkdir", late)
        tree.write_file(str(root), "environments/a", b"new")
        assert contents(root / "environments") == {"a": "new"}

    def test_temporaries_are_swept_by_name(self, root: Path) -> None:
        put(root, {"environments/.journey-tmp-1-0": ""})
        tree.sweep_temporaries(str(root), ["environments/.journey-tmp-1-0", "environments/.journey-tmp-gone"])
        assert contents(root) == {"README.md": "mine"}

    def test_an_error_crosses_processes(self) -> None:
        error = ApplyError([Problem(Place("a"), "tree/write", "cannot be written: x")], stop=True)
        again = pickle.loads(pickle.dumps(error))
        assert (again.problems, again.stop) == (error.problems, True)


class TestDiskFull:
    FILES: ClassVar = {f"environments/{name}": "new " + name * 10_000 for name in "abcdef"}

    @pytest.mark.parametrize("name", ["write", "open", "mkdir", "replace"])
    def test_each_file_is_old_or_new_and_nothing_is_deleted(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        old = {"environments/a": "old", "environments/stray": "stray"}
        put(root, old)
        files = self.FILES | {"environments/0/x": "new"}
        made = plan(root, files)
        with monkeypatch.context() as full:
            acts = getattr(os, name)
            fails = fails_with(errno.ENOSPC)

            def act(*args: object, **named: object) -> object:
                creating = name != "open" or (isinstance(args[1], int) and args[1] & os.O_CREAT)
                return (fails if creating else acts)(*args, **named)

            full.setattr(os, name, act)
            with pytest.raises(ApplyError) as caught:
                apply(root, made, files)
        assert said(caught.value.problems) == [
            "environments/0/x tree/write: cannot be written: No space left on device"
        ]
        assert caught.value.stop
        assert (
            caught.value.problems[0].hint == "Free some space and run the command again: it goes on where it stopped."
        )
        assert contents(root / "environments") == {"a": "old", "stray": "stray"}
        render(root, files)
        assert plan(root, files).clean

    def test_a_full_disk_that_is_told_of_at_closing(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(root, {"environments/a": "old"})
        close = os.close
        with monkeypatch.context() as full, Writer(str(root)) as writer:
            writer.write("environments/b", b"")

            def fail(handle: int) -> None:
                close(handle)
                raise OSError(errno.EDQUOT, "Disk quota exceeded")

            full.setattr(os, "close", fail)
            with pytest.raises(ApplyError, match=r"^environments/a: cannot be written: Disk quota exceeded$"):
                writer.write("environments/a", b"new")
            full.undo()
        assert contents(root / "environments") == {"a": "old", "b": ""}

    def test_a_real_full_disk(self, root: Path) -> None:
        with small_disk(root, 64 * 1024):
            put(root, {"environments/a": "old", "environments/stray": "stray"})
            with pytest.raises(ApplyError) as caught:
                render(root, self.FILES)
            (problem,) = caught.value.problems
            assert problem.message == "cannot be written: No space left on device"
            found = contents(root / "environments")
            assert found.pop("stray") == "stray"
            assert 0 < len(found) < 6
            assert found.pop("a") == "old"
            assert all(text == self.FILES[f"environments/{name}"] for name, text in found.items())
            for name in found:
                (root / "environments" / name).unlink()
            half = dict(list(self.FILES.items())[:3])
            render(root, half)
            assert plan(root, half).clean


@contextmanager
def small_disk(at: Path, size: int) -> Iterator[None]:
    """A file system of so many bytes, where the user may mount one."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", at], capture_output=True)
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    try:
        yield
    finally:
        subprocess.run(["umount", at], check=True)


@contextmanager
def without_privileges(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As a user who may write only what modes allow. The folder is the current one: those above it may be closed."""
    monkeypatch.chdir(root)
    if os.geteuid():
        yield
        return
    for path in (root, *root.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


class TestPermissions:
    def test_a_read_only_folder_is_told_file_by_file_and_the_rest_is_written(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(root, {"environments/closed/a": "old", "environments/closed/b": "old", "environments/open/stray": "stray"})
        files = {f"environments/{name}": "new" for name in ("closed/a", "closed/b", "closed/c/d", "open/e")}
        with without_privileges(root, monkeypatch):
            os.chmod("environments/closed", 0o555)
            with pytest.raises(ApplyError) as caught:
                render(".", files)
            os.chmod("environments/closed", 0o755)
            assert said(caught.value.problems) == [
                f"environments/closed/{name} tree/write: cannot be written: Permission denied"
                for name in ("c/d", "a", "b")
            ]
            assert {problem.hint for problem in caught.value.problems} == {
                "Give the user who runs the command the right to write in its folder."
            }
            assert contents(Path("environments")) == {
                "closed/a": "old", "closed/b": "old", "open/e": "new", "open/stray": "stray",
            }  # fmt: skip
            render(".", files)
            assert plan(".", files).clean

    def test_a_file_that_cannot_be_deleted(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(root, {"environments/closed/a": "old", "environments/b/c": "old"})
        with without_privileges(root, monkeypatch):
            os.chmod("environments/closed", 0o555)
            with pytest.raises(ApplyError) as caught:
                render(".", {})
            os.chmod("environments/closed", 0o755)
        assert said(caught.value.problems) == ["environments/closed/a tree/write: cannot be deleted: Permission denied"]
        assert contents(root / "environments") == {"closed/a": "old"}

    def test_what_cannot_be_read(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(root, {"environments/a": "a", "environments/b/c": "c", "out/charts/d/e": "e", "schemas/x.json": "{}"})
        with without_privileges(root, monkeypatch):
            for path in ("environments/a", "environments/b", "out", "schemas"):
                os.chmod(path, 0)
            made = plan(".", {"environments/a": "a"})
            for path in ("environments/a", "environments/b", "out", "schemas"):
                os.chmod(path, 0o755)
        assert said(made.problems) == [
            f"{path} tree/read: cannot be read: Permission denied"
            for path in ("environments/a", "environments/b", "out/charts", "schemas")
        ]

    def test_a_folder_that_lists_but_does_not_tell(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(root, {"environments/b/c": "c"})
        with without_privileges(root, monkeypatch):
            os.chmod("environments/b", 0o444)
            made = plan(".", {})
            os.chmod("environments/b", 0o755)
        assert said(made.problems) == ["environments/b/c tree/read: cannot be read: Permission denied"]

    def test_a_read_only_disk_stops_the_run(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "mkdir", fails_with(errno.EROFS))
        files = {"environments/a": "", "environments/b": ""}
        with pytest.raises(ApplyError) as caught:
            render(root, files)
        assert said(caught.value.problems) == ["environments/a tree/write: cannot be written: Read-only file system"]
        assert caught.value.problems[0].hint == "The file system is read-only: work in a copy that can be written."

    def test_a_name_that_is_too_long(self, root: Path) -> None:
        with pytest.raises(ApplyError) as caught:
            render(root, {"environments/" + "a" * 256: "", "environments/b": "b"})
        assert caught.value.problems[0].message == "cannot be written: File name too long"
        assert caught.value.problems[0].hint == "Choose a shorter name in the spec."
        assert contents(root / "environments") == {"b": "b"}

    def test_another_error_has_a_hint_too(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "replace", fails_with(errno.EIO))
        with pytest.raises(ApplyError) as caught:
            tree.write_file(str(root), "environments/a", b"")
        assert caught.value.problems[0].hint == "Mend the cause and run the command again."
        assert contents(root) == {"README.md": "mine"}


def test_a_file_that_vanishes_during_the_scan_is_not_seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, {"environments/a": ""})
    monkeypatch.setattr(Stat, "of", fails_with(errno.ENOENT))
    assert tree.scan(str(root), OWNED).files == {}


def test_a_folder_that_becomes_a_link_during_the_scan_is_not_entered(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, {"environments/a/b": ""})
    opening = os.open

    def swap(path: str, flags: int) -> int:
        if path.endswith("environments/a"):
            (root / "environments/a").rename(root / "moved")
            link(root, "environments/a", root.parent / "outside")
        return opening(path, flags)

    monkeypatch.setattr(os, "open", swap)
    seen = tree.scan(str(root), OWNED)
    assert seen.files == {}
    assert said(seen.problems) == ["environments/a tree/read: cannot be read: Not a directory"]


def test_a_file_system_that_leaves_the_kind_of_an_entry_to_be_asked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Entry:
        name = "a"
        is_dir = is_file = stat = staticmethod(fails_with(errno.EACCES))

    put(root, {"environments/a": ""})
    monkeypatch.setattr(os, "scandir", lambda handle: nullcontext([Entry()]))
    assert said(tree.scan(str(root), Owned(("environments",))).problems) == [
        "environments/a tree/read: cannot be read: Permission denied"
    ]


def test_folders_that_nobody_owns_stay_when_they_are_emptied(root: Path) -> None:
    put(root, {"schemas/a.json": "{}"})
    tree.delete_paths(str(root), ["schemas/a.json"], Owned(patterns=("schemas/*.json",)))
    assert (root / "schemas").is_dir()
    assert plan(root, {}, Index({})).clean
