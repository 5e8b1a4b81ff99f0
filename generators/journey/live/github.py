"""GitHub's REST API, as far as this package needs it (https://docs.github.com/rest, version 2022-11-28).

A redirect is refused, because the token would go with it; what GitHub answers is limited in size and in pages.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any

from journey.ci.comment import Comment
from journey.ci.refresh import PullRequest

API = "https://api.github.com"
TIMEOUT = 30.0
"""Seconds without a byte after which a request is given up."""
MOST_BYTES = 32 * 1024 * 1024
MOST_PAGES = 50
PER_PAGE = 100


class GitHubError(Exception):
    """GitHub said no, or could not be reached. `status` is HTTP's; 0 where there was no answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


class GitHub:
    """One repository. `token`: a job's own, an App's or a person's; it is sent to `api` and nowhere else."""

    def __init__(self, owner: str, repository: str, token: str, api: str = API) -> None:
        self.owner = owner
        self.full_name = f"{owner}/{repository}"
        self._token = token
        self._api = api.rstrip("/")
        self._opener = urllib.request.build_opener(_NoRedirect)

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Send one request; `path` is below the repository, or from the root of the API when it begins with `/`.

        Answers the JSON that came back, None where nothing did. Raises GitHubError.
        """
        whole = path if path.startswith("/") else f"/repos/{self.full_name}/{path}".rstrip("/")
        asked = f"{method} {whole.partition('?')[0]}"
        request = urllib.request.Request(f"{self._api}{whole}", _encoded(body), self._headers(), method=method)
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                data = response.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            with error:
                raise GitHubError(error.code, f"{asked}: {error.code} {_reason(error)}") from error
        except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
            raise GitHubError(0, f"{asked}: {getattr(error, 'reason', error)}") from error
        return _decoded(data, asked)

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


def _encoded(body: object) -> bytes | None:
    return None if body is None else json.dumps(body).encode()


def _decoded(data: bytes, asked: str) -> Any:
    if len(data) > MOST_BYTES:
        raise GitHubError(0, f"{asked}: the answer has more than {MOST_BYTES} bytes")
    try:
        return json.loads(data) if data else None
    except ValueError as error:
        raise GitHubError(0, f"{asked}: the answer is no JSON") from error


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        said = json.loads(error.read(MOST_BYTES))
    except (ValueError, OSError):
        return str(error.reason)
    return str(said.get("message", error.reason)) if isinstance(said, dict) else str(error.reason)
