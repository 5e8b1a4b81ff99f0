"""actionlint: syntax, expressions and contexts of GitHub's workflows.

https://github.com/rhysd/actionlint/blob/main/docs/usage.md. It would call shellcheck and pyflakes where it finds them:
switched off, so that every machine finds the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from journey.checks.outside.model import Checker, Finding, Malformed, together


def arguments(roots: Sequence[str], files: Sequence[str], policies: str) -> list[str]:
    """Its command line."""
    return ["-no-color", "-shellcheck=", "-pyflakes=", "-format", "{{json .}}", *files]


def parse(stdout: str) -> list[Finding]:
    """Its errors, each with the kind of rule that made it."""
    try:
        return sorted(
            Finding(error["filepath"], f"actionlint/{error['kind']}", int(error["line"]), error["message"])
            for error in json.loads(stdout)
        )
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise Malformed(f"its output is not a list of errors: {stdout[:200]}") from error


ACTIONLINT = Checker(
    name="actionlint",
    judges=re.compile(r"\.github/workflows/[^/]+\.ya?ml"),
    groups=together,
    arguments=arguments,
    parse=parse,
    codes=frozenset({0, 1}),
)
