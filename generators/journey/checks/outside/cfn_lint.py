"""cfn-lint: CloudFormation's templates, by the resource provider schemas of the regions that a template names.

https://github.com/aws-cloudformation/cfn-lint#command-line. It reads a template's own `Metadata` for its regions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from journey.checks.outside.model import Checker, Finding, Malformed, together


def arguments(roots: Sequence[str], files: Sequence[str], policies: str) -> list[str]:
    """Its command line: of informational rules too, and an exit code that says only whether it came to its end."""
    return ["--format", "json", "--include-checks", "I", "--non-zero-exit-code", "none", "--", *files]


def parse(stdout: str) -> list[Finding]:
    """Its findings. A file that it cannot read is one (E0000)."""
    try:
        return sorted(map(_finding, json.loads(stdout)))
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise Malformed(f"its output is not a list of findings: {stdout[:200]}") from error


def _finding(found: dict[str, Any]) -> Finding:
    rule, line = found["Rule"], int(found["Location"]["Start"]["LineNumber"])
    return Finding(found["Filename"], f"cfn-lint/{rule['Id']}", line, found["Message"], rule.get("Source", ""))


CFN_LINT = Checker(
    name="cfn-lint",
    judges=re.compile(r"(environments/([^/]+/){1,2}|modules/)cloudformation/.+\.ya?ml"),
    groups=together,
    arguments=arguments,
    parse=parse,
    codes=frozenset({0}),
)
