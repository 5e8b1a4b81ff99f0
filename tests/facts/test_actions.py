"""The table of actions: whole commits alone."""

from __future__ import annotations

import json

import pytest

from journey.facts.actions import ACTIONS, Action, parse


def entry(commit: str) -> str:
    return json.dumps({"acme/do": {"version": "v1.2.3", "commit": commit, "date": "2026-01-01"}})


def test_an_action_has_a_version_and_a_commit() -> None:
    assert dict(parse(entry("a" * 40))) == {"acme/do": Action("acme/do", "v1.2.3", "a" * 40)}


@pytest.mark.parametrize("commit", ["a" * 39, "A" * 40, "main", ""])
def test_a_commit_that_is_not_whole_is_refused(commit: str) -> None:
    with pytest.raises(ValueError, match="not a full commit: acme/do"):
        parse(entry(commit))


def test_the_packages_own_table_reads() -> None:
    assert ACTIONS["actions/checkout"].version.startswith("v")
