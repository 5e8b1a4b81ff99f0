"""One commit or none: killed at any step, beside edits, beside other commands, on a branch that moves."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from journey.changes import commits
from journey.changes.commits import File, Start
from journey.changes.promotion import carry_out, person
from journey.ci.git import Git
from journey.ci.refused import Refused
from tests.changes.shop import WEB_FILE, Shop

PROMOTED = "apps/web/promoted/staging.yaml"


class Killed(BaseException):
    """Stands for the end of the process."""


class Mortal(Git):
    """Dies before the call of git with a number, counted from 0."""

    left = 0

    def _call(self, arguments: Sequence[str], given: bytes) -> tuple[int, bytes, str]:
        if Mortal.left == 0:
            raise Killed
        Mortal.left -= 1
        return super()._call(arguments, given)

    def where(self, **environment: str) -> Git:
        return Mortal(self.root, {**self._environment, **environment}, bot=False)


def mortal(root: str) -> Git:
    return Mortal(Path(root), person(root)._environment, bot=False)


def test_a_commit_killed_at_any_step_is_made_by_the_same_command_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun = shop.git("rev-parse", "HEAD")
    kept = tmp_path / "kept"
    shutil.copytree(shop.root, kept)
    steps = 0
    while True:
        shutil.rmtree(shop.root)
        shutil.copytree(kept, shop.root)
        plan = shop.plan("web")
        with monkeypatch.context() as patched:
            patched.setattr("journey.changes.promotion.person", mortal)
            Mortal.left = steps
            try:
                carry_out(str(shop.root), plan)
            except Killed:
                pass
            else:
                break
        steps += 1
        with commits.alone(person(str(shop.root))):
            pass  # what every command that changes the clone does first
        assert shop.clean, f"killed at step {steps}"
        head = shop.git("rev-parse", "HEAD")
        if head == begun:
            assert not (shop.root / PROMOTED).exists()
            shop.promote("web")
        assert shop.git("rev-list", "--count", f"{begun}..HEAD") == "1"
        assert 'version: "1.0.0"' in shop.read(PROMOTED)
    assert steps > 10
    assert shop.clean and shop.git("for-each-ref", "refs/journey") == ""


def test_half_of_the_files_are_brought_after_a_branch_that_moved(shop: Shop) -> None:
    git, root = person(str(shop.root)), shop.root
    begun = commits.start(git)
    files = {"platform.yaml": File(b"new\n"), WEB_FILE: File(None), "a dir/x y": File(b"\x00", True)}
    commit = commits.made(git, begun, files, "message")
    note = root / ".git" / commits.NOTE
    note.write_text(f'{{"branch": "{begun.branch}", "old": "{begun.commit}", "new": "{commit}"}}')
    shop.git("update-ref", begun.branch, commit)
    (root / "platform.yaml").write_bytes(b"new\n")
    commits.recover(git)
    assert shop.clean and not note.exists()
    assert not (root / WEB_FILE).exists()
    assert (root / "a dir/x y").stat().st_mode & 0o100


def test_edits_made_meanwhile_are_not_overwritten(shop: Shop) -> None:
    git = person(str(shop.root))
    begun = commits.start(git)
    commit = commits.made(git, begun, {WEB_FILE: File(b"team: web\n")}, "message")
    (shop.root / WEB_FILE).write_text("mine\n")
    with pytest.raises(Refused, match=f"{WEB_FILE} was edited meanwhile"):
        commits.advance(git, begun, commit)
    assert shop.read(WEB_FILE) == "mine\n"


def test_a_branch_that_moved_is_left_as_it_is(shop: Shop) -> None:
    git = person(str(shop.root))
    begun = commits.start(git)
    commit = commits.made(git, begun, {WEB_FILE: File(b"team: web\n")}, "message")
    other = shop.commit("another")
    with pytest.raises(Refused, match="the branch moved meanwhile"):
        commits.advance(git, begun, commit)
    assert shop.git("rev-parse", "HEAD") == other and shop.clean


def test_a_note_of_another_branch_or_a_broken_one_is_dropped(shop: Shop) -> None:
    git, note = person(str(shop.root)), shop.root / ".git" / commits.NOTE
    for text in ("{", '{"branch": "refs/heads/other", "old": "x", "new": "y"}'):
        note.write_text(text)
        commits.recover(git)
        assert not note.exists()


def test_only_one_command_changes_a_clone(shop: Shop) -> None:
    with (shop.root / ".git/journey.lock").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="another command changes this clone now"), commits.alone(person(".")):
            pass


def test_an_index_that_git_holds_is_named(shop: Shop) -> None:
    git = person(str(shop.root))
    begun = commits.start(git)
    commit = commits.made(git, begun, {WEB_FILE: File(b"team: web\n")}, "message")
    (shop.root / ".git/index.lock").touch()
    with pytest.raises(Refused, match="another git command has the index"):
        commits.advance(git, begun, commit)
    (shop.root / ".git/index.lock").unlink()
    commits.recover(git)
    assert shop.clean and shop.read(WEB_FILE) == "team: web\n"


def test_what_there_is_no_beginning_from_is_refused(shop: Shop, tmp_path: Path) -> None:
    def why() -> str:
        with pytest.raises(Refused) as refused:
            commits.start(person(str(shop.root)))
        return refused.value.problem.message

    (shop.root / WEB_FILE).write_text("team: web\n")
    assert why() == f"{WEB_FILE} is not committed"
    shop.git("checkout", "-q", "--", WEB_FILE)
    shop.git("checkout", "-q", "--detach")
    assert why() == "HEAD is detached: there is no branch to commit to"
    shutil.rmtree(shop.root / ".git")
    assert why() == "this is no git repository"
    shop.git("init", "-q", "-b", "main")
    assert why() == "there is no commit yet"


def test_without_an_identity_nothing_is_committed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.git("config", "--unset", "user.name")
    shop.git("config", "--unset", "user.email")
    shop.git("config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    head = shop.git("rev-parse", "HEAD")
    with pytest.raises(Refused) as refused:
        shop.promote("web")
    assert refused.value.problem.hint == "git config user.name and user.email"
    assert shop.git("rev-parse", "HEAD") == head and shop.clean


def test_under_github_actions_the_workflow_commits(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    shop.promote("web")
    assert shop.git("show", "--no-patch", "--format=%an") == "github-actions[bot]"


def test_a_platform_in_a_folder_of_its_repository_is_committed_there(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "above" / "shop")
    shutil.move(shop.root / ".git", tmp_path / "above" / ".git")
    shop.git("add", "-A", ":/")
    shop.git("commit", "-q", "-m", "moved")
    assert commits.start(person(str(shop.root))) == Start("refs/heads/main", shop.git("rev-parse", "HEAD"))
    shop.promote("web")
    assert shop.clean
    assert f"shop/{PROMOTED}" in shop.git("show", "--name-only", "--format=").splitlines()
