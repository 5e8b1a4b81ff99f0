"""The examples that scaffolded files hold as comments, put to use."""

from __future__ import annotations

import re

from journey.scaffold.platform import Answers

ANSWERS = Answers(
    name="shop",
    domain="example.com",
    repository="https://github.com/acme/platform.git",
    registry="ghcr.io/acme/platform",
    team="platform",
    contact="platform@example.com",
    owner="@acme/platform",
    cluster="local",
    provider="local",
    kubernetes="1.34",
    environment=("dev", "prod"),
    service="web",
)

_EXAMPLE = re.compile(r"^( *)#(?! \S)(?=\s*\S)", re.MULTILINE)


def uncommented(text: str) -> str:
    """The text with its examples: lines that begin with `#` and no space, or are indented below such a line."""
    return _EXAMPLE.sub(r"\1", text)
