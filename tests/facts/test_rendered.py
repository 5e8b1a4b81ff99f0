"""What counts as rendered is what the targets own."""

from __future__ import annotations

import pytest

from journey import targets
from journey.facts import builds, locally
from journey.facts.rendered import FOLDERS, PATTERNS, is_rendered

OWNED_ONE_BY_ONE = (builds.TARGET, locally.TARGET)
"""A Dockerfile or compose.yaml may be somebody's own: what is rendered of them is named one by one."""


def test_every_target_of_ours_owns_what_is_listed_here() -> None:
    owned = targets.own()
    assert {folder for target in owned for folder in target.FOLDERS} <= set(FOLDERS)
    patterns = {pattern for target in owned if target.NAME not in OWNED_ONE_BY_ONE for pattern in target.PATTERNS}
    assert patterns <= set(PATTERNS)


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
