"""The make targets that workflows run: a platform's Makefile has all, so that each runs here as there."""

from __future__ import annotations

import re

TARGETS = (
    "attest",
    "check",
    "drift",
    "infrastructure-apply",
    "infrastructure-plan",
    "lint",
    "promote",
    "promote-automatic",
    "publish-charts",
    "render",
    "test",
    "ci-attest",
    "ci-changes",
    "ci-comment",
    "ci-findings",
    "ci-images",
    "ci-impact",
    "ci-merge",
    "ci-pull-requests",
    "ci-push",
    "ci-record",
    "ci-release",
    "ci-report",
    "ci-sign",
    "ci-tag",
)

_RULE = re.compile(r"^([A-Za-z0-9][\w.-]*(?:[ \t]+[A-Za-z0-9][\w.-]*)*)[ \t]*::?(?!=)", re.MULTILINE)


def targets_of(makefile: str) -> frozenset[str]:
    """The targets of a Makefile's explicit rules; patterns, special targets and what it includes are left out."""
    whole = makefile.replace("\\\n", " ")
    return frozenset(name for match in _RULE.finditer(whole) for name in match[1].split())
