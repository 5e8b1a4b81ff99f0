"""What the platform asks of its repository on GitHub: checks, rulesets, deployment environments, as data.

The workflows take their jobs' names from here, and `journey doctor --github` compares the rest with what GitHub says.
The words are those of the REST API (https://docs.github.com/rest/repos/rules, .../rest/deployments/environments).
"""

from __future__ import annotations

from typing import NamedTuple

from journey.facts import ownership
from journey.spec import resolve
from journey.spec.view import View, query

CHECK, TEST, LINT, ATTESTATION = "check", "test", "lint", "attestation"
CODE, DEPENDENCIES = "code", "dependencies"
REQUIRED = (CHECK, TEST, LINT, ATTESTATION, CODE, DEPENDENCIES)
"""Names of the jobs that must be green before a pull request is merged."""

RELEASE = "release"
"""The deployment environment that holds the key of the GitHub App which opens and refreshes pull requests."""

RULESET = "journey"


class Approval(NamedTuple):
    """A deployment environment of the repository: who approves a job of it, and from which branch it may run."""

    name: str
    reviewers: tuple[str, ...]
    branch: str


class Wanted(NamedTuple):
    """How the repository should be set up.

    checks: names of required status checks on `branch`. scanners: tools whose critical findings block a merge.
    """

    owner: str
    repository: str
    branch: str
    checks: tuple[str, ...]
    scanners: tuple[str, ...]
    approvals: tuple[Approval, ...]


def name_of(url: str) -> tuple[str, str]:
    """Owner and name of a repository by its URL, `https://github.com/acme/platform.git` -> ("acme", "platform")."""
    parts = url.removesuffix("/").removesuffix(".git").replace(":", "/").split("/")
    return parts[-2], parts[-1]


@query
def wanted(view: View) -> Wanted:
    """The settings that follow from the spec; the platform's owners approve what is synced by approval."""
    repository = resolve.settings(view).repository
    owners = ownership.platform_owners(view)
    approvals = [Approval(RELEASE, (), repository.branch)]
    for name in resolve.order(view):
        asks = resolve.environment(view, name).sync == "approval"
        approvals.append(Approval(name, owners if asks else (), repository.branch))
    return Wanted(*name_of(repository.url), repository.branch, REQUIRED, ("CodeQL",), tuple(approvals))
