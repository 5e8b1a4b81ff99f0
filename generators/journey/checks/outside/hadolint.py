"""hadolint: Dockerfiles, and the shell in them.

https://github.com/hadolint/hadolint#cli. Comments in the file and files of its own do not switch rules off: what is
passed over stands under `skips:` in the spec, and is counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from journey.checks.outside.model import Checker, Finding, Malformed, together


def arguments(roots: Sequence[str], files: Sequence[str], policies: str) -> list[str]:
    """Its command line."""
    return ["--no-fail", "--no-color", "--disable-ignore-pragma", "--format", "json", *files]


def parse(stdout: str) -> list[Finding]:
    """Its findings. A file that it cannot read is one (DL1000)."""
    try:
        return sorted(
            Finding(
                found["file"], f"hadolint/{found['code']}", int(found["line"]), found["message"], _page(found["code"])
            )
            for found in json.loads(stdout)
        )
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise Malformed(f"its output is not a list of findings: {stdout[:200]}") from error


def _page(code: str) -> str:
    """Where its rules, and ShellCheck's in it, are explained."""
    if code.startswith("SC"):
        return f"https://www.shellcheck.net/wiki/{code}"
    return f"https://github.com/hadolint/hadolint/wiki/{code}"


HADOLINT = Checker(
    name="hadolint",
    judges=re.compile(r"(.+/)?Dockerfile"),
    groups=together,
    arguments=arguments,
    parse=parse,
    codes=frozenset({0}),
)
