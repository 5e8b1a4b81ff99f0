"""What is stale, what is ours, and what is refused: files in, plan out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import pytest

from journey import tree
from journey.tree import Entry, Index, Owned, Stat, Wanted, sure
from journey.tree.planning import RACY_NS
from tests.tree.support import (
    HEADER,
    NO_INDEX,
    OWNED,
    apply,
    contents,
    link,
    plan,
    put,
    reader,
    render,
    said,
    unread,
    wanted,
)

NOT_OURS = (
    "tree/not-ours: is not overwritten: "
    "it has other content than the rendered file, and no sign of having been rendered"
)
SAME_NAME = "in upper and lower case alone, which macOS and Windows ignore"
FAR_FUTURE = 2**62


def trusting(index: Index) -> Index:
    """As if stored so late that no entry is racy."""
    return Index(index.entries, FAR_FUTURE)


def test_an_empty_disk_and_an_empty_render_are_clean(tmp_path: Path) -> None:
    assert plan(tmp_path, {}).clean


def test_equal_files_are_unchanged(tmp_path: Path) -> None:
    files = {"environments/dev/a.yaml": "a", "CODEOWNERS": "b"}
    put(tmp_path, files)
    made = plan(tmp_path, files)
    assert made.clean
    assert made.unchanged == ("CODEOWNERS", "environments/dev/a.yaml")
    assert {path: entry.digest for path, entry in made.entries.items()} == {
        path: tree.digest(text.encode()) for path, text in files.items()
    }


def test_edited_deleted_stray_and_mode_changed_are_all_found(tmp_path: Path) -> None:
    files = {f"environments/{name}": name for name in ("deleted", "edited", "mode", "same", "script")}
    render(tmp_path, files, executable=["environments/script"])
    put(tmp_path, {"environments/edited": "by hand", "environments/deep/stray": "", "outside": "mine"})
    (tmp_path / "environments/deleted").unlink()
    (tmp_path / "environments/mode").chmod(0o755)
    (tmp_path / "environments/script").chmod(0o644)
    (tmp_path / "environments/same").chmod(0o600)
    made = plan(tmp_path, files, executable=["environments/script"])
    assert made.create == ("environments/deleted",)
    assert made.update == ("environments/edited",)
    assert made.delete == ("environments/deep/stray",)
    assert made.chmod == ("environments/mode", "environments/script")
    assert made.unchanged == ("environments/same",)
    assert said(tree.stale(made, "journey render")) == [
        "environments/deep/stray tree/stray: is not rendered from the spec",
        "environments/deleted tree/missing: is rendered from the spec but is not there",
        "environments/edited tree/edited: differs from what the spec renders",
        "environments/mode tree/mode-changed: has another executable bit than the rendered file",
        "environments/script tree/mode-changed: has another executable bit than the rendered file",
    ]
    assert {problem.hint for problem in tree.stale(made, "journey render")} == {
        "Run `journey render` to write what the spec says."
    }


def test_a_clean_plan_is_not_stale(tmp_path: Path) -> None:
    assert tree.stale(plan(tmp_path, {}), "journey render") == ()


class TestIndex:
    FILES: ClassVar = {"environments/a": "old"}

    def test_a_file_with_the_remembered_stat_is_not_read(self, tmp_path: Path) -> None:
        index = trusting(render(tmp_path, self.FILES))
        made = tree.plan(wanted(self.FILES), tree.scan(str(tmp_path), OWNED), index, unread)
        assert made.unchanged == ("environments/a",)
        assert made.entries == index.entries

    def test_the_remembered_digest_is_compared_with_the_wanted_one(self, tmp_path: Path) -> None:
        index = trusting(render(tmp_path, self.FILES))
        seen = tree.scan(str(tmp_path), OWNED)
        assert tree.plan(wanted({"environments/a": "new"}), seen, index, unread).update == ("environments/a",)

    @pytest.mark.parametrize("field", Stat._fields)
    def test_each_field_of_the_stat_tells_of_a_touch(self, tmp_path: Path, field: str) -> None:
        index = render(tmp_path, self.FILES)
        put(tmp_path, {"environments/a": "new"})
        seen = tree.scan(str(tmp_path), OWNED)
        entry = index.entries["environments/a"]
        stat = seen.files["environments/a"]
        remembered = Index({"environments/a": entry._replace(stat=stat._replace(**{field: 1}))}, FAR_FUTURE)
        assert tree.plan(wanted(self.FILES), seen, remembered, reader(tmp_path)).update == ("environments/a",)

    @pytest.mark.parametrize("field", ["mtime_ns", "ctime_ns"])
    @pytest.mark.parametrize(("before_ms", "trusted"), [(51, True), (50, False), (0, False), (-1000, False)])
    def test_a_file_touched_as_the_index_was_stored_is_read(self, field: str, before_ms: int, trusted: bool) -> None:
        stored = 10**18
        stat = Stat(3, 1, 1, 1, 0o100644)._replace(**{field: stored - before_ms * 1_000_000})
        index = Index({"environments/a": tree.Entry(tree.digest(b"old"), stat)}, stored)
        seen = tree.Scan(OWNED, {"environments/a": stat})
        made = tree.plan(wanted(self.FILES), seen, index, lambda path: b"new")
        assert (made.unchanged == ("environments/a",)) is trusted
        assert (made.update == ("environments/a",)) is not trusted

    def test_an_edit_that_keeps_size_and_times_is_found(self, tmp_path: Path) -> None:
        index = render(tmp_path, self.FILES)
        before = os.stat(tmp_path / "environments/a")
        put(tmp_path, {"environments/a": "new"})
        os.utime(tmp_path / "environments/a", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert plan(tmp_path, self.FILES, index).update == ("environments/a",)

    def test_a_changed_mode_keeps_the_file_remembered_as_ours(self, tmp_path: Path) -> None:
        index = render(tmp_path, {"schemas/a.json": "{}"})
        (tmp_path / "schemas/a.json").chmod(0o755)
        index = render(tmp_path, {"schemas/a.json": "{}"}, index)
        assert plan(tmp_path, {}, index).delete == ("schemas/a.json",)


class TestOwnership:
    """In an owned folder everything is ours; a file known by its path's pattern alone must prove it."""

    def test_a_file_that_matches_no_pattern_is_not_seen(self, tmp_path: Path) -> None:
        put(tmp_path, {"README.md": HEADER, ".github/workflows/x.yaml": HEADER, ".github/workflows/deep/x.yml": HEADER})
        assert plan(tmp_path, {}).clean

    def test_an_orphan_is_known_by_its_header(self, tmp_path: Path) -> None:
        put(tmp_path, {".github/workflows/old.yml": HEADER + "on: push", ".github/workflows/mine.yml": "on: push"})
        assert plan(tmp_path, {}).delete == (".github/workflows/old.yml",)

    @pytest.mark.parametrize(("lines_above", "ours"), [(0, True), (2, True), (3, False)])
    def test_the_header_stands_in_the_first_three_lines(self, tmp_path: Path, lines_above: int, ours: bool) -> None:
        put(tmp_path, {"CODEOWNERS": "#\n" * lines_above + HEADER})
        assert (plan(tmp_path, {}).delete == ("CODEOWNERS",)) is ours

    def test_an_orphan_without_a_header_is_known_by_the_index(self, tmp_path: Path) -> None:
        index = render(tmp_path, {"schemas/old.json": "{}"})
        put(tmp_path, {"schemas/mine.json": "{}"})
        assert plan(tmp_path, {}, index).delete == ("schemas/old.json",)
        assert plan(tmp_path, {}).clean

    def test_an_orphan_that_was_edited_and_has_no_header_stays(self, tmp_path: Path) -> None:
        index = render(tmp_path, {"schemas/old.json": "{}"})
        put(tmp_path, {"schemas/old.json": "[]"})
        assert plan(tmp_path, {}, index).clean

    def test_a_hand_written_file_is_not_overwritten(self, tmp_path: Path) -> None:
        put(tmp_path, {"CODEOWNERS": "mine", ".github/workflows/ci.yml": "mine"})
        files = {"CODEOWNERS": HEADER, ".github/workflows/ci.yml": HEADER}
        made = plan(tmp_path, files)
        assert said(made.problems) == [f".github/workflows/ci.yml {NOT_OURS}", f"CODEOWNERS {NOT_OURS}"]
        assert made.problems[0].hint == "Move it elsewhere or delete it, then run the command again."
        with pytest.raises(tree.ApplyError):
            apply(tmp_path, made, files)
        assert contents(tmp_path) == {"CODEOWNERS": "mine", ".github/workflows/ci.yml": "mine"}

    def test_a_link_in_a_rendered_files_place_outside_of_the_folders_is_not_overwritten(self, tmp_path: Path) -> None:
        index = render(tmp_path, {"CODEOWNERS": HEADER})
        (tmp_path / "CODEOWNERS").unlink()
        link(tmp_path, "CODEOWNERS", "elsewhere")
        assert said(plan(tmp_path, {"CODEOWNERS": HEADER}, index).problems) == [f"CODEOWNERS {NOT_OURS}"]
        assert plan(tmp_path, {}, index).clean

    @pytest.mark.parametrize("text", ["[]", HEADER])
    def test_a_rendered_file_outside_of_the_folders_is_overwritten(self, tmp_path: Path, text: str) -> None:
        index = render(tmp_path, {"schemas/a.json": "{}"}) if text == "[]" else NO_INDEX
        put(tmp_path, {"schemas/a.json": text})
        assert plan(tmp_path, {"schemas/a.json": "{}"}, index).update == ("schemas/a.json",)

    def test_everything_in_an_owned_folder_is_ours(self, tmp_path: Path) -> None:
        put(tmp_path, {"environments/a": "mine", "environments/b": "mine", "out/charts/c": "", "out/d": "mine"})
        made = plan(tmp_path, {"environments/a": "new"})
        assert (made.update, made.delete) == (("environments/a",), ("environments/b", "out/charts/c"))


