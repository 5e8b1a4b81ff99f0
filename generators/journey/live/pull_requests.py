"""Pull requests on GitHub, by the token that the environment holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from journey.ci.refused import Refused
from journey.facts.github import name_of
from journey.live.github import API, GitHub, GitHubError
from journey.live.push import push
from journey.spec import resolve
from journey.spec.view import View

RULE = "change/pull-request"


class OnGitHub:
    """A clone's repository on GitHub. `base`: the branch that pull requests go to."""

    def __init__(self, root: str, environment: Mapping[str, str], github: GitHub, token: str, base: str) -> None:
        self._root = root
        self._environment = environment
        self._github = github
        self._token = token
        self._base = base

    def push(self, commit: str, branch: str) -> None:
        """Push to `origin`. Raises Refused."""
        push(Path(self._root), self._environment, commit, branch, self._token)

    def request(self, branch: str, title: str, body: str) -> str:
        """POST /repos/{owner}/{repo}/pulls (docs.github.com/rest/pulls/pulls), unless there is an open one."""
        head = f"{self._github.owner}:{branch}"
        try:
            found = next(self._github.pages("pulls", {"head": head, "state": "open", "base": self._base}), None)
            if found is None:
                asked = {"title": title, "head": branch, "base": self._base, "body": body}
                found = self._github.request("POST", "pulls", asked)
        except GitHubError as error:
            hint = "the branch is pushed; run the command again once GitHub answers"
            raise Refused(RULE, str(error), hint) from error
        return str(found["html_url"])

    def merge(self, branch: str) -> str:
        """PUT /repos/{owner}/{repo}/pulls/{number}/merge of a branch's open pull request; tells what came of it.

        GitHub refuses while a rule of the branch is not met: checks that still run are met later. Raises Refused.
        """
        head = f"{self._github.owner}:{branch}"
        try:
            found = next(self._github.pages("pulls", {"head": head, "state": "open", "base": self._base}), None)
            if found is None:
                return f"{branch} has no open pull request"
            self._github.request("PUT", f"pulls/{found['number']}/merge", {"merge_method": "merge"})
        except GitHubError as error:
            if error.status in (405, 409):
                return f"waits to be merged: {error}"
            raise Refused(RULE, str(error), "run the command again once GitHub answers") from error
        return f"merged #{found['number']}"


def on_github(root: str, environment: Mapping[str, str], view: View) -> OnGitHub:
    """The repository that the spec names. Raises Refused without a token."""
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN")
    if not token:
        raise Refused(RULE, "there is no token for GitHub", "set GITHUB_TOKEN, or leave out --pr")
    repository = resolve.settings(view).repository
    owner, name = name_of(repository.url)
    github = GitHub(owner, name, token, environment.get("GITHUB_API_URL", API))
    return OnGitHub(root, environment, github, token, repository.branch)
