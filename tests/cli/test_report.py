"""How findings and changes are told: escapes, findings of no file, and summaries that stay short."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from journey import tree
from journey.cli import report
from journey.pipeline import Report
from journey.problem import Level, Place, Problem
from journey.spec.sources import Sources

NOWHERE = Problem(Place(""), "doctor/git", "there is no git repository here", "git init")
ODD = Problem(Place("a b,c:%.yaml", 2, 3), "x/y", "100 %\nof it", level=Level.WARNING)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(str(tmp_path), {}, [])


def told(sources: Sources, capsys: pytest.CaptureFixture[str], style: str, *problems: Problem) -> str:
    report.findings(sources, problems, style)
    return capsys.readouterr().out


def test_a_finding_of_no_file_has_no_place(sources: Sources, capsys: pytest.CaptureFixture[str]) -> None:
    text = "doctor/git: there is no git repository here\n    git init\n"
    assert told(sources, capsys, "text", NOWHERE) == text
    annotation = "::error title=doctor/git::there is no git repository here%0Agit init\n"
    assert told(sources, capsys, "github", NOWHERE) == annotation
    (result,) = json.loads(told(sources, capsys, "sarif", NOWHERE))["runs"][0]["results"]
    assert result["locations"] == []


def test_what_has_a_meaning_elsewhere_is_escaped(sources: Sources, capsys: pytest.CaptureFixture[str]) -> None:
    annotation = "::warning file=a b%2Cc%3A%25.yaml,line=2,col=3,title=x/y::100 %25%0Aof it\n"
    assert told(sources, capsys, "github", ODD) == annotation
    (result,) = json.loads(told(sources, capsys, "sarif", ODD))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "a%20b%2Cc%3A%25.yaml"}
    assert (result["level"], result["message"]) == ("warning", {"text": "100 %\nof it"})


def test_what_a_terminal_would_obey_is_escaped_in_text(sources: Sources, capsys: pytest.CaptureFixture[str]) -> None:
    place = Place("apps/\x1b[2J\u202ecod\udcff/service.yaml", 1, 2)
    odd = Problem(place, "spec/name", "`a\r\nb`", "not \u2066é\x07")
    assert told(sources, capsys, "text", odd) == (
        "apps/\\x1b[2J\\u202ecod\\udcff/service.yaml:1:2: spec/name: `a\\r\\nb`\n    not \\u2066é\\x07\n"
    )
    assert table(sources, capsys, plan(["charts/a\x1bb/c.yaml"]))[1].split()[0] == "charts/a\\x1bb"


def test_findings_are_sorted_and_each_is_told_once(sources: Sources, capsys: pytest.CaptureFixture[str]) -> None:
    problems = [Problem(Place("b", 1, 1), "r", "m"), Problem(Place("a", 10, 1), "r", "m")]
    problems += [Problem(Place("a", 2, 1), "r", "m"), problems[0]]
    assert told(sources, capsys, "text", *problems) == "a:2:1: r: m\na:10:1: r: m\nb:1:1: r: m\n"


def plan(create: list[str], update: list[str] | None = None, delete: list[str] | None = None) -> tree.Plan:
    owned = tree.Owned(("environments",), ())
    return tree.plan({}, tree.Scan(owned, {}), tree.Index({}), lambda path: b"")._replace(
        create=tuple(create), update=tuple(update or ()), delete=tuple(delete or ())
    )


def table(sources: Sources, capsys: pytest.CaptureFixture[str], found: tree.Plan) -> list[str]:
    report.changes(Report(sources, [], found, written=True))
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_a_summary_counts_changes_by_place(sources: Sources, capsys: pytest.CaptureFixture[str]) -> None:
    found = plan(["environments/dev/a/x/1.yaml", "environments/dev/a/y/2.yaml"], [".gitattributes"], ["clusters/a/b/c"])
    assert table(sources, capsys, found) == [
        "created updated deleted modes",
        ".gitattributes 1",
        "clusters/a 1",
        "environments/dev/a 2",
        "0 files unchanged",
    ]


def test_a_long_summary_joins_clusters(sources: Sources, capsys: pytest.CaptureFixture[str]) -> None:
    create = [f"environments/{env}/c{number}/x.yaml" for env in ("dev", "prod") for number in range(100)]
    create += [f"clusters/c{number}/x.yaml" for number in range(100)] + ["schemas/a.json", ".github/workflows/ci.yaml"]
    assert table(sources, capsys, plan(create, delete=["environments/dev/gone/x.yaml"])) == [
        "created updated deleted modes",
        ".github/workflows 1",
        "clusters (100 clusters) 100",
        "environments/dev (101 clusters) 100 1",
        "environments/prod (100 clusters) 100",
        "schemas 1",
        "0 files unchanged",
    ]


def test_many_environments_are_joined_too(sources: Sources, capsys: pytest.CaptureFixture[str]) -> None:
    create = [f"environments/preview-{number}/c/x.yaml" for number in range(30)]
    assert table(sources, capsys, plan(create))[1:] == ["environments (30 folders) 30", "0 files unchanged"]


def test_twenty_rows_stay(sources: Sources, capsys: pytest.CaptureFixture[str]) -> None:
    create = [f"environments/dev/c{number}/x.yaml" for number in range(20)]
    assert len(table(sources, capsys, plan(create))) == 22


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ([], ""),
        ([Level.ERROR], "1 error"),
        ([Level.WARNING, Level.WARNING], "2 warnings"),
        ([Level.ERROR, Level.WARNING], "1 error, 1 warning"),
    ],
)
def test_findings_are_counted(levels: list[Level], said: str) -> None:
    assert report.counted([Problem(Place("a"), "r", "m", level=level) for level in levels]) == said
