"""Checks that are outside programs, declared as data: what they judge, how they are called, how their findings parse.

`journey check --all` runs them (see `journey.pipeline.outside`); nothing here starts a process or opens a file.
"""

from journey.checks.outside.actionlint import ACTIONLINT
from journey.checks.outside.cfn_lint import CFN_LINT
from journey.checks.outside.checkov import CHECKOV
from journey.checks.outside.hadolint import HADOLINT
from journey.checks.outside.model import Checker, Finding, Group, Groups, Malformed
from journey.checks.outside.zizmor import ZIZMOR

CHECKERS: tuple[Checker, ...] = (CHECKOV, ACTIONLINT, ZIZMOR, HADOLINT, CFN_LINT)
"""Every outside checker, in the order in which they run."""

__all__ = ["CHECKERS", "Checker", "Finding", "Group", "Groups", "Malformed"]
