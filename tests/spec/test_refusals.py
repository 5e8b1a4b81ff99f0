"""How far a mistake of YAML reaches: the node that it spoils, and nothing else of the file."""

from __future__ import annotations

import pytest

from journey.problem import Place, Pointer, Problem
from journey.spec.positions import Path, paths_at
from journey.spec.refusals import at_nodes, others

TEXT = b"""\
ports:
  http: {port: no}
needs:
- service: no
- [no, x]
base: &base
  size: no
  deep: {size: 1}
other: *base
no: 1
twice: 1
twice: [no]
"""


@pytest.mark.parametrize(
    ("place", "paths"),
    [
        ((2, 16), [("ports", "http", "port")]),
        ((2, 9), [("ports", "http")]),
        ((2, 3), [("ports", "http")]),
        ((4, 3), [("needs", 0, "service")]),
        ((4, 12), [("needs", 0, "service")]),
        ((5, 4), [("needs", 1, 0)]),
        ((7, 9), [("base", "size"), ("other", "size")]),
        ((9, 8), []),
        ((10, 1), [("no",)]),
        ((11, 1), []),
        ((12, 1), [("twice",)]),
        ((12, 9), [("twice", 0)]),
        ((2, 17), []),
        ((99, 1), []),
    ],
)
def test_nodes_are_found_by_where_they_begin(place: tuple[int, int], paths: list[Path]) -> None:
    assert list(paths_at(TEXT, *place)) == paths


def test_nothing_is_found_in_nothing() -> None:
    assert paths_at(b"", 1, 1) == ()


def told(line: int, column: int, rule: str = "yaml/ambiguous-scalar") -> Problem:
    return Problem(Place("f.yaml", line, column), rule, "")


def test_a_mistake_stands_at_each_node_that_it_spoils() -> None:
    found = [problem.where for problem in at_nodes(TEXT, told(7, 9))]
    assert found == [Pointer("f.yaml", ("base", "size")), Pointer("f.yaml", ("other", "size"))]


@pytest.mark.parametrize(
    "problem",
    [
        told(7, 9, "yaml/merge-key"),
        told(7, 9, "yaml/syntax"),
        told(11, 1, "yaml/duplicate-key"),
        Problem(Pointer("f.yaml", ("base",)), "yaml/tag", ""),
    ],
)
def test_a_mistake_of_which_more_may_follow_stays_as_it_is(problem: Problem) -> None:
    assert at_nodes(TEXT, problem) == [problem]


@pytest.mark.parametrize(
    ("told_of", "left"),
    [
        (told(2, 16), [("needs", 1), ("base",)]),
        (told(7, 9), [("ports", "http"), ("ports", "http", "port"), ("needs", 1)]),
        (told(5, 4, "yaml/merge-key"), [("ports", "http"), ("ports", "http", "port"), ("base",)]),
        (told(5, 4, "yaml/syntax"), []),
    ],
)
def test_other_findings_of_the_file_count(told_of: Problem, left: list[Path]) -> None:
    paths: list[Path] = [("ports", "http"), ("ports", "http", "port"), ("needs", 1), ("base",)]
    found = [Problem(Pointer("f.yaml", path), "spec/type", "") for path in paths]
    assert [problem.where for problem in others(TEXT, found, [told_of])] == [Pointer("f.yaml", path) for path in left]
