"""The record of a release, from the build's job to the spec."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from journey.ci.refused import Refused
from journey.ci.release import Built, apply, built, read, write
from tests.ci.repository import Repository

DIGEST = f"sha256:{'ab' * 32}"
COMMIT = "0123456789" * 4


def test_a_build_is_versioned_by_its_commit() -> None:
    assert built("auth", DIGEST, COMMIT) == Built("auth", "012345678901", DIGEST, COMMIT)


@pytest.mark.parametrize(
    ("digest", "commit", "message"),
    [
        ("sha256:ab", COMMIT, "auth: `sha256:ab` is no digest"),
        (DIGEST, "main", "auth: `main` is no commit"),
        (DIGEST, "", "auth: `` is no version"),
        (DIGEST, "$(id) is a comman", "auth: `$(id) is a c` is no version"),
    ],
)
def test_what_is_no_build_is_refused(digest: str, commit: str, message: str) -> None:
    with pytest.raises(Refused) as caught:
        built("auth", digest, commit)
    assert (caught.value.problem.rule, caught.value.problem.message) == ("ci/release", message)


def test_a_record_reads_back(tmp_path: Path) -> None:
    release = built("auth", DIGEST, COMMIT)
    write(release, tmp_path / "new")
    assert read(tmp_path / "new", "auth") == release
    assert (tmp_path / "new" / "body.md").read_text().splitlines()[:2] == [
        f"`auth` was built from {COMMIT}, scanned, signed and attested.",
        "",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "{",
        json.dumps(built("shop", DIGEST, COMMIT)._asdict()),
        json.dumps({**built("auth", DIGEST, COMMIT)._asdict(), "more": 1}),
        json.dumps(built("auth", DIGEST, COMMIT)._asdict()) + " " * 5000,
    ],
)
def test_another_record_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "release.json").write_text(content)
    with pytest.raises(Refused, match=r"release.json is no record of a release of auth"):
        read(tmp_path, "auth")


def test_a_missing_or_false_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is no record"):
        read(tmp_path, "auth")
    (tmp_path / "release.json").write_text(json.dumps({**built("auth", DIGEST, COMMIT)._asdict(), "digest": 1}))
    with pytest.raises(Refused, match="auth: `1` is no digest"):
        read(tmp_path, "auth")


@pytest.mark.parametrize("commit", [COMMIT, "ab" * 20, "12e4" * 10])
def test_only_release_changes_in_the_spec(tmp_path: Path, commit: str) -> None:
    repository = Repository(tmp_path)
    file = tmp_path / "service.yaml"
    file.write_text("# kept\nteam:   a # as it is\n")
    release = built("auth", DIGEST, commit)
    assert apply(release, file, repository.git) is True
    assert file.read_text().startswith("# kept\nteam:   a # as it is\nrelease:\n")
    assert yaml.safe_load(file.read_text())["release"] == {
        "version": release.version,
        "digest": DIGEST,
        "commit": commit,
    }
    assert apply(release, file, repository.git) is False


def test_a_newer_release_replaces_an_older_one_and_never_the_other_way(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    older = repository.commit({"service.yaml": "team: a\n"})
    newer = repository.commit({"app.py": "1"})
    file = tmp_path / "service.yaml"
    assert apply(built("auth", DIGEST, older), file, repository.git)
    assert apply(built("auth", DIGEST, newer), file, repository.git)
    before = file.read_bytes()
    with pytest.raises(Refused) as caught:
        apply(built("auth", DIGEST, older), file, repository.git)
    assert caught.value.problem.message == f"auth: the recorded release was built from a newer commit, {newer}"
    assert file.read_bytes() == before


def test_a_spec_that_does_not_read_is_left_alone(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    commit = repository.commit({"service.yaml": "team: [\n"})
    with pytest.raises(Refused, match="auth: the file must read before it is edited"):
        apply(built("auth", DIGEST, commit), tmp_path / "service.yaml", repository.git)
