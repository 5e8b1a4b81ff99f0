"""What a step hands to later jobs: a line of the file that GITHUB_OUTPUT names."""

from __future__ import annotations

import json
from pathlib import Path


def line(name: str, value: object) -> str:
    """`name=value` with the value as JSON on one line, which no text in it can break out of."""
    return f"{name}={json.dumps(value, separators=(',', ':'))}\n"


def append(file: Path, name: str, value: object) -> None:
    """Add an output."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(line(name, value))
