"""Every spec in `tests/invalid/` gives exactly the problems that it opens with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from journey.spec.rules import RULES
from tests.specs import judge

CASES = sorted((Path(__file__).parent / "invalid").glob("*.txt"))
_RULE = re.compile(r"^\S+ (?:warning )?([a-z]+/[a-z-]+): ")
NEEDS_BYTES = {"spec/no-platform", "spec/unreadable", "yaml/encoding"}
"""Rules whose examples no text file can hold."""


def parts(text: str) -> tuple[list[str], dict[str, str]]:
    """The problems that a case opens with, and its files by path."""
    head, *files = re.split(r"^--- # (.+)\n", text, flags=re.MULTILINE)
    expected = [line.removeprefix("# ") for line in head.splitlines()]
    return expected, dict(zip(files[::2], files[1::2], strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_mistake_is_told(case: Path) -> None:
    expected, files = parts(case.read_text(encoding="utf-8"))
    assert expected != []
    assert judge(files) == expected


def test_every_rule_has_a_case() -> None:
    broken = set()
    for case in CASES:
        for problem in parts(case.read_text(encoding="utf-8"))[0]:
            match = _RULE.match(problem)
            assert match, problem
            broken.add(match[1])
    assert sorted(RULES.keys() - broken - NEEDS_BYTES) == []
    assert sorted(broken - RULES.keys()) == []