class TestRefused:
    @pytest.mark.parametrize(
        "path",
        [
            "", "/", "/etc/passwd", "/environments/a", "environments//a", "environments/", "environments/../a",
            "environments/..", "../a", "./environments/a", "environments/./a", "environments\\a", "environments/a\0b",
            "environments/a\nb", "environments/\ud800", "environments/.journey-tmp-1",
        ],
    )  # fmt: skip
    def test_a_path_that_is_not_plain(self, tmp_path: Path, path: str) -> None:
        (problem,) = plan(tmp_path, {path: ""}).problems
        assert problem.rule == "tree/path"
        assert problem.message == "is not a plain relative path"
        assert problem.hint == "The target that renders it must give another path."
        str(problem.where).encode()

    @pytest.mark.parametrize("path", ["environments", "README.md", "out/a", "CODEOWNERS/a", "schemas/deep/a.json"])
    def test_a_path_outside_of_what_is_owned(self, tmp_path: Path, path: str) -> None:
        assert said(plan(tmp_path, {path: ""}).problems) == [
            f"{path} tree/path: lies outside of the folders and files that are rendered"
        ]

    def test_a_path_that_is_also_a_folder(self, tmp_path: Path) -> None:
        files = {"environments/a": "", "environments/a/c": "", "environments/a/b": ""}
        assert said(plan(tmp_path, files).problems) == [
            "environments/a tree/path: is rendered as a file and as the folder of environments/a/b"
        ]

    def test_two_paths_that_differ_in_case_alone(self, tmp_path: Path) -> None:
        files = {"environments/b/Straße": "", "environments/b/STRASSE": "", "environments/b/strass": ""}
        assert said(plan(tmp_path, files).problems) == [
            f"environments/b/Straße tree/case: differs from environments/b/STRASSE {SAME_NAME}"
        ]

    def test_two_folders_that_differ_in_case_alone_are_named_once(self, tmp_path: Path) -> None:
        files = {"environments/A/x": "", "environments/a/x": "", "environments/a/y": ""}
        assert said(plan(tmp_path, files).problems) == [
            f"environments/a tree/case: differs from environments/A {SAME_NAME}"
        ]

    def test_a_file_that_cannot_be_read(self) -> None:
        def read(path: str) -> bytes:
            raise OSError(5, "Input/output error", path)

        seen = tree.Scan(
            OWNED, {"environments/a": Stat(1, 1, 1, 1, 0o100644), "CODEOWNERS": Stat(1, 1, 1, 1, 0o100644)}
        )
        made = tree.plan(wanted({"environments/a": ""}), seen, NO_INDEX, read)
        assert said(made.problems) == ["environments/a tree/read: cannot be read: Input/output error"]
        assert made.delete == ()

    def test_a_file_that_vanishes_after_the_scan_is_created(self, tmp_path: Path) -> None:
        seen = tree.Scan(OWNED, {"environments/a": Stat(1, 1, 1, 1, 0o100644)})
        made = tree.plan(wanted({"environments/a": ""}), seen, NO_INDEX, reader(tmp_path))
        assert made.create == ("environments/a",)

    def test_a_linked_folder_on_the_path_of_a_rendered_file(self, tmp_path: Path) -> None:
        link(tmp_path, "environments/dev", tmp_path)
        link(tmp_path, ".github", tmp_path)
        link(tmp_path, "schemas", tmp_path)
        files = {"environments/dev/a/b": "", ".github/workflows/a.yml": ""}
        made = plan(tmp_path, files)
        message = "tree/symlink: is a symbolic link, and rendered files are never written through one"
        assert said(made.problems) == [f".github {message}", f"environments/dev {message}"]
        assert made.problems[0].hint == "Replace the link by a real folder, or remove it."


