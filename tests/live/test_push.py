"""A push takes a token along, and leaves it nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey.ci.refused import Refused
from journey.live.push import push
from tests.ci.repository import ENVIRONMENT, Repository


@pytest.fixture
def clone(tmp_path: Path) -> Repository:
    origin = Repository(tmp_path / "origin")
    origin.commit({"a": "1"})
    origin.git.run("branch", "topic")
    return Repository(tmp_path / "clone", origin.root)


def test_a_commit_is_pushed_and_the_token_is_not_kept(clone: Repository, tmp_path: Path) -> None:
    commit = clone.commit({"a": "2"})
    push(clone.root, ENVIRONMENT, commit, "topic", "a-token")
    assert Repository(tmp_path / "other", tmp_path / "origin").git.commit("origin/topic") == commit
    assert "token" not in clone.git.run("config", "--list").lower()


def test_a_branch_that_has_moved_on_is_left_alone(clone: Repository) -> None:
    commit = clone.commit({"a": "2"})
    push(clone.root, ENVIRONMENT, commit, "topic", "a-token")
    clone.git.run("reset", "--quiet", "--hard", "HEAD~1")
    other = clone.commit({"a": "3"})
    with pytest.raises(Refused, match="non-fast-forward") as caught:
        push(clone.root, ENVIRONMENT, other, "topic", "a-token")
    assert "a-token" not in str(caught.value)


@pytest.mark.parametrize("branch", ["a..b", "", "a b", "x:refs/heads/main"])
def test_a_branch_that_is_none_is_refused(clone: Repository, branch: str) -> None:
    with pytest.raises(Refused, match="git check-ref-format: exit code 1"):
        push(clone.root, ENVIRONMENT, clone.commit({"a": "2"}), branch, "a-token")
