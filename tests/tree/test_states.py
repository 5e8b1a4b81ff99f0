"""Random renders and random edits by hand: one run always mends the tree, and touches nothing that is not ours."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.tree.support import HEADER, NO_INDEX, contents, plan, render

NAMES = st.sampled_from("abc")
IN_FOLDERS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "/".join(("environments", *names)))
BY_PATTERN = st.sampled_from(["CODEOWNERS", ".github/workflows/a.yml", "schemas/a.json"])
TEXTS = st.sampled_from(["", "1", "2", "12"]).map(lambda text: HEADER + text)
EXECUTABLE = st.booleans()


class Trees(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.root = self.folder / "root"
        self.files: dict[str, str] = {}
        self.executable: set[str] = set()
        self.index = NO_INDEX

    @initialize()
    def what_is_not_ours(self) -> None:
        (self.folder / "outside").mkdir()
        (self.folder / "outside/precious").write_text("precious")
        self.root.mkdir()
        (self.root / "README.md").write_text(HEADER)

    @rule(path=IN_FOLDERS | BY_PATTERN, text=TEXTS, executable=EXECUTABLE)
    def want(self, path: str, text: str, executable: bool) -> None:
        self.files = {
            other: kept
            for other, kept in self.files.items()
            if not (other.startswith(f"{path}/") or path.startswith(f"{other}/"))
        }
        self.files[path] = text
        self.executable.discard(path)
        if executable:
            self.executable.add(path)

    @rule(path=IN_FOLDERS | BY_PATTERN)
    def want_no_more(self, path: str) -> None:
        self.files.pop(path, None)

    @rule(path=IN_FOLDERS | BY_PATTERN, text=TEXTS)
    def edit(self, path: str, text: str) -> None:
        self.clear_the_way(path)
        (self.root / path).write_text(text)

    @rule(path=IN_FOLDERS)
    def delete(self, path: str) -> None:
        self.remove(self.root / path)

    @rule(path=IN_FOLDERS)
    def make_folder(self, path: str) -> None:
        self.clear_the_way(path)
        (self.root / path).mkdir()

    @rule(path=IN_FOLDERS, to=st.sampled_from(["outside", "outside/precious", "nowhere"]))
    def make_link(self, path: str, to: str) -> None:
        self.clear_the_way(path)
        (self.root / path).symlink_to(self.folder / to)

    @rule(path=IN_FOLDERS, executable=EXECUTABLE)
    def change_mode(self, path: str, executable: bool) -> None:
        if (self.root / path).is_file() and not self.is_linked(path):
            (self.root / path).chmod(0o755 if executable else 0o640)

    @rule(path=IN_FOLDERS)
    def leave_a_temporary(self, path: str) -> None:
        self.clear_the_way(path)
        (self.root / path).parent.joinpath(".journey-tmp-1-0").write_text("half")

    @rule()
    def forget(self) -> None:
        self.index = NO_INDEX

    @rule()
    def run(self) -> None:
        links = {f"{problem.where}" for problem in plan(self.root, self.files, self.index, self.executable).problems}
        for path in links:
            assert (self.root / path).is_symlink()
            (self.root / path).unlink()
        self.index = render(self.root, self.files, self.index, self.executable)
        assert contents(self.root) == self.files | {"README.md": HEADER}
        assert plan(self.root, self.files, self.index, self.executable).clean
        again = plan(self.root, self.files, NO_INDEX, self.executable)
        assert again.clean
        assert again.unchanged == tuple(sorted(self.files))
        for path in self.files:
            assert os.access(self.root / path, os.X_OK) is (path in self.executable)

    @invariant()
    def nothing_outside_is_touched(self) -> None:
        if self.root.exists():
            assert contents(self.folder / "outside") == {"precious": "precious"}
            assert (self.root / "README.md").read_text() == HEADER

    def clear_the_way(self, path: str) -> None:
        """Make the path's folder a real one and the path free."""
        at = self.root
        for name in path.split("/")[:-1]:
            at = at / name
            if at.is_symlink() or not at.is_dir():
                self.remove(at)
                at.mkdir()
        self.remove(self.root / path)

    def remove(self, path: Path) -> None:
        if self.is_linked(path.relative_to(self.root).as_posix()):
            return
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif os.path.lexists(path):
            path.unlink()

    def is_linked(self, path: str) -> bool:
        """Does a link stand on the way to the path?"""
        return any(above.is_symlink() for above in (self.root / path).parents)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


TestTrees = Trees.TestCase
TestTrees.settings = settings(max_examples=60, stateful_step_count=30)
