"""A scanner's findings, judged: which are critical. SARIF 2.1.0 as GitHub reads it: a rule's `security-severity` is a
CVSS score, and 9.0 or more is critical
(https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from journey.ci.refused import Refused
from journey.problem import Place, Problem

CRITICAL = 9.0
RULE = "ci/critical-finding"


def critical(folder: Path) -> list[Problem]:
    """The critical findings of all SARIF files of a folder, sorted. Raises Refused where there is no file to judge."""
    files = sorted(folder.rglob("*.sarif"))
    if not files:
        raise Refused("ci/findings", "there are no findings to judge: the scanner left no SARIF file", "scan first")
    return sorted({problem for file in files for problem in _of(file)})


def _of(file: Path) -> Iterator[Problem]:
    try:
        document = json.loads(file.read_bytes())
        for run in document["runs"]:
            yield from _of_run(run)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Refused("ci/findings", f"{file.name} is no SARIF that can be judged: {error!r}", "scan again") from error


def _of_run(run: Mapping[str, Any]) -> Iterator[Problem]:
    tool = run["tool"]
    severities: dict[str, float] = {}
    for component in (tool["driver"], *tool.get("extensions", ())):
        for rule in component.get("rules", ()):
            severities[rule["id"]] = float(rule.get("properties", {}).get("security-severity", 0))
    for result in run.get("results") or ():
        name = result.get("ruleId") or result["rule"]["id"]
        if severities.get(name, 0) >= CRITICAL and not result.get("suppressions"):
            yield Problem(
                _place(result),
                RULE,
                f"{name}: {result['message']['text']}",
                "mend it, or take the rule out with a reason",
            )


def _place(result: Mapping[str, Any]) -> Place:
    for location in result.get("locations") or ():
        physical = location.get("physicalLocation", {})
        region = physical.get("region", {})
        uri = physical.get("artifactLocation", {}).get("uri", "")
        return Place(uri, int(region.get("startLine", 0)), int(region.get("startColumn", 0)))
    return Place("")
