"""Which services a build makes, asked of real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey.ci.affected import MOST_JOBS, Service, affected, matrix, release_branch
from tests.ci.repository import Repository

AUTH = Service("auth", "apps/auth/service.yaml", "ghcr.io/acme/auth")
SHOP = Service("shop", "apps/shop/service.yaml", "ghcr.io/acme/shop")
SPEC = "team: a\n"


def released(commit: str) -> str:
    return f"{SPEC}release: {{version: '1', digest: 'sha256:{'0' * 64}', commit: {commit}}}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two services: auth takes its folder and the kit, shop its folder and the generators; both were just released."""
    found = Repository(tmp_path)
    built = found.commit(
        {
            "apps/auth/Dockerfile": "FROM scratch\nCOPY apps/kit /kit\nCOPY apps/auth /app\n",
            "apps/auth/app.py": "1",
            "apps/auth/service.yaml": SPEC,
            "apps/shop/Dockerfile": "FROM scratch\nCOPY generators /g\nCOPY apps/shop /app\n",
            "apps/shop/service.yaml": SPEC,
            "apps/kit/log.py": "1",
            "generators/x.py": "1",
            "other.txt": "1",
        }
    )
    found.commit({AUTH.file: released(built), SHOP.file: released(built)})
    return found


def names(repository: Repository) -> list[str]:
    return [service.name for service in affected(repository.git, [AUTH, SHOP])]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("apps/auth/app.py", ["auth"]),
        ("apps/auth/Dockerfile", ["auth"]),
        ("apps/auth/Dockerfile.dockerignore", ["auth"]),
        ("apps/kit/log.py", ["auth"]),
        ("generators/x.py", ["shop"]),
        (".dockerignore", ["auth", "shop"]),
        ("other.txt", []),
        ("apps/authority/app.py", []),
        ("apps/auth/promoted/prod.yaml", []),
        ("apps/auth/runbook.md", []),
        ("apps/shop/README.md", []),
    ],
)
def test_a_change_builds_what_takes_it(repository: Repository, path: str, expected: list[str]) -> None:
    old = "FROM scratch\nCOPY apps/auth /app\n" if path.endswith("/Dockerfile") else "2"
    repository.commit({path: old})
    assert names(repository) == expected


def test_service_yaml_alone_builds_nothing(repository: Repository) -> None:
    repository.commit({AUTH.file: (repository.root / AUTH.file).read_text() + "kind: worker\n"})
    assert names(repository) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("other.txt", ["auth"]),
        ("apps/shop/app.js", ["auth", "shop"]),
        ("apps/shop/service.yaml", []),
        ("promoted/prod.yaml", []),
        ("environments/dev/local/kubernetes/shop/deployment-shop.yaml", []),
        ("clusters/local/applications/shop.yaml", []),
    ],
)
def test_who_takes_the_whole_context_is_not_built_by_the_releases_of_others(
    repository: Repository, path: str, expected: list[str]
) -> None:
    built = repository.commit({"apps/auth/Dockerfile": "FROM scratch\nCOPY . /app\n"})
    repository.commit({AUTH.file: released(built), path: released(built) if path == SHOP.file else "2"})
    assert names(repository) == expected


def test_a_rendered_folder_that_is_taken_by_name_counts(repository: Repository) -> None:
    built = repository.commit({"apps/auth/Dockerfile": "FROM scratch\nCOPY clusters /app\n"})
    repository.commit({AUTH.file: released(built), "clusters/local/x.yaml": "2"})
    assert names(repository) == ["auth"]


def test_what_was_missed_is_made_up_for(repository: Repository) -> None:
    repository.commit({"apps/auth/app.py": "2"})
    repository.commit({"other.txt": "2"})
    assert names(repository) == ["auth"]


def test_a_change_that_was_taken_back_builds_nothing(repository: Repository) -> None:
    repository.commit({"apps/auth/app.py": "2"})
    repository.commit({"apps/auth/app.py": "1"})
    assert names(repository) == []


def test_a_deleted_and_a_renamed_file_count(repository: Repository) -> None:
    repository.commit({"apps/auth/app.py": None, "moved.py": "1"})
    assert names(repository) == ["auth"]


def test_a_release_that_waits_is_not_built_again(repository: Repository) -> None:
    built = repository.commit({"apps/auth/app.py": "2"})
    repository.switch("waiting")
    waiting = repository.commit({AUTH.file: released(built)})
    repository.git.run("update-ref", f"refs/remotes/origin/{release_branch('auth')}", waiting)
    repository.git.run("switch", "--quiet", "main")
    assert names(repository) == []
    repository.commit({"apps/auth/app.py": "3"})
    assert names(repository) == ["auth"]


@pytest.mark.parametrize("spec", [SPEC, released("f" * 40), "team: [", "[]", "release: 1", "release: {commit: 1}"])
def test_without_a_known_release_it_is_built(repository: Repository, spec: str) -> None:
    repository.commit({AUTH.file: spec})
    assert names(repository) == ["auth"]


def test_without_a_dockerfile_it_cannot_be_built(repository: Repository) -> None:
    repository.commit({"apps/auth/Dockerfile": None, "apps/auth/app.py": "2"})
    assert names(repository) == []


def test_the_matrix_tells_each_job_its_service_and_keeps_githubs_limit() -> None:
    assert matrix([AUTH]) == [
        {"service": "auth", "image": "ghcr.io/acme/auth", "dockerfile": "apps/auth/Dockerfile"},
    ]
    assert len(matrix([AUTH] * 300)) == MOST_JOBS == 256
