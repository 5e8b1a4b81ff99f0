"""GitHub's API, asked over a socket of a server that speaks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from journey.ci.comment import AUTHOR, MARK, Comment, say
from journey.ci.refresh import PullRequest
from journey.live import github as module
from journey.live import web
from journey.live.github import GitHub, GitHubError
from tests.live.github_server import TOKEN, State, serving


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def api(state: State) -> Iterator[str]:
    with serving(state) as address:
        yield address


@pytest.fixture
def github(api: str) -> GitHub:
    return GitHub("acme", "platform", TOKEN, api)


def test_the_pull_request_is_found_by_its_head_alone(state: State, github: GitHub) -> None:
    for number in range(1, 120):
        state.pull(number, f"{number:040x}", fork="somebody/platform" if number % 2 else "acme/platform")
    state.pull(200, f"{118:040x}")
    assert github.with_head(f"{119:040x}") == [119]
    assert github.with_head(f"{118:040x}") == [118, 200]
    assert github.with_head("f" * 40) == []


def test_open_pull_requests_say_whether_a_fork_still_merges(state: State, github: GitHub) -> None:
    state.pull(1, "a" * 40)
    state.pull(2, "b" * 40, fork="somebody/platform", mergeable=False)
    state.pull(3, "c" * 40, fork="", mergeable=None)
    assert github.open_pull_requests("main") == [
        PullRequest(1, "a" * 40, "topic-1", False, None),
        PullRequest(2, "b" * 40, "topic-2", True, False),
        PullRequest(3, "c" * 40, "topic-3", True, None),
    ]
    assert github.open_pull_requests("other") == []


def test_a_comment_is_written_once_and_then_updated(state: State, github: GitHub) -> None:
    for number in range(150):
        state.comment(7, "somebody", f"{number}")
    state.comment(7, None, MARK)
    say(github, 7, f"{MARK}\nfirst\n")
    say(github, 7, f"{MARK}\nsecond\n")
    say(github, 7, f"{MARK}\nsecond\n")
    assert [method for method, _ in state.changes] == ["POST", "PATCH"]
    found = list(github.comments(7))
    assert len(found) == 152
    assert found[-2:] == [Comment(151, "", MARK), Comment(152, AUTHOR, f"{MARK}\nsecond\n")]


def test_what_is_not_there_is_none(github: GitHub) -> None:
    assert github.get("environments/none") is None


def test_a_refusal_says_what_was_asked_and_why(api: str, github: GitHub) -> None:
    with pytest.raises(GitHubError) as caught:
        GitHub("acme", "platform", "wrong", api).get("pulls")
    assert (caught.value.status, str(caught.value)) == (401, "GET /repos/acme/platform/pulls: 401 Bad credentials")
    with pytest.raises(GitHubError, match="POST /repos/acme/platform/nothing: 404 Not Found"):
        github.request("POST", "nothing", {})


def test_a_redirect_is_refused_because_the_token_would_go_with_it(state: State, github: GitHub) -> None:
    state.raw["/repos/acme/platform/pulls"] = (301, b"", {"Location": "http://127.0.0.1:9/"})
    with pytest.raises(GitHubError) as caught:
        github.get("pulls")
    assert caught.value.status == 301


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((200, b"{", {}), "GET /repos/acme/platform/pulls: the answer is no JSON"),
        ((200, b"x" * 101, {}), "GET /repos/acme/platform/pulls: the answer has more than 100 bytes"),
        ((500, b"<html>", {}), "GET /repos/acme/platform/pulls: 500 Internal Server Error"),
        ((500, b"[]", {}), "GET /repos/acme/platform/pulls: 500 Internal Server Error"),
    ],
)
def test_an_answer_that_is_none(
    state: State,
    github: GitHub,
    monkeypatch: pytest.MonkeyPatch,
    answer: tuple[int, bytes, dict[str, str]],
    message: str,
) -> None:
    monkeypatch.setattr(web, "MOST_BYTES", 100)
    state.raw["/repos/acme/platform/pulls"] = answer
    with pytest.raises(GitHubError) as caught:
        github.get("pulls")
    assert str(caught.value) == message


def test_an_empty_answer_is_none(state: State, github: GitHub) -> None:
    state.raw["/repos/acme/platform/x"] = (204, b"", {})
    assert github.get("x") is None


def test_no_answer_is_said(state: State) -> None:
    with serving(state) as address:
        pass
    with pytest.raises(GitHubError, match=r"GET /repos/acme/platform/pulls: .*refused") as caught:
        GitHub("acme", "platform", TOKEN, address).get("pulls")
    assert caught.value.status == 0


def test_lists_end(state: State, github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAGES", 2)
    for number in range(250):
        state.pull(number, f"{number:040x}")
    assert len(github.pull_requests("main")) == 200
