"""The schema of compose files: what is taken, what is refused and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from journey.artifact import Artifact, Format, Unit
from journey.checks.compose import inspect_unit
from journey.problem import Pointer

ORIGIN = Pointer("platform.yaml", ("compose",))
FILE: dict[str, Any] = {"name": "shop", "services": {"web": {"image": "web:1"}}, "networks": {"a.b": {}}}


def told(content: object, path: str = "compose.yaml") -> list[str]:
    problems = list(inspect_unit(Unit("compose"), [Artifact(path, Format.YAML, content, ORIGIN)], None))
    where = {item: ".".join(map(str, item.where.path)) if isinstance(item.where, Pointer) else "" for item in problems}
    return [f"{where[problem]} {problem.rule}: {problem.message}" for problem in problems]


def test_a_good_file_gives_no_problem() -> None:
    assert told(FILE) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "compose compose/invalid: compose.yaml: a compose file is a mapping"),
        (
            {**FILE, "services": {"web": {"imaeg": "web:1"}}},
            (
                "compose compose/invalid: compose.yaml: services.web: "
                "Unevaluated properties are not allowed ('imaeg' was unexpected)"
            ),
        ),
        (
            {**FILE, "networks": {}},
            "compose.pool compose/room: compose.yaml: `pool` has no room for a network for every two that may talk",
        ),
    ],
)
def test_what_compose_would_refuse_is_told(content: object, message: str) -> None:
    assert told(content) == [message]


def test_other_files_are_left_alone() -> None:
    assert told([], "other.yaml") == []
