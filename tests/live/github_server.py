"""A server on the loopback address that speaks the part of GitHub's REST API that this package uses.

It keeps rulesets, environments, pull requests and comments, pages its lists, and refuses what GitHub refuses: a wrong
token, an unknown path, an environment's branch policy before the environment.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "a-token"


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class State:
    """What the repository acme/platform holds, and every request that changed it, as (method, path)."""

    def __init__(self) -> None:
        self.rulesets: dict[int, dict[str, Any]] = {}
        self.environments: dict[str, dict[str, Any]] = {}
        self.policies: dict[str, list[str]] = {}
        self.pulls: list[dict[str, Any]] = []
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.teams = {"acme/platform": 11, "acme/identity": 12}
        self.users = {"somebody": 21}
        self.changes: list[tuple[str, str]] = []
        self.raw: dict[str, tuple[int, bytes, dict[str, str]]] = {}

    def pull(self, number: int, sha: str, *, fork: str = "acme/platform", mergeable: bool | None = True) -> None:
        """Open a pull request to main."""
        head = {"sha": sha, "ref": f"topic-{number}", "repo": {"full_name": fork} if fork else None}
        self.pulls.append({"number": number, "head": head, "base": {"ref": "main"}, "mergeable": mergeable})

    def comment(self, pull: int, author: str | None, body: str) -> None:
        """Have somebody comment."""
        found = self.comments.setdefault(pull, [])
        number = 1 + sum(map(len, self.comments.values()))
        found.append({"id": number, "user": {"login": author} if author else None, "body": body})


def _rulesets(state: State, method: str, query: dict[str, str], body: Any) -> Any:
    if method == "GET":
        return [{"id": key, "name": item["name"]} for key, item in state.rulesets.items()]
    number = len(state.rulesets) + 1
    state.rulesets[number] = {**body, "id": number}
    return state.rulesets[number]


def _ruleset(state: State, method: str, query: dict[str, str], body: Any, key: str) -> Any:
    if method == "PUT":
        state.rulesets[int(key)] = {**body, "id": int(key)}
    return state.rulesets[int(key)]


def _environment(state: State, method: str, query: dict[str, str], body: Any, name: str) -> Any:
    name = unquote(name)
    if method == "PUT":
        reviewers = [{"type": item["type"], "reviewer": {"id": item["id"]}} for item in body["reviewers"] or ()]
        rules: list[dict[str, Any]] = [{"type": "branch_policy"}]
        if reviewers:
            own = body["prevent_self_review"]
            rules.append({"type": "required_reviewers", "prevent_self_review": own, "reviewers": reviewers})
        if body["wait_timer"]:
            rules.append({"type": "wait_timer", "wait_timer": body["wait_timer"]})
        policy = body["deployment_branch_policy"]
        state.environments[name] = {"name": name, "protection_rules": rules, "deployment_branch_policy": policy}
    return _known(state.environments, name)


def _policies(state: State, method: str, query: dict[str, str], body: Any, name: str) -> Any:
    _known(state.environments, unquote(name))
    found = state.policies.setdefault(unquote(name), [])
    if method == "POST":
        found.append(body["name"])
    return {"total_count": len(found), "branch_policies": [{"name": item} for item in found]}


def _pulls(state: State, method: str, query: dict[str, str], body: Any) -> Any:
    if method == "POST":
        if not body["title"] or not body["body"]:
            raise Refusal(422, "Validation Failed")
        state.pull(len(state.pulls) + 1, "0" * 40)
        url = f"https://github.com/acme/platform/pull/{len(state.pulls)}"
        state.pulls[-1] |= {"html_url": url, **body}
        state.pulls[-1] |= {"head": {"ref": body["head"]}, "base": {"ref": body["base"]}}
        return state.pulls[-1]
    base, head = query.get("base"), query.get("head", "").partition(":")[2]
    known = [pull for pull in state.pulls if base is None or pull["base"]["ref"] == base]
    return [pull for pull in known if not head or pull["head"]["ref"] == head]


def _pull(state: State, method: str, query: dict[str, str], body: Any, number: str) -> Any:
    return next(pull for pull in state.pulls if pull["number"] == int(number))


def _merge(state: State, method: str, query: dict[str, str], body: Any, number: str) -> Any:
    found = _pull(state, method, query, body, number)
    if not found.get("passed"):
        raise Refusal(405, 'Required status check "check" is expected.')
    return {"merged": True}


def _comments(state: State, method: str, query: dict[str, str], body: Any, number: str) -> Any:
    if method == "POST":
        state.comment(int(number), "github-actions[bot]", body["body"])
        return state.comments[int(number)][-1]
    return state.comments.get(int(number), [])


def _comment(state: State, method: str, query: dict[str, str], body: Any, number: str) -> Any:
    found = next(item for items in state.comments.values() for item in items if item["id"] == int(number))
    found["body"] = body["body"]
    return found


def _team(state: State, method: str, query: dict[str, str], body: Any, org: str, slug: str) -> Any:
    return {"id": _known(state.teams, f"{org}/{slug}")}


def _user(state: State, method: str, query: dict[str, str], body: Any, login: str) -> Any:
    return {"id": _known(state.users, login)}


def _known(items: dict[str, Any], key: str) -> Any:
    if key not in items:
        raise Refusal(404, "Not Found")
    return items[key]


_REPOSITORY = "/repos/acme/platform"
ROUTES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("GET POST", rf"{_REPOSITORY}/rulesets", _rulesets),
    ("GET PUT", rf"{_REPOSITORY}/rulesets/(\d+)", _ruleset),
    ("GET PUT", rf"{_REPOSITORY}/environments/([^/]+)", _environment),
    ("GET POST", rf"{_REPOSITORY}/environments/([^/]+)/deployment-branch-policies", _policies),
    ("GET POST", rf"{_REPOSITORY}/pulls", _pulls),
    ("GET", rf"{_REPOSITORY}/pulls/(\d+)", _pull),
    ("PUT", rf"{_REPOSITORY}/pulls/(\d+)/merge", _merge),
    ("GET POST", rf"{_REPOSITORY}/issues/(\d+)/comments", _comments),
    ("PATCH", rf"{_REPOSITORY}/issues/comments/(\d+)", _comment),
    ("GET", r"/orgs/([^/]+)/teams/([^/]+)", _team),
    ("GET", r"/users/([^/]+)", _user),
)


class _Handler(BaseHTTPRequestHandler):
    state: State

    def _answer(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path in self.state.raw:
            return self._send(*self.state.raw[address.path])
        try:
            answer = self._route(address.path, query)
        except Refusal as refusal:
            return self._send(refusal.status, json.dumps({"message": str(refusal)}).encode(), {})
        if isinstance(answer, list):
            size, page = int(query["per_page"]), int(query["page"])
            answer = answer[size * (page - 1) : size * page]
        return self._send(200, json.dumps(answer).encode(), {})

    def _route(self, path: str, query: dict[str, str]) -> Any:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            raise Refusal(401, "Bad credentials")
        length = int(self.headers["Content-Length"] or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        for methods, pattern, serve in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and self.command in methods.split():
                if self.command != "GET":
                    self.state.changes.append((self.command, path.removeprefix(f"{_REPOSITORY}/")))
                return serve(self.state, self.command, query, body, *match.groups())
        raise Refusal(404, "Not Found")

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815  # names that http.server calls

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(state: State) -> Iterator[str]:
    """Serve a state; gives the address of its API."""
    handler = type("Handler", (_Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
