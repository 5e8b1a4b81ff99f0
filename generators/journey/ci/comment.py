"""The comment on a pull request: one, found again by its mark, that says what the last run of `ci` found.

Text from a report stands in code spans alone, where Markdown knows no links, images, mentions or HTML
(https://spec.commonmark.org/0.31.2/#code-spans), without control or direction characters, and cut to a length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from journey.ci.report import Finding, Line, Report

MARK = "<!-- journey: report -->"
REFRESH_MARK = "<!-- journey: refresh -->"
AUTHOR = "github-actions[bot]"
"""Who writes with a workflow's token: a comment of anyone else that holds the mark is not ours."""

LIMIT = 60_000
"""Characters; GitHub takes 65,536."""
ROOM = 18_000
"""Characters that an impact, and a diff, may take of it."""
_LONGEST = 300
_BACKTICKS = re.compile(r"`+")
_RUN_URL = re.compile(r"https://[\w.-]+/[\w./-]+")


class Comment(NamedTuple):
    """A comment of a pull request."""

    number: int
    author: str
    body: str


class Conversation(Protocol):
    """The comments of pull requests."""

    def comments(self, pull_request: int) -> Iterable[Comment]: ...

    def create_comment(self, pull_request: int, body: str) -> None: ...

    def update_comment(self, comment: int, body: str) -> None: ...


def code(text: str) -> str:
    """A code span that shows the text, whatever it is, on one line."""
    clean = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    clean = " ".join(clean.split())
    clean = clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 1]}…"
    if not clean:
        return "` `"
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(clean)), default=0) + 1)
    pad = " " if "`" in (clean[0], clean[-1]) else ""
    return f"{fence}{pad}{clean}{pad}{fence}"


def body(report: Report | None, conclusion: str, run_url: str) -> str:
    """The comment's text; without a readable report it says so, and where to look."""
    link = f"[the run]({run_url})" if _RUN_URL.fullmatch(run_url) else "the run"
    if report is None:
        return f"{MARK}\n**No report**: {link} left none that can be read. Try `make check`.\n"
    text = "\n".join([MARK, _headline(report, conclusion, link), *_groups(report), *_exempt(report)])
    text += _told("What it does to what runs", report.impact, report.left[0], "impact.txt")
    text += _told("What differs, by the edit that caused it", report.diff, report.left[1], "diff.txt")
    return text + _findings(report.findings, report.problems, LIMIT - len(text)) + "\n"


def _headline(report: Report, conclusion: str, link: str) -> str:
    if report.problems:
        noun = "problem" if report.problems == 1 else "problems"
        return f"**{report.problems} {noun}** found by {link}; `make check` shows them.\n"
    if conclusion == "success":
        return f"**No problems** found by {link}.\n"
    return f"**Not green**: {link} says why; nothing that is rendered is at fault.\n"


def _groups(report: Report) -> Iterator[str]:
    if not report.groups:
        yield "Nothing that is rendered changes.\n"
        return
    files = sum(group.files for group in report.groups)
    yield f"{report.sources} source files change {files} rendered ones:\n"
    shown = report.groups[:50]
    yield from (f"- {code(group.name)}: {group.files} files, +{group.added} −{group.removed} lines" for group in shown)
    if len(report.groups) > len(shown):
        yield f"- and {len(report.groups) - len(shown)} more places"
    yield ""


def _exempt(report: Report) -> Iterator[str]:
    """Conventions that are switched off, each with its reason."""
    if report.exempt:
        noun = "convention" if report.exempted == 1 else "conventions"
        yield f"{report.exempted} {noun} switched off:\n"
        yield from (f"- {code(line)}" for line in report.exempt)
        if report.exempted > len(report.exempt):
            yield f"- and {report.exempted - len(report.exempt)} more"
        yield ""


def _told(title: str, lines: Sequence[Line], left: int, file: str) -> str:
    """Lines of a diff or an impact as a list: what is less deep first, as far as there is room."""
    if not lines:
        return ""
    room, chosen = ROOM, set[int]()
    for number, line in sorted(enumerate(lines), key=lambda item: item[1].depth):
        room -= len(_bullet(line))
        if room < 0:
            break
        chosen.add(number)
    shown = "".join(_bullet(line) for number, line in enumerate(lines) if number in chosen)
    left += len(lines) - len(chosen)
    more = f"- and {left} more lines: `{file}` of the artifact `report` has them\n" if left else ""
    return f"<details><summary>{title}</summary>\n\n{shown}{more}\n</details>\n\n"


def _bullet(line: Line) -> str:
    return f"{'  ' * max(line.depth - 1, 0)}- {code(line.text)}\n"


def _findings(findings: Iterable[Finding], total: int, room: int) -> str:
    """As many findings as there is room for, and how many are left out."""
    lines: list[str] = []
    for finding in findings:
        hint = f" — {code(finding.hint)}" if finding.hint else ""
        line = f"\n- {code(finding.where)} {code(finding.rule)}: {code(finding.message)}{hint}"
        if len(line) > room - 100:
            break
        room -= len(line)
        lines.append(line)
    left = total - len(lines)
    return "".join(lines) + (f"\n- and {left} more" if left > 0 else "")


def fork_body(base: str) -> str:
    """What a fork's pull request is told when its base has moved."""
    return (
        f"{REFRESH_MARK}\n{code(base)} has moved, and this branch no longer merges. It stands in a fork and cannot be"
        f" refreshed from here: merge {code(base)}, run `make render`, and commit what that changes.\n"
    )


def say(conversation: Conversation, pull_request: int, text: str) -> None:
    """Write the comment, or update the one that is there, found by the mark in its first line."""
    mark = text.partition("\n")[0]
    for comment in conversation.comments(pull_request):
        if comment.author == AUTHOR and comment.body.startswith(mark):
            if comment.body.replace("\r\n", "\n").rstrip("\n") != text.rstrip("\n"):
                conversation.update_comment(comment.number, text)
            return
    conversation.create_comment(pull_request, text)
