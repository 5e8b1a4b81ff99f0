"""zizmor: security of GitHub's workflows.

https://docs.zizmor.sh/usage/. Its own file of exceptions is not read: what is passed over stands under `skips:` in the
spec, and is counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from journey.checks.outside.model import Checker, Finding, Malformed, together

_OPTIONS = ("--offline", "--no-config", "--no-ignores", "--no-progress", "--quiet", "--no-exit-codes")


def arguments(roots: Sequence[str], files: Sequence[str], policies: str) -> list[str]:
    """Its command line."""
    return [*_OPTIONS, "--strict-collection", "--format", "json-v1", "--color", "never", *files]


def parse(stdout: str) -> list[Finding]:
    """Its findings, each at its primary place."""
    try:
        return sorted(map(_finding, json.loads(stdout)))
    except (json.JSONDecodeError, LookupError, TypeError, StopIteration) as error:
        raise Malformed(f"its output is not a list of findings: {stdout[:200]}") from error


def _finding(found: dict[str, Any]) -> Finding:
    primary = next(place for place in found["locations"] if place["symbolic"]["kind"] == "Primary")
    path = primary["symbolic"]["key"]["Local"]["verbatim_path"]
    line = int(primary["concrete"]["location"]["start_point"]["row"]) + 1  # its rows count from 0
    message = f"{found['desc']}: {primary['symbolic']['annotation']}"
    return Finding(path, f"zizmor/{found['ident']}", line, message, found["url"])


ZIZMOR = Checker(
    name="zizmor",
    judges=re.compile(r"\.github/workflows/[^/]+\.ya?ml"),
    groups=together,
    arguments=arguments,
    parse=parse,
    codes=frozenset({0}),
    environment={"RUST_LOG": "error"},
)
