"""A plan as a pull request: a branch of its own with the one commit, pushed, and a request to merge it.

Each step finds what an earlier, interrupted call has done, so that the same command again finishes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from journey.changes import commits, record
from journey.changes.promotion import Plan, committed, person
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.names import join, short_hash


class Host(Protocol):
    """Where the repository lives. Both raise Refused."""

    def push(self, commit: str, branch: str) -> None:
        """Bring a commit to a branch there; one that has moved on is left as it is."""

    def request(self, branch: str, title: str, body: str) -> str:
        """The address of the open pull request of a branch: the one that there is, or a new one."""


class Here:
    """A repository of which no host is known: the branch is made, and stays in this clone."""

    def push(self, commit: str, branch: str) -> None:
        """Nothing: there is nowhere to push to."""

    def request(self, branch: str, title: str, body: str) -> str:
        """What to do with the branch."""
        return f"git push origin {branch}, and open its pull request: {title}"


def offer(root: str, plan: Plan, host: Host, overrides: Sequence[record.Override], body: str) -> tuple[str, str]:
    """Push the plan's commit on a branch of its own and open its pull request; gives branch and address.

    The current branch and the work tree stay as they are. Raises Refused.
    """
    git = person(root)
    branch = branch_of(plan)
    with commits.alone(git):
        commit = _on_branch(git, branch, committed(git, plan, overrides))
    host.push(commit, branch)
    return branch, host.request(branch, git.run("show", "--no-patch", "--format=%s", commit), body)


def branch_of(plan: Plan) -> str:
    """The branch's name: what is done, and a digest of the files that it writes."""
    names = dict.fromkeys(step.service for step in plan.act.steps)
    what = next(iter(names)).removesuffix(".yaml") if len(names) == 1 else f"{len(names)}-services" if names else ""
    digest = short_hash(repr(sorted(plan.files.items())), length=10)
    return f"journey/{join(plan.act.kind, plan.act.target, what)}-{digest}"


def _on_branch(git: Git, branch: str, commit: str) -> str:
    """The commit that the branch is at: an earlier call's where it says the same, else this one."""
    name = f"refs/heads/{branch}"
    before = git.commit(name)
    if before is not None and _content(git, before) == _content(git, commit):
        return before
    code, _, error = git.ask("update-ref", "-m", "journey", name, commit, before or "0" * 40)
    if code:
        raise Refused(commits.RULE, f"{branch}: {error.strip()}", "run the command again")
    return commit


def _content(git: Git, commit: str) -> str:
    """What a commit holds and stands on."""
    return git.run("show", "--no-patch", "--format=%T %P", commit)
