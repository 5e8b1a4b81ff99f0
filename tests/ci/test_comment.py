"""The comment: text from outside is shown and does nothing, and there is one comment alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.ci.comment import AUTHOR, LIMIT, MARK, Comment, body, code, fork_body, say
from journey.ci.report import Finding, Group, Line, Report

URL = "https://github.com/acme/platform/actions/runs/1"
CLEAN = Report(problems=0, findings=(), groups=(), sources=0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "`plain`"),
        ("a ` b", "``a ` b``"),
        ("`", "`` ` ``"),
        ("``x", "``` ``x ```"),
        ("two\nlines\r\n\tand tab", "`two lines and tab`"),
        ("turned \u202e round", "`turned round`"),
        ("", "` `"),
        ("\x00", "` `"),
        ("x" * 400, f"`{'x' * 299}…`"),
        ("[a](http://b) <img src=x> @acme/all", "`[a](http://b) <img src=x> @acme/all`"),
    ],
)
def test_text_stands_in_a_code_span(text: str, expected: str) -> None:
    assert code(text) == expected


@given(st.text(st.sampled_from("`ab \n|<>@[]")))
def test_nothing_ends_a_code_span_early(text: str) -> None:
    span = code(text)
    fence = span[: len(span) - len(span.lstrip("`"))]
    inside = span[len(fence) : -len(fence)]
    assert "\n" not in span and span.endswith(fence)
    assert fence not in [run for run in inside.replace(" ", "\n").split() if set(run) == {"`"}]
    assert all(len(run) != len(fence) for run in _runs(inside))


def _runs(text: str) -> list[str]:
    return "".join(letter if letter == "`" else " " for letter in text).split()


def test_a_clean_report() -> None:
    assert body(CLEAN, "success", URL) == (
        f"{MARK}\n**No problems** found by [the run]({URL}).\n\nNothing that is rendered changes.\n\n"
    )


def test_a_run_that_failed_for_another_reason() -> None:
    assert "**Not green**: [the run]" in body(CLEAN, "failure", URL)


def test_problems_and_what_changes() -> None:
    finding = Finding("platform.yaml:3:4", "spec/x", "wrong", "mend it")
    report = Report(problems=3, findings=(finding,), groups=(Group("environments/dev/local", 2, 5, 1),), sources=1)
    assert body(report, "failure", URL).splitlines() == [
        MARK,
        f"**3 problems** found by [the run]({URL}); `make check` shows them.",
        "",
        "1 source files change 2 rendered ones:",
        "",
        "- `environments/dev/local`: 2 files, +5 −1 lines",
        "",
        "- `platform.yaml:3:4` `spec/x`: `wrong` — `mend it`",
        "- and 2 more",
    ]


def test_without_a_report_it_says_so() -> None:
    assert body(None, "failure", URL) == (
        f"{MARK}\n**No report**: [the run]({URL}) left none that can be read. Try `make check`.\n"
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x.com/a)[b](c", ""])
def test_an_address_that_is_none_is_no_link(url: str) -> None:
    assert body(CLEAN, "success", url).splitlines()[1] == "**No problems** found by the run."


def test_the_comment_fits() -> None:
    finding = Finding("w" * 2000, "r" * 2000, "m`" * 1000, "h" * 2000)
    groups = tuple(Group("g" * 2000, 1, 1, 1) for _ in range(500))
    text = body(Report(problems=500, findings=(finding,) * 500, groups=groups, sources=1), "failure", URL)
    assert 50_000 < len(text) <= LIMIT
    assert "- and 450 more places" in text
    shown = text.count("\n- `www")
    assert text.rstrip().endswith(f"- and {500 - shown} more")


def test_what_a_change_does_is_told_and_fits() -> None:
    lines = (Line(0, "1 restart"), Line(1, "restart: `web`"), Line(2, "one pod"), Line(3, "@everyone"))
    report = Report(problems=0, findings=(), groups=(), sources=1, impact=lines, diff=lines[:1], left=(7, 0))
    text = body(report, "success", URL)
    assert text.partition("<details>")[2].splitlines() == [
        "<summary>What it does to what runs</summary>",
        "",
        "- `1 restart`",
        "- `` restart: `web` ``",
        "  - `one pod`",
        "    - `@everyone`",
        "- and 7 more lines: `impact.txt` of the artifact `report` has them",
        "",
        "</details>",
        "",
        "<details><summary>What differs, by the edit that caused it</summary>",
        "",
        "- `1 restart`",
        "",
        "</details>",
        "",
        "",
    ]
    many = tuple(Line(3, f"{number} {'x' * 380}") for number in range(500))
    full = Report(500, (Finding("w" * 2000, "r", "m" * 2000),) * 500, (), 1, impact=many, diff=many)
    text = body(full, "failure", URL)
    assert len(text) <= LIMIT
    assert text.count("- `0 xxx") == 2


def test_a_fork_is_told_the_command() -> None:
    assert "merge `main`, run `make render`, and commit" in fork_body("main")


class Conversation:
    """Comments of one pull request, in memory."""

    def __init__(self, *comments: Comment) -> None:
        self.found = list(comments)
        self.acts: list[tuple[str, int, str]] = []

    def comments(self, pull_request: int) -> Iterable[Comment]:
        return self.found

    def create_comment(self, pull_request: int, body: str) -> None:
        self.acts.append(("create", pull_request, body))

    def update_comment(self, comment: int, body: str) -> None:
        self.acts.append(("update", comment, body))


@pytest.mark.parametrize(
    ("known", "act"),
    [
        ([], [("create", 7, f"{MARK}\nnew\n")]),
        ([Comment(1, AUTHOR, f"{MARK}\nold\n")], [("update", 1, f"{MARK}\nnew\n")]),
        ([Comment(1, AUTHOR, f"{MARK}\r\nnew")], []),
        ([Comment(1, "somebody", f"{MARK}\nold\n")], [("create", 7, f"{MARK}\nnew\n")]),
        ([Comment(1, AUTHOR, "another")], [("create", 7, f"{MARK}\nnew\n")]),
    ],
)
def test_there_is_one_comment_of_ours(known: list[Comment], act: list[tuple[str, int, str]]) -> None:
    conversation = Conversation(*known)
    say(conversation, 7, f"{MARK}\nnew\n")
    assert conversation.acts == act


def test_what_is_switched_off_is_told_with_its_reason() -> None:
    off = "without monitor: a ([later](http://b))"
    text = body(Report(problems=0, findings=(), groups=(), sources=0, exempt=(off,), exempted=1), "success", URL)
    assert "\n1 convention switched off:\n\n- `without monitor: a ([later](http://b))`\n" in text
    many = Report(problems=0, findings=(), groups=(), sources=0, exempt=(off,), exempted=9)
    assert f"\n9 conventions switched off:\n\n- `{off}`\n- and 8 more\n" in body(many, "success", URL)
    assert "switched off" not in body(CLEAN, "success", URL)
