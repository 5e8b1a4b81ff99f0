"""Commands that the pages name are commands that there are, with options that they take."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from journey.cli.root import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCED = re.compile(r"^```(?:sh|console)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`((?:\.venv/bin/)?journey(?: [^`]+)?|make [^`]+)`")
INDENTED = re.compile(r"^(?: {4}|\t)(.*)$", flags=re.MULTILINE)
WORDS = re.compile(r"\s*(?:\.venv/bin/)?(journey|make) (.*)")
END = re.compile(r"\s(?:\|\||&&|\||>|#)\s")


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each call of `journey` or `make` with its arguments."""
    lines = [line for block in FENCED.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    lines += [*INDENTED.findall(text), *SPAN.findall(text)]
    for line in lines:
        for part in re.split(r" && | \|\| ", line):
            match = WORDS.fullmatch(part)
            if match:
                yield match[1], shlex.split(END.split(match[2] + " ")[0])


def fault(arguments: list[str]) -> str:
    """What the command line says against arguments; empty where nothing."""
    context = click.Context(cli, info_name="journey")
    command: click.Command = cli
    try:
        while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
            found = command.get_command(context, arguments[0])
            if found is None:
                return f"no command {arguments[0]}"
            command, arguments = found, arguments[1:]
        if arguments and arguments[0] in ("--help", "--version"):
            return ""
        if not isinstance(command, click.Group):
            command.make_context("journey", list(arguments), parent=context)
    except click.UsageError as error:
        return error.format_message()
    return ""


def missing(arguments: list[str]) -> list[str]:
    """Targets that the Makefile does not have."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = {name for line in re.findall(r"^([a-z0-9 -]+):", text, flags=re.MULTILINE) for name in line.split()}
    targets = [word for word in arguments if "=" not in word and word not in ("...", "X")]
    return [word for word in targets if word not in known and not word.startswith("-") and not word.startswith("ci-")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_is_one(page: Path) -> None:
    for program, arguments in commands(page.read_text(encoding="utf-8")):
        found = fault(arguments) if program == "journey" else missing(arguments)
        assert not found, f"{program} {' '.join(arguments)}: {found}"


def test_commands_are_found_wherever_they_stand() -> None:
    text = (
        "`journey check`\n\n    make render    # it\n\n```sh\njourney render && journey check || echo x\n```\n"
        "`.venv/bin/journey checks`"
    )
    assert list(commands(text)) == [
        ("journey", ["render"]),
        ("journey", ["check"]),
        ("make", ["render"]),
        ("journey", ["check"]),
        ("journey", ["checks"]),
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["rendr"], "no command rendr"),
        (["render", "--fast"], "--fast"),
        (["check", "--format", "xml"], "--format"),
        (["add", "service"], "NAME"),
        (["graph", "--env", "qa"], ""),
        (["--help"], ""),
    ],
)
def test_what_is_no_command_is_found(arguments: list[str], expected: str) -> None:
    found = fault(arguments)
    assert expected in found if expected else not found


def test_a_target_that_make_does_not_have_is_found() -> None:
    assert missing(["render", "ARGS=-x", "rendr"]) == ["rendr"]
