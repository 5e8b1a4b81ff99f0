"""What counts as rendered is what the targets own."""

from __future__ import annotations

import pytest

from journey import targets
from journey.facts import builds
from journey.facts.rendered import FOLDERS, PATTERNS, is_rendered


def test_every_target_of_ours_owns_what_is_listed_here() -> None:
    owned = targets.own()
    assert {folder for target in owned for folder in target.FOLDERS} <= set(FOLDERS)
    patterns = {pattern for target in owned if target.NAME != builds.TARGET for pattern in target.PATTERNS}
    assert patterns <= set(PATTERNS)  # a Dockerfile may be somebody's own: what is rendered of them is named one by one


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("environments/dev/local/kubernetes/auth/service-auth.yaml", True),
        (".github/workflows/ci.yaml", True),
        (".github/workflows/mine.yaml", False),
        (".gitattributes", True),
        ("schemas/service.schema.json", True),
        ("schemas/more/service.schema.json", False),
        ("schemas/README.md", False),
        ("environments", False),
        ("apps/environments/x.yaml", False),
        ("apps/auth/service.yaml", False),
        ("apps/.gitattributes", False),
    ],
)
def test_is_rendered(path: str, expected: bool) -> None:
    assert is_rendered(path) is expected
