"""GitHub's REST API, as far as this package needs it (https://docs.github.com/rest, version 2022-11-28).

What GitHub answers is limited in size and in pages.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from journey.ci.comment import Comment
from journey.ci.refresh import PullRequest
from journey.live.web import WebError, exchange

API = "https://api.github.com"
MOST_PAGES = 50
PER_PAGE = 100


class GitHubError(WebError):
    """GitHub said no, or could not be reached."""


class GitHub:
    """One repository. `token`: a job's own, an App's or a person's; it is sent to `api` and nowhere else."""

    def __init__(self, owner: str, repository: str, token: str, api: str = API) -> None:
        self.owner = owner
        self.full_name = f"{owner}/{repository}"
        self._token = token
        self._api = api.rstrip("/")

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Send one request; `path` is below the repository, or from the root of the API when it begins with `/`.

        Answers the JSON that came back, None where nothing did. Raises GitHubError.
        """
        whole = path if path.startswith("/") else f"/repos/{self.full_name}/{path}".rstrip("/")
        asked = f"{method} {whole.partition('?')[0]}"
        try:
            return exchange(method, f"{self._api}{whole}", self._headers(), body, asked)
        except WebError as error:
            raise GitHubError(error.status, str(error)) from error

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "User-Agent": "journey",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    def get(self, path: str) -> Any:
        """A resource; None where there is none (404)."""
        try:
            return self.request("GET", path)
        except GitHubError as error:
            if error.status == 404:
                return None
            raise

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        """All items of a list. A page that is not full is the last."""
        for page in range(1, MOST_PAGES + 1):
            asked = urllib.parse.urlencode({**(query or {}), "per_page": PER_PAGE, "page": page})
            items = self.request("GET", f"{path}?{asked}")
            yield from items
            if len(items) < PER_PAGE:
                return

    def pull_requests(self, base: str) -> list[dict[str, Any]]:
        """Open pull requests to a branch, the last changed first, as GitHub describes them."""
        query = {"state": "open", "base": base, "sort": "updated", "direction": "desc"}
        return list(self.pages("pulls", query))

    def with_head(self, commit: str) -> list[int]:
        """Numbers of the open pull requests whose head is a commit. Those of forks, too: no branch name is trusted."""
        query = {"state": "open", "sort": "updated", "direction": "desc"}
        return sorted(pull["number"] for pull in self.pages("pulls", query) if pull["head"]["sha"] == commit)

    def open_pull_requests(self, base: str) -> list[PullRequest]:
        """Open pull requests to a branch, with whether those of forks still merge."""
        return [self._pull_request(pull) for pull in self.pull_requests(base)]

    def _pull_request(self, pull: Mapping[str, Any]) -> PullRequest:
        head = pull["head"]
        fork = (head["repo"] or {}).get("full_name") != self.full_name
        mergeable = self.request("GET", f"pulls/{pull['number']}").get("mergeable") if fork else None
        return PullRequest(pull["number"], head["sha"], head["ref"], fork, mergeable)

    def comments(self, pull_request: int) -> Iterator[Comment]:
        """The comments of a pull request, oldest first."""
        for found in self.pages(f"issues/{pull_request}/comments"):
            yield Comment(found["id"], (found["user"] or {}).get("login", ""), found["body"] or "")

    def create_comment(self, pull_request: int, body: str) -> None:
        """Write a comment."""
        self.request("POST", f"issues/{pull_request}/comments", {"body": body})

    def update_comment(self, comment: int, body: str) -> None:
        """Replace a comment's text."""
        self.request("PATCH", f"issues/comments/{comment}", {"body": body})