class TestObstacles:
    def test_strays_where_a_file_or_its_folder_must_be_go_first(self, tmp_path: Path) -> None:
        strays = ["environments/a", "environments/b/c/d", "environments/b/e", "environments/other"]
        put(tmp_path, dict.fromkeys(strays, ""))
        made = plan(tmp_path, {"environments/a/new": "", "environments/b": ""})
        assert made.delete == tuple(strays)
        assert made.obstacles == ("environments/a", "environments/b/c/d", "environments/b/e")
        assert made.last == ("environments/other",)

    def test_a_stray_that_a_mac_takes_for_the_new_file_goes_first(self) -> None:
        seen = tree.Scan(OWNED, {"environments/A": Stat(1, 1, 1, 1, 0o100644)})
        assert tree.plan(wanted({"environments/a": ""}), seen, NO_INDEX, lambda path: b"").obstacles == (
            "environments/A",
        )

    def test_no_new_file_no_obstacle(self, tmp_path: Path) -> None:
        put(tmp_path, {"environments/a": "", "environments/b": ""})
        assert plan(tmp_path, {"environments/a": ""}).obstacles == ()


def test_a_plan_does_not_depend_on_the_order_of_what_it_is_given(tmp_path: Path) -> None:
    files = {f"environments/{name}": name for name in "dacb"}
    put(tmp_path, {"environments/a": "a", "environments/b": "old", "environments/z": "", "environments/y": ""})
    backwards = dict(reversed(files.items()))
    assert plan(tmp_path, files) == plan(tmp_path, backwards)
    assert plan(tmp_path, files).create == ("environments/c", "environments/d")


def test_wanted_is_not_executable_unless_said() -> None:
    assert Wanted(b"") == Wanted(b"", False)


def test_nothing_owned_nothing_touched(tmp_path: Path) -> None:
    put(tmp_path, {"environments/a": HEADER})
    assert plan(tmp_path, {}, owned=Owned()).clean


def test_an_index_that_is_stored_again_keeps_what_is_sure() -> None:
    def entry(mtime_ns: int, ctime_ns: int) -> Entry:
        return Entry(b"x", Stat(1, mtime_ns, ctime_ns, 1, 0o100644))

    now = 10 * RACY_NS
    old, racy = now - RACY_NS - 1, now - RACY_NS
    found = sure(Index({"old": entry(old, old), "edited": entry(racy, old), "moved": entry(old, racy)}, now))
    assert found == Index({"old": entry(old, old)}, now)
