"""Links between pages lead somewhere, and what pages list is what there is."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from journey.cli.root import cli
from journey.spec.service import Convention

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```.*?^```$", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s]*)\)")
SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
HEADING = re.compile(r"^#+ (.*)$", flags=re.MULTILINE)


def pages() -> list[Path]:
    """Every page of ours: at the root, of documentation, and beside what it describes."""
    near = ("docs", "benchmarks", "policies", "examples", "tests")
    below = (page for folder in near for page in (ROOT / folder).rglob("*.md"))
    return sorted([*ROOT.glob("*.md"), *(page for page in below if "node_modules" not in page.parts)])


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """The relative links of a page; what stands in code is none."""
    return [unquote(link) for link in LINK.findall(SPAN.sub("", prose(page)))]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to a page's headings: lower case, words joined by `-`, without other marks."""
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose(page)))
    return {word.strip().replace(" ", "-") for word in words}


def broken(page: Path) -> Iterator[str]:
    """The links of a page that lead nowhere."""
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(broken(page)) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# One `two`-three\n[x](b.md) [`y`](#one-two-three) `](c.md)` [z](#four) [w](https://example.com)\n"
    )
    assert list(broken(tmp_path / "a.md")) == ["b.md", "#four"]


def test_every_page_is_reached_from_the_index() -> None:
    seen: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page not in seen:
            seen.add(page)
            files = (link.partition("#")[0] for link in links(page))
            todo += [found for file in files if (found := (page.parent / file).resolve()).suffix == ".md"]
    assert [page for page in pages() if ROOT / "docs" in page.parents and page not in seen] == []


def test_the_readme_lists_the_targets_as_the_command_does() -> None:
    printed = CliRunner().invoke(cli, ["targets"]).output
    assert f"```text\n{printed}```\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_says_what_every_folder_is() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    folders = {name.partition("/")[0] + "/" for name in done.stdout.splitlines() if "/" in name}
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What is where")[2]
    named = set(re.findall(r"`([\w.]+/)", text))
    assert {folder for folder in folders if folder != ".ci/"} - named == set()


def test_every_convention_is_explained() -> None:
    text = (ROOT / "docs/how-to/switch-a-convention-off.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)) == sorted(get_args(Convention))


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[^A-Za-z0-9-]", line, maxsplit=1)[0].lower() for line in project["dependencies"]}
    text = (ROOT / "docs/decisions/0010-dependencies.md").read_text(encoding="utf-8").lower()
    assert set(re.findall(r"^\| ([a-z0-9-]+) \|", text, flags=re.MULTILINE)) - {"package"} == asked


def test_the_index_names_every_decision_as_it_names_itself() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    listed = {file: " ".join(title.split()) for title, file in re.findall(r"\[([^]]+)\]\((decisions/[^)]+)\)", index)}
    for page in (ROOT / "docs/decisions").glob("*.md"):
        first = page.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# {int(page.name[:4])}. {listed[f'decisions/{page.name}']}"
