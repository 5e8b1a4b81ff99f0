"""The steps of the workflows, as `make ci-X` runs them: told by the environment, on a real repository."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from journey.ci.report import decode
from journey.cli.main import main
from tests import specs
from tests.ci.repository import ENVIRONMENT, Repository
from tests.live.github_server import TOKEN, State, serving

PLATFORM = """\
name: acme
domain: example.com
registry: ghcr.io/acme
repository: {url: "https://github.com/acme/platform.git"}
teams:
  platform: {owners: ["@acme/platform"], contact: platform@example.com}
clusters:
  local: {provider: local, kubernetes: "1.34"}
environments:
  dev: {clusters: [local]}
"""
DIGEST = f"sha256:{'ab' * 32}"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "platform")
    found.commit(
        {
            "platform.yaml": PLATFORM,
            "apps/auth/service.yaml": "team: platform\n",
            "apps/auth/Dockerfile": "FROM scratch\nCOPY apps/auth /app\n",
            ".gitignore": "/build/\n/.journey*\n/.cache/\n",
        }
    )
    return found


@pytest.fixture
def run(repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def call(arguments: Sequence[str], **environment: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as caught:
                main(["--root", str(repository.root), *arguments])
        out, err = capsys.readouterr()
        return int(caught.value.code or 0), out, err

    return call


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def github(state: State) -> Iterator[dict[str, str]]:
    with serving(state) as address:
        yield {"GITHUB_REPOSITORY": "acme/platform", "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": address}


def test_what_ci_reports_is_what_the_comment_says(
    repository: Repository, run: Run, state: State, github: dict[str, str]
) -> None:
    base = repository.git.run("rev-parse", "HEAD")
    head = repository.commit({"platform.yaml": PLATFORM + "nonsense: 1\n", "environments/dev/x.yaml": "a\n"})
    assert run(["ci", "report"], BASE=base, HEAD=head)[0] == 0
    report = decode((repository.root / "build/report/report.json").read_bytes())
    assert ("platform.yaml:11:1", "spec/unknown-field") in [(found.where, found.rule) for found in report.findings]
    assert [group.name for group in report.groups] == ["environments/dev"]
    assert report.exempt == ()
    state.pull(7, head, fork="somebody/platform")
    told = {"CONCLUSION": "failure", "RUN_URL": "https://github.com/acme/platform/actions/runs/1"}
    assert run(["ci", "comment"], HEAD=head, **told, **github)[0] == 0
    assert "`platform.yaml:11:1` `spec/unknown-field`" in state.comments[7][0]["body"]
    assert run(["ci", "comment"], HEAD="f" * 40, **told, **github)[0] == 0
    assert list(state.comments) == [7]


def test_ci_reports_what_is_switched_off(repository: Repository, run: Run) -> None:
    off = "without: {monitor: {reason: nobody looks}}\n"
    repository.commit({"platform.yaml": specs.PLATFORM, "apps/auth/service.yaml": f"{specs.SERVICE}{off}"})
    assert run(["ci", "report"])[0] == 0
    report = decode((repository.root / "build/report/report.json").read_bytes())
    assert report.exempt == ("without monitor: auth (nobody looks)",)


def test_ci_tells_and_refuses_what_a_change_does(repository: Repository, run: Run) -> None:
    files: dict[str, str | None] = {"platform.yaml": specs.PLATFORM, "apps/auth/service.yaml": specs.SERVICE}
    base = repository.commit(files)
    route = specs.SERVICE + "routes: {all: {path: /}}\n"
    head = repository.commit({**files, "apps/auth/service.yaml": route})
    code, out, _ = run(["ci", "impact"], BASE=base, HEAD=head)
    assert code == 1
    assert "exposure-widened: Route auth (not acknowledged)" in out
    assert "::error file=apps/auth/service.yaml," in run(["ci", "impact"], BASE=base, HEAD=head, GITHUB_ACTIONS="1")[1]
    assert run(["ci", "report"], BASE=base, HEAD=head)[0] == 0
    report = decode((repository.root / "build/report/report.json").read_bytes())
    assert "exposure-widened: Route auth (not acknowledged)" in [line.text for line in report.impact]
    assert report.diff[0].depth == 0
    assert "exposure-widened: Route auth" in (repository.root / "build/report/impact.txt").read_text()
    assert run(["ci", "impact"], BASE="0" * 40, HEAD=head)[:2] == (
        0,
        "the base is not known: nothing to compare with\n",
    )


@pytest.mark.parametrize("content", [None, "no report"])
def test_without_a_report_the_comment_says_so(
    repository: Repository, run: Run, state: State, github: dict[str, str], content: str | None
) -> None:
    if content is not None:
        (repository.root / "build/report").mkdir(parents=True)
        (repository.root / "build/report/report.json").write_text(content)
    state.pull(7, "a" * 40)
    assert run(["ci", "comment"], HEAD="a" * 40, **github)[0] == 0
    assert "**No report**" in state.comments[7][0]["body"]


def test_a_token_that_github_refuses_is_a_problem(run: Run, github: dict[str, str]) -> None:
    code, _, err = run(["ci", "comment"], HEAD="a" * 40, **{**github, "GITHUB_TOKEN": "wrong"})
    assert (code, err.splitlines()[0]) == (
        1,
        "ci/github: GET /repos/acme/platform/pulls: 401 Bad credentials",
    )


def test_a_build_goes_from_changes_to_the_spec(repository: Repository, run: Run, tmp_path: Path) -> None:
    row = {"service": "auth", "image": "ghcr.io/acme/auth", "dockerfile": "apps/auth/Dockerfile"}
    output = tmp_path / "output"
    code, out, _ = run(["ci", "changes"], GITHUB_OUTPUT=str(output))
    assert (code, output.read_text(), out) == (0, out, f"services={json.dumps([row], separators=(',', ':'))}\n")
    commit = repository.git.run("rev-parse", "HEAD")
    told = {"SERVICE": "auth", "DIGEST": DIGEST, "GITHUB_SHA": commit}
    assert run(["ci", "record"], **told)[0] == 0
    assert run(["ci", "release"], SERVICE="auth")[0] == 0
    repository.commit({})
    assert run(["ci", "changes"]) == (0, "services=[]\n", "")
    image = {"service": "auth", "image": f"ghcr.io/acme/auth@{DIGEST}"}
    assert run(["ci", "images"]) == (0, f"images={json.dumps([image], separators=(',', ':'))}\n", "")


def test_a_release_of_another_or_a_vanished_service_is_refused(repository: Repository, run: Run) -> None:
    commit = repository.git.run("rev-parse", "HEAD")
    assert run(["ci", "record"], SERVICE="gone", DIGEST=DIGEST, GITHUB_SHA=commit)[0] == 0
    code, _, err = run(["ci", "release"], SERVICE="auth")
    assert (code, err.splitlines()[0]) == (1, "ci/release: release.json is no record of a release of auth")
    code, _, err = run(["ci", "release"], SERVICE="gone")
    assert (code, err.splitlines()[0]) == (1, "ci/release: there is no service `gone`")


@pytest.mark.parametrize(
    ("command", "log"),
    [
        (
            "sign",
            [f"cosign sign --yes ghcr.io/acme/auth@{DIGEST}", "cosign attest --yes --type spdxjson --predicate s"],
        ),
        ("tag", ["docker buildx imagetools create --tag ghcr.io/acme/auth:0123456789ab"]),
    ],
)
def test_an_image_is_signed_and_tagged(
    run: Run, tmp_path: Path, command: str, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cosign", "docker"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/log\n')
        program.chmod(0o755)
    path = f"{tmp_path}/bin:{ENVIRONMENT['PATH']}"
    told = {"IMAGE": "ghcr.io/acme/auth", "DIGEST": DIGEST, "SBOM": "s", "GITHUB_SHA": "0123456789ab" * 3}
    assert run(["ci", command], PATH=path, **told)[0] == 0
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == len(log) and all(line.startswith(start) for line, start in zip(lines, log, strict=True))


def test_a_critical_finding_fails(repository: Repository, run: Run) -> None:
    rule = {"id": "sql", "properties": {"security-severity": "9.8"}}
    place = {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": 3}}
    result = {"ruleId": "sql", "message": {"text": "bad"}, "locations": [{"physicalLocation": place}]}
    document = {"runs": [{"tool": {"driver": {"rules": [rule]}}, "results": [result]}]}
    (repository.root / "found").mkdir()
    (repository.root / "found/x.sarif").write_text(json.dumps(document))
    code, _, err = run(["ci", "findings"], FINDINGS="found")
    assert (code, err.splitlines()[0]) == (1, "a.py:3:0: ci/critical-finding: sql: bad")


def test_what_is_not_told_is_usage(run: Run) -> None:
    assert run(["ci", "findings"])[0] == 2


def test_a_pull_request_is_found_merged_and_pushed(
    repository: Repository, run: Run, state: State, github: dict[str, str], tmp_path: Path
) -> None:
    makefile = "render:\n\tmkdir -p environments\n\tcat apps/*/service.yaml > environments/all.yaml\n"
    repository.commit({"Makefile": makefile, "environments/all.yaml": "team: platform\n"})
    origin = tmp_path / "origin"
    Repository(origin, repository.root).git.run("switch", "--quiet", "--create", "other")
    repository.git.run("remote", "add", "origin", str(origin))
    repository.switch("topic")
    head = repository.commit({"apps/b/service.yaml": "team: b\n", "environments/all.yaml": "team: b\n"})
    repository.git.run("push", "--quiet", "origin", "topic")
    repository.git.run("switch", "--quiet", "main")
    base = repository.commit({"apps/c/service.yaml": "team: c\n", "environments/all.yaml": "team: c\n"})
    state.pull(1, head)
    state.pull(2, "f" * 40, fork="somebody/platform", mergeable=False)
    found = run(["ci", "pull-requests"], BRANCH="main", GITHUB_SHA=base, **github)
    row: dict[str, Any] = {"number": 1, "head": head, "branch": "topic-1"}
    assert found[:2] == (0, f"pulls={json.dumps([row], separators=(',', ':'))}\n")
    assert "run `make render`" in state.comments[2][0]["body"] and list(state.comments) == [2]

    repository.git.run("checkout", "--quiet", "--detach", head)
    assert run(["ci", "merge"], HEAD=head, BASE=base)[0] == 0
    repository.git.run("update-ref", "-d", "refs/journey/refresh")
    repository.git.run("checkout", "--quiet", "--force", "main")
    assert run(["ci", "push"], HEAD=head, BASE=base, BRANCH="topic", GITHUB_TOKEN=TOKEN)[0] == 0
    merged = Repository(tmp_path / "look", origin).git.read("origin/topic", "environments/all.yaml")
    assert merged == "team: platform\nteam: b\nteam: c\n"


def test_a_pull_request_that_has_the_base_makes_no_bundle(repository: Repository, run: Run) -> None:
    head = repository.git.run("rev-parse", "HEAD")
    assert run(["ci", "merge"], HEAD=head, BASE=head)[0] == 0
    assert not (repository.root / "build/refresh").exists()
