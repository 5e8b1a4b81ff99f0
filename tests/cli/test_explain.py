"""`journey explain`, `blame` and `uses` as a person runs them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Journey
from tests.explain.shop import API, WEB

DEPLOYMENT = "environments/prod/east/kubernetes/web/deployment-web.yaml"
SERVICE = "apps/web/service.yaml"


@pytest.fixture
def rendered(shop: Path, journey: Journey) -> Path:
    """The platform with releases, rendered and committed."""
    (shop / SERVICE).write_text(WEB)
    (shop / "apps/api/service.yaml").write_text(API)
    assert journey("render").code == 0
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(shop)]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *arguments], check=True)
    return shop


def line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_a_field_is_explained(rendered: Path, journey: Journey) -> None:
    ran = journey("explain", f"{DEPLOYMENT}:spec.replicas")
    assert ran.code == 0
    line = line_of(rendered / DEPLOYMENT, "replicas: 3")
    first, because, *_ = ran.out.splitlines()
    assert first == f"{DEPLOYMENT}:{line} /spec/replicas: 3"
    assert because == f"  because   {SERVICE}:13:20 environments.prod.scaling.min: 3 (with 4 it would be 4)"
    assert ran.out.splitlines()[-1].startswith("  target    kubernetes:prod/east/web: ")
    assert journey("explain", f"{DEPLOYMENT}:{line}").out == ran.out


def test_a_file_is_explained(rendered: Path, journey: Journey) -> None:
    out = journey("explain", DEPLOYMENT).out.splitlines()
    assert out[0] == DEPLOYMENT
    assert (
        out[1] == '  there by  apps/web/service.yaml:10:10 release: {"version": "1.0.0"} (without it it would be gone)'
    )
    always = journey("explain", "environments/dev/local/kubernetes/web/serviceaccount-web.yaml").out.splitlines()
    assert always[1] == "  no line of the spec takes it away: the target always renders it"


@pytest.mark.parametrize(
    ("pointer", "label"),
    [
        ("apiVersion", "constant"),
        ("spec.template.spec.securityContext.runAsUser", "default"),
        ("metadata.name", "name"),
    ],
)
def test_what_no_line_says_is_told_as_what_it_is(rendered: Path, journey: Journey, pointer: str, label: str) -> None:
    out = journey("explain", f"{DEPLOYMENT}:{pointer}").out
    assert f"\n  {label:9} " in out


def test_many_causes_are_told_as_a_number_unless_asked_for(rendered: Path, journey: Journey) -> None:
    service = rendered / SERVICE
    service.write_text(service.read_text().replace("OTHER: a", "A: a, B: b, C: c, D: d"))
    assert journey("render").code == 0
    pointer = f"{DEPLOYMENT}:/spec/template/metadata/labels/request-journey.dev~1deployment-id"
    few, every = journey("explain", pointer).out, journey("explain", "--all", pointer).out
    assert " more: --all" in few and " more: --all" not in every
    assert every.count("because") > few.count("because")


def test_a_promoted_value_shows_where_it_was_copied_from(rendered: Path, journey: Journey) -> None:
    platform = rendered / "platform.yaml"
    platform.write_text(platform.read_text().replace(", base: head", ""))
    for service in ("web", "api"):
        folder = rendered / "apps" / service / "promoted"
        folder.mkdir()
        (folder / "prod.yaml").write_text("base:\n  ports:\n    http: {port: 7000}\n  release: {version: 0.9.0}\n")
    assert journey("render").code == 0
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-C", str(rendered)]
    for arguments in (["add", "-A"], ["commit", "-q", "-m", "promoted"]):
        subprocess.run([*git, *arguments], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout[:10]
    out = journey("explain", f"{DEPLOYMENT}:spec.template.spec.containers[0].ports[0].containerPort").out
    assert (
        "  because   apps/web/promoted/prod.yaml:3:18 base.ports.http.port: 7000,"
        f" promoted from {SERVICE}:3:16 by commit {head} (with 7001 it would be 7001)"
    ) in out


def test_json_holds_everything(rendered: Path, journey: Journey) -> None:
    told = json.loads(journey("explain", "--format", "json", f"{DEPLOYMENT}:spec.replicas").out)
    assert told["unit"] == "kubernetes:prod/east/web"
    (field,) = told["fields"]
    assert field["pointer"] == "/spec/replicas" and field["value"] == 3 and not field["constant"]
    assert field["causes"] == [
        {
            "file": SERVICE,
            "line": 13,
            "column": 20,
            "pointer": "/environments/prod/scaling/min",
            "value": 3,
            "copied": True,
            "tried": {"removed": False, "value": 4, "becomes": 4},
        }
    ]


def test_sarif_and_github_point_at_the_spec(rendered: Path, journey: Journey) -> None:
    run = json.loads(journey("explain", "--format", "sarif", f"{DEPLOYMENT}:spec.replicas").out)["runs"][0]
    places = [
        (one["ruleId"], one["level"], one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for one in run["results"]
    ]
    assert ("explain/cause", "note", SERVICE) in places
    notice = f"::notice file={SERVICE},line=13,col=20,title=explain/cause::makes {DEPLOYMENT} /spec/replicas\n"
    assert notice in journey("explain", "--format", "github", f"{DEPLOYMENT}:spec.replicas").out


def test_markdown_is_a_table(rendered: Path, journey: Journey) -> None:
    out = journey("explain", "--format", "markdown", f"{DEPLOYMENT}:spec.replicas").out
    assert out.startswith(
        f"**`{DEPLOYMENT}`** `/spec/replicas` is `3`\n\n| | |\n| --- | --- |\n| because | {SERVICE}:13:20 "
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            f"{DEPLOYMENT}:spec.replcas",
            f"Error: {DEPLOYMENT} has no field /spec/replcas; did you mean `/spec/replicas`?",
        ),
        (f"{DEPLOYMENT}x", f"Error: {DEPLOYMENT}x is not rendered from this spec; did you mean `{DEPLOYMENT}`?"),
        (f"{DEPLOYMENT}:9999", "Error: {} has {} lines"),
        ("README.md", "Error: README.md is not rendered from this spec"),
    ],
)
def test_what_is_not_there_is_refused(rendered: Path, journey: Journey, asked: str, said: str) -> None:
    ran = journey("explain", asked)
    lines = len((rendered / DEPLOYMENT).read_text().splitlines())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == said.format(DEPLOYMENT, lines)


def test_a_stale_file_is_refused(rendered: Path, journey: Journey) -> None:
    (rendered / DEPLOYMENT).write_text("kind: Deployment\n")
    for command in (["explain", f"{DEPLOYMENT}:kind"], ["blame", DEPLOYMENT]):
        ran = journey(*command)
        assert (ran.code, ran.err) == (
            1,
            f"{DEPLOYMENT} is stale: bring it up to date first: journey render\n",
        )


def test_a_spec_that_is_not_in_order_tells_its_problems(rendered: Path, journey: Journey) -> None:
    (rendered / SERVICE).write_text(WEB.replace("team: web", "team: nobody"))
    for command in (["explain", DEPLOYMENT], ["blame", DEPLOYMENT], ["uses", f"{SERVICE}:1"]):
        ran = journey(*command)
        assert ran.code == 1
        assert ran.out.startswith(f"{SERVICE}:1:7: spec/unknown-team: there is no team `nobody`")


def test_too_many_fields_lead_to_blame(rendered: Path, journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journey.cli.explain.MOST_FIELDS", 3)
    ran = journey("explain", f"{DEPLOYMENT}:spec")
    assert ran.code == 2
    assert ran.err.endswith(f" fields; see them all: journey blame {DEPLOYMENT}\n")


def test_blame_shows_the_origin_of_each_line(rendered: Path, journey: Journey) -> None:
    rows = {line.split("  ")[-1].strip(): line for line in journey("blame", DEPLOYMENT).out.splitlines()}
    assert rows["replicas: 3"].startswith(f"{SERVICE}:13 ")
    assert rows["apiVersion: apps/v1"].startswith("constant ")
    assert rows["runAsUser: 10001"].startswith("default ")
    assert rows["name: web"].startswith(f"{SERVICE} ")
    assert rows["containerPort: 8080"].startswith(f"{SERVICE}:3 ")
    assert "+" in rows[next(row for row in rows if row.startswith("request-journey.dev/deployment-id"))].split("  ")[0]
    assert len(journey("blame", DEPLOYMENT).out.splitlines()) == len((rendered / DEPLOYMENT).read_text().splitlines())


def test_blame_adds_commits(rendered: Path, journey: Journey) -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=rendered, check=True, capture_output=True, text=True).stdout
    out = journey("blame", DEPLOYMENT, "--commits").out
    row = next(line for line in out.splitlines() if line.endswith("replicas: 3"))
    assert row.startswith(head[:8]) and " a apps/web/service.yaml:13 " in row
    told = json.loads(journey("blame", DEPLOYMENT, "--commits", "--format", "json").out)
    (found,) = [item for item in told if "replicas" in item["text"]]
    assert found["origin"] == {"file": SERVICE, "line": 13, "column": 20}
    assert found["commit"]["commit"] == head.strip() and found["fields"] == ["/spec/replicas"]
    assert told[0]["kind"] == "" and told[1]["kind"] == "constant"


def test_uses_lists_files_and_fields(rendered: Path, journey: Journey) -> None:
    out = journey("uses", f"{SERVICE}:13").out.splitlines()
    assert out[0].startswith(f"{SERVICE}:13:20 environments.prod.scaling.min: ")
    assert f"  {DEPLOYMENT}" in out and "    /spec/replicas: 3" in out
    assert journey("uses", f"{SERVICE}:environments.prod.scaling.min").out.splitlines() == out
    told = json.loads(journey("uses", f"{SERVICE}:13", "--format", "json").out)
    assert {"file": DEPLOYMENT, "pointer": "/spec/replicas", "value": 3, "whole": False} in told[0]["uses"]
    assert f"| `{DEPLOYMENT}` | `/spec/replicas` | 3 |" in journey("uses", f"{SERVICE}:13", "--format", "markdown").out
    assert "    (the file)" in journey("uses", f"{SERVICE}:release").out.splitlines()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("apps/wbe/service.yaml:1", f"apps/wbe/service.yaml is no file of the spec; did you mean `{SERVICE}`?"),
        (SERVICE, f"name a line or a pointer: {SERVICE}:12"),
        (f"{SERVICE}:99", f"nothing begins at line 99 of {SERVICE}"),
        (f"{SERVICE}:/prts", f"nothing begins at /prts of {SERVICE}; did you mean `/ports`?"),
    ],
)
def test_uses_of_what_is_not_there_is_refused(rendered: Path, journey: Journey, asked: str, said: str) -> None:
    ran = journey("uses", asked)
    assert (ran.code, ran.out, ran.err) == (2, "", f"Error: {said}\n")


def test_a_moved_line_alters_no_byte_and_is_followed(rendered: Path, journey: Journey) -> None:
    (rendered / SERVICE).write_text("# a remark\n" + WEB)
    assert journey("check").code == 0
    assert f"{SERVICE}:14:20" in journey("explain", f"{DEPLOYMENT}:spec.replicas").out
