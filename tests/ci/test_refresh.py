"""A pull request behind its base: merged and rendered in one clone, verified in another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from journey.ci import refresh
from journey.ci.refresh import PullRequest, behind, bundle, merge, stuck_forks, verified
from journey.ci.refused import Refused
from tests.ci.repository import Repository

RENDERED = "environments/all.txt"


def render(repository: Repository) -> Callable[[], None]:
    """Writes what stands in spec/ into one rendered file, as a render would."""

    def write() -> None:
        lines = [path.read_text() for path in sorted((repository.root / "spec").iterdir())]
        target = repository.root / RENDERED
        target.parent.mkdir(exist_ok=True)
        target.write_text("".join(lines))

    return write


class Case(NamedTuple):
    """The base's clone, the pull request's clone, and the two commits."""

    main: Repository
    topic: Repository
    base: str
    head: str


Files = dict[str, str | None]


def case(tmp_path: Path, ours: Files, theirs: Files, before: Files | None = None) -> Case:
    main = Repository(tmp_path / "main")
    main.commit({"spec/m": "m\n", RENDERED: "m\n", **(before or {})})
    main.switch("topic")
    head = main.commit(theirs)
    main.git.run("switch", "--quiet", "main")
    base = main.commit(ours)
    topic = Repository(tmp_path / "topic", main.root)
    topic.git.run("checkout", "--quiet", "--detach", head)
    return Case(main, topic, base, head)


@pytest.fixture
def both(tmp_path: Path) -> Case:
    """Both sides added a service: the specs merge, what is rendered is in conflict."""
    return case(tmp_path, {"spec/a": "a\n", RENDERED: "a\nm\n"}, {"spec/b": "b\n", RENDERED: "b\nm\n"})


def read(repository: Repository, commit: str, path: str) -> str | None:
    return repository.git.read(commit, path)


def test_a_conflict_of_rendered_files_is_rendered_away(both: Case, tmp_path: Path) -> None:
    commit = merge(both.topic.git, both.head, both.base, render(both.topic))
    assert commit is not None
    path = bundle(both.topic.git, both.head, both.base, tmp_path / "out")
    assert verified(both.main.git, path, both.head, both.base) == commit
    assert read(both.main, commit, RENDERED) == "a\nb\nm\n"
    assert both.main.git.parents(commit) == (both.head, both.base)


def test_what_git_merges_alike_needs_no_push(tmp_path: Path) -> None:
    found = case(tmp_path, {"docs.md": "x"}, {"spec/b": "b\n", RENDERED: "b\nm\n"})
    assert merge(found.topic.git, found.head, found.base, render(found.topic)) is None


def test_a_clean_merge_that_is_stale_is_rendered(tmp_path: Path) -> None:
    found = case(tmp_path, {"spec/z": "z\n"}, {"spec/b": "b\n"})
    commit = merge(found.topic.git, found.head, found.base, render(found.topic))
    assert commit is not None and read(found.topic, commit, RENDERED) == "b\nm\nz\n"


def test_a_rendered_file_that_one_side_deleted(tmp_path: Path) -> None:
    found = case(tmp_path, {"spec/m": None, RENDERED: None, "spec/a": "a\n"}, {"spec/b": "b\n", RENDERED: "b\nm\n"})
    commit = merge(found.topic.git, found.head, found.base, render(found.topic))
    assert commit is not None and read(found.topic, commit, RENDERED) == "a\nb\n"


def test_a_head_that_has_the_base_is_left_alone(both: Case) -> None:
    assert merge(both.main.git, both.base, f"{both.base}", render(both.main)) is None


def test_a_conflict_of_people_is_theirs(tmp_path: Path) -> None:
    found = case(tmp_path, {"spec/m": "1\n"}, {"spec/m": "2\n"})
    with pytest.raises(Refused) as caught:
        merge(found.topic.git, found.head, found.base, render(found.topic))
    assert (caught.value.problem.where.file, caught.value.problem.message) == ("spec/m", "both sides changed this file")
    assert found.topic.git.run("status", "--porcelain") == ""


SERVICE = "apps/auth/service.yaml"
SAID = "team: web\nscaling: {min: 1, max: 4}\n"


def edited(tmp_path: Path, ours: str, theirs: str) -> Case:
    """Both sides edited one line of a spec file, and what it renders."""
    return case(tmp_path, {SERVICE: ours, RENDERED: "1\n"}, {SERVICE: theirs, RENDERED: "2\n"}, {SERVICE: SAID})


def test_fields_of_a_spec_file_are_joined_and_the_join_is_verified(tmp_path: Path) -> None:
    found = edited(tmp_path, SAID.replace("min: 1", "min: 2"), SAID.replace("max: 4", "max: 9"))
    commit = merge(found.topic.git, found.head, found.base, render(found.topic))
    assert commit is not None
    assert read(found.topic, commit, SERVICE) == "team: web\nscaling: {min: 2, max: 9}\n"
    path = bundle(found.topic.git, found.head, found.base, tmp_path / "out")
    assert verified(found.main.git, path, found.head, found.base) == commit


def test_a_join_that_says_something_else_is_refused(tmp_path: Path) -> None:
    found = edited(tmp_path, SAID.replace("min: 1", "min: 2"), SAID.replace("max: 4", "max: 9"))
    path = forged(found, tmp_path, {SERVICE: "team: evil\n"})
    with pytest.raises(Refused, match="otherwise than by rendering or joining its sides"):
        verified(found.main.git, path, found.head, found.base)


def test_a_field_that_both_sides_changed_is_told(tmp_path: Path) -> None:
    found = edited(tmp_path, SAID.replace("min: 1", "min: 2"), SAID.replace("min: 1", "min: 3"))
    with pytest.raises(Refused, match=r"scaling\.min: was 1, is 3 on this side and 2 on the other"):
        merge(found.topic.git, found.head, found.base, render(found.topic))
    assert found.topic.git.run("status", "--porcelain") == ""


def test_a_spec_file_that_one_side_took_away_is_a_persons(tmp_path: Path) -> None:
    found = case(tmp_path, {SERVICE: None}, {SERVICE: SAID.replace("1", "2")}, {SERVICE: SAID})
    with pytest.raises(Refused, match="one side changed this file and the other took it away"):
        merge(found.topic.git, found.head, found.base, render(found.topic))


def forged(both: Case, tmp_path: Path, files: dict[str, str | None], *parents: str) -> Path:
    """A bundle whose merge holds more than the merge should."""
    commit = merge(both.topic.git, both.head, both.base, render(both.topic))
    assert commit is not None
    both.topic.git.run("checkout", "--quiet", "--force", "--detach", commit)
    tree = both.topic.git.run("rev-parse", f"{both.topic.commit(files)}^{{tree}}")
    options = [word for parent in parents or (both.head, both.base) for word in ("-p", parent)]
    new = both.topic.git.run("commit-tree", tree, *options, "-m", "forged")
    both.topic.git.run("update-ref", refresh.REF, new)
    return bundle(both.topic.git, both.head, both.base, tmp_path / "out")


@pytest.mark.parametrize("name", ["spec/b", "Makefile", "environments.txt"])
def test_a_merge_that_changes_another_file_is_refused(both: Case, tmp_path: Path, name: str) -> None:
    path = forged(both, tmp_path, {name: "evil\n"})
    with pytest.raises(Refused) as caught:
        verified(both.main.git, path, both.head, both.base)
    assert (caught.value.problem.where.file, caught.value.problem.message) == (
        name,
        "the merge changes a file otherwise than by rendering or joining its sides",
    )


def test_a_merge_of_other_parents_is_refused(both: Case, tmp_path: Path) -> None:
    path = forged(both, tmp_path, {}, both.head)
    with pytest.raises(Refused, match="the bundle holds another commit than the merge of the two"):
        verified(both.main.git, path, both.head, both.base)


def test_a_link_in_place_of_a_rendered_file_is_refused(both: Case, tmp_path: Path) -> None:
    (both.topic.root / "environments").mkdir(exist_ok=True)
    commit = merge(both.topic.git, both.head, both.base, render(both.topic))
    assert commit is not None
    both.topic.git.run("checkout", "--quiet", "--force", "--detach", commit)
    (both.topic.root / "environments" / "link").symlink_to("/etc/passwd")
    both.topic.git.run("add", "--all")
    tree = both.topic.git.run("write-tree")
    new = both.topic.git.run("commit-tree", tree, "-p", both.head, "-p", both.base, "-m", "forged")
    both.topic.git.run("update-ref", refresh.REF, new)
    path = bundle(both.topic.git, both.head, both.base, tmp_path / "out")
    with pytest.raises(Refused, match="the merge makes a link or a submodule of a rendered file"):
        verified(both.main.git, path, both.head, both.base)


def test_a_file_that_is_no_bundle_is_refused(both: Case, tmp_path: Path) -> None:
    path = tmp_path / "x.bundle"
    path.write_bytes(b"no bundle")
    with pytest.raises(Refused, match="git fetch: "):
        verified(both.main.git, path, both.head, both.base)


def test_a_large_bundle_is_refused_unread(both: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "MOST_BYTES", 3)
    (tmp_path / "x").write_bytes(b"1234")
    with pytest.raises(Refused, match="the bundle has more than 3 bytes"):
        verified(both.main.git, tmp_path / "x", both.head, both.base)


@pytest.mark.parametrize("commit", ["main", "--all", "ab", ""])
def test_only_full_commits_are_merged(both: Case, commit: str) -> None:
    with pytest.raises(Refused, match=f"`{commit}` is not the full id of a commit"):
        merge(both.topic.git, commit, both.base, render(both.topic))


def test_branches_of_ours_that_lack_the_base_are_refreshed(both: Case) -> None:
    def pull(number: int, head: str, fork: bool = False) -> PullRequest:
        return PullRequest(number, head, f"topic-{number}", fork, None)

    pulls = [pull(1, both.head), pull(2, both.base), pull(3, both.head, fork=True), pull(4, "f" * 40)]
    assert behind(both.main.git, pulls, both.base) == [{"number": 1, "head": both.head, "branch": "topic-1"}]


def test_forks_that_no_longer_merge_are_told() -> None:
    pulls = [
        PullRequest(n, "a" * 40, "x", fork, ok)
        for n, fork, ok in [(1, True, False), (2, True, None), (3, False, False)]
    ]
    assert stuck_forks(pulls) == [1]
