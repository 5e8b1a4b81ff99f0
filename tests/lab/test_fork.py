"""The clone that a lab syncs: what it has otherwise, and where it cannot be made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from journey.lab import fork
from journey.lab.charts import Wanted
from journey.lab.fork import Edit, Fork
from journey.lab.programs import LabError

PLATFORM = """\
version: 1  # a comment stays
repository: {url: "https://github.com/acme/platform.git"}
clusters:
  one: {provider: local, kubernetes: "1.34"}
addons:
  certificates:
    chart: {repository: "https://charts.example.com", name: cert-manager, version: v1.2.3}
"""
PROMOTED = """\
addons:
  certificates:
    chart: {repository: "oci://charts.example.com", name: cert-manager, version: v1.2.2}
"""


def git(root: Path, *words: str) -> None:
    identity = ["-c", "user.name=lab", "-c", "user.email=lab@example.com"]
    subprocess.run(["git", "-C", str(root), *identity, *words], check=True, capture_output=True)


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    root = tmp_path / "platform"
    (root / "promoted").mkdir(parents=True)
    (root / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    (root / "promoted" / "prod.yaml").write_text(PROMOTED, encoding="utf-8")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "first")
    return root


def made(platform: Path, tmp_path: Path) -> Fork:
    return fork.clone(platform, tmp_path / "lab", "platform", "https://127.0.0.1:1", "trunk")


def test_only_addresses_are_otherwise(platform: Path, tmp_path: Path) -> None:
    found = made(platform, tmp_path)
    edits = list(fork.edits(found, "https://127.0.0.1:1/charts", {"one": "https://127.0.0.1:2"}))
    chart = ("addons", "certificates", "chart", "repository")
    assert edits == [
        Edit("platform.yaml", ("repository", "url"), "https://127.0.0.1:1/platform.git"),
        Edit("platform.yaml", ("clusters", "one", "server"), "https://127.0.0.1:2"),
        Edit("platform.yaml", chart, "https://127.0.0.1:1/charts"),
        Edit("promoted/prod.yaml", chart, "https://127.0.0.1:1/charts"),
    ]
    found.edit(edits)
    assert (found.folder / "platform.yaml").read_text(encoding="utf-8").startswith("version: 1  # a comment stays\n")
    assert fork.wanted_charts(found.folder) == {Wanted("cert-manager", "v1.2.3"), Wanted("cert-manager", "v1.2.2")}
    commit = found.commit("Addresses")
    found.push()
    told = subprocess.run(
        ["git", "-C", str(found.bare), "rev-parse", "trunk"], check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == commit
    assert (platform / "platform.yaml").read_text(encoding="utf-8") == PLATFORM


def test_a_chart_that_is_pinned_by_digest_has_no_stand_in(platform: Path, tmp_path: Path) -> None:
    pinned = PROMOTED.replace("version: v1.2.2", f'version: v1.2.2, digest: "sha256:{"0" * 64}"')
    (platform / "promoted" / "prod.yaml").write_text(pinned, encoding="utf-8")
    git(platform, "commit", "--quiet", "--all", "--message", "pinned")
    with pytest.raises(LabError) as refused:
        list(fork.edits(made(platform, tmp_path), "https://127.0.0.1:1/charts", {}))
    assert str(refused.value) == (
        "promoted/prod.yaml: the chart of certificates is pinned by digest, which its stand-in cannot have"
    )


def test_a_platform_must_be_the_top_of_its_repository(platform: Path, tmp_path: Path) -> None:
    with pytest.raises(LabError) as refused:
        fork.clone(platform / "promoted", tmp_path / "lab", "platform", "https://127.0.0.1:1", "main")
    assert str(refused.value) == (
        f"{platform / 'promoted'} is not the top of its repository: Argo CD would not find its paths"
    )


def test_what_git_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(LabError, match="not a git repository"):
        fork.clone(tmp_path / "none", tmp_path / "lab", "platform", "https://127.0.0.1:1", "main")
