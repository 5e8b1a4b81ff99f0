"""Findings in SARIF: the critical ones, with their places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from journey.ci.findings import critical
from journey.ci.refused import Refused
from journey.problem import Place, Problem

HINT = "mend it, or take the rule out with a reason"


def rule(name: str, severity: str) -> dict[str, Any]:
    return {"id": name, "properties": {"security-severity": severity}}


def result(name: str, **more: Any) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": 3, "startColumn": 5}}
    return {"ruleId": name, "message": {"text": "bad"}, "locations": [{"physicalLocation": place}], **more}


def judge(folder: Path, results: Any, rules: Any = (), **tool: Any) -> list[Problem]:
    run = {"tool": {"driver": {"rules": list(rules)}, **tool}, "results": results}
    (folder / "x.sarif").write_text(json.dumps({"runs": [run]}))
    return critical(folder)


FOUND = [Problem(Place("a.py", 3, 5), "ci/critical-finding", "sql: bad", HINT)]


@pytest.mark.parametrize(("severity", "expected"), [("10.0", FOUND), ("9.0", FOUND), ("8.9", []), ("0", [])])
def test_nine_and_more_is_critical(tmp_path: Path, severity: str, expected: list[Problem]) -> None:
    assert judge(tmp_path, [result("sql")], [rule("sql", severity)]) == expected


def test_rules_of_extensions_count_and_doubles_do_not(tmp_path: Path) -> None:
    extension = {"rules": [rule("sql", "9.8")]}
    assert judge(tmp_path, [result("sql"), result("sql")], extensions=[extension]) == FOUND


def test_a_rule_may_be_named_by_reference(tmp_path: Path) -> None:
    named = {**result(""), "ruleId": None, "rule": {"id": "sql"}}
    assert judge(tmp_path, [named], [rule("sql", "9.8")]) == FOUND


def test_what_is_suppressed_or_unknown_is_passed_over(tmp_path: Path) -> None:
    suppressed = result("sql", suppressions=[{"kind": "inSource"}])
    assert judge(tmp_path, [suppressed, result("other")], [rule("sql", "9.8")]) == []


def test_a_finding_without_a_place_is_found(tmp_path: Path) -> None:
    assert judge(tmp_path, [result("sql", locations=[])], [rule("sql", "9.8")])[0].where == Place("")


def test_no_results_are_no_findings(tmp_path: Path) -> None:
    assert judge(tmp_path, None) == []


def test_no_file_is_not_green(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there are no findings to judge: the scanner left no SARIF file"):
        critical(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"runs": [{}]}', '{"runs": 1}', '{"runs": ["a"]}'])
def test_a_file_that_is_no_sarif_is_not_green(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.sarif").write_text(content)
    with pytest.raises(Refused, match=r"x.sarif is no SARIF that can be judged: "):
        critical(tmp_path)
