"""The report: what is put in comes out, and what is no report is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.ci.refused import Refused
from journey.ci.report import (
    MOST_BYTES,
    Finding,
    Group,
    Line,
    Report,
    carrying,
    compose,
    counts,
    decode,
    encode,
    group_of,
)
from journey.problem import Level, Place, Pointer, Problem
from tests.ci.repository import Repository

COUNTS = [
    ("platform.yaml", 1, 1),
    ("environments/dev/local/kubernetes/auth/service-auth.yaml", 2, 1),
    ("environments/dev/local/kubernetes/shop/service-shop.yaml", 3, 0),
    ("clusters/local/argocd/app.yaml", 0, 4),
    (".github/CODEOWNERS", 1, 0),
    (".gitattributes", 1, 0),
]
REPORT = compose(
    [
        Problem(Place("platform.yaml", 3, 4), "spec/x", "wrong", "do it", Level.WARNING),
        Problem(Pointer("a.yaml", ("b",)), "spec/y", "m" * 3000),
    ],
    COUNTS,
)


def test_a_report_counts_rendered_files_by_where_they_stand() -> None:
    assert REPORT.groups == (
        Group(".gitattributes", 1, 1, 0),
        Group(".github", 1, 1, 0),
        Group("clusters/local", 1, 0, 4),
        Group("environments/dev/local", 2, 5, 1),
    )
    assert REPORT.sources == 1


def test_a_report_says_what_was_found() -> None:
    assert REPORT.findings[0] == Finding("platform.yaml:3:4", "spec/x", "wrong", "do it", "warning")
    assert (REPORT.findings[1].where, len(REPORT.findings[1].message)) == ("a.yaml", 2000)
    assert REPORT.problems == 2


def test_a_report_reads_back() -> None:
    assert decode(encode(REPORT)) == REPORT


def test_a_report_carries_the_first_lines_of_a_change() -> None:
    lines = [(0, "sum"), *((3, f"{number} {'x' * 500}") for number in range(900)), (1, "last")]
    report = carrying(REPORT, lines, [(0, "nothing")])
    assert (report.impact[0], report.impact[-1]) == (Line(0, "sum"), Line(1, "last"))
    assert report.left == (902 - len(report.impact), 0)
    assert report.diff == (Line(0, "nothing"),)
    assert len(encode(report)) < MOST_BYTES
    assert decode(encode(report)) == report


def test_a_thousand_problems_are_counted_and_the_first_are_kept() -> None:
    report = compose([Problem(Place("a"), "r", "m")] * 1000, [])
    assert (report.problems, len(report.findings)) == (1000, 500)
    assert decode(encode(report)) == report


def test_what_is_switched_off_is_counted_and_the_first_are_kept() -> None:
    report = compose([], [], ["without monitor: a (later)"] * 60)
    assert (report.exempted, len(report.exempt), report.exempt[0]) == (60, 50, "without monitor: a (later)")
    assert decode(encode(report)) == report


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        json.dumps({**json.loads(encode(REPORT)), "more": 1}).encode(),
        json.dumps({**json.loads(encode(REPORT)), "version": 2}).encode(),
        json.dumps({**json.loads(encode(REPORT)), "problems": -1}).encode(),
        json.dumps({**json.loads(encode(REPORT)), "groups": [["a", 1, 1, 1]]}).encode(),
        json.dumps(
            {**json.loads(encode(REPORT)), "findings": [{"where": "w" * 2001, "rule": "", "message": ""}]}
        ).encode(),
    ],
)
def test_what_is_no_report_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        decode(data)
    assert caught.value.problem.message == "the artifact holds no report"


def test_a_large_report_is_refused_unread() -> None:
    with pytest.raises(Refused, match=f"the report has more than {MOST_BYTES} bytes"):
        decode(b" " * (MOST_BYTES + 1))


@given(st.binary(max_size=200))
def test_bytes_are_a_report_or_refused(data: bytes) -> None:
    with suppress(Refused):
        assert isinstance(decode(data), Report)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("environments/dev/x.yaml", "environments/dev"),
        ("clusters/x.yaml", "clusters"),
        (".github/workflows/ci.yaml", ".github/workflows"),
    ],
)
def test_groups(path: str, expected: str) -> None:
    assert group_of(path) == expected


def test_what_changed_is_counted_from_where_the_branch_began(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    repository.commit({"a": "1\n"})
    repository.switch("topic")
    head = repository.commit({"a": "2\n3\n", "blob": "\0"})
    repository.switch("main", "main")
    base = repository.commit({"b": "1\n"})
    assert counts(repository.git, base, head) == [("a", 2, 1), ("blob", 0, 0)]
    assert counts(repository.git, "0" * 40, head) == []
    assert counts(repository.git, "--all", head) == []
