"""Pieces of a spec that pages show are such as a spec may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from journey.spec.documents import platform_shape, service_shape
from journey.spec.shape import partial
from journey.spec.validate import Validator
from journey.spec.yaml import parse

DOCS = Path(__file__).resolve().parents[2] / "docs"
SHAPES = {"platform.yaml": platform_shape, "service.yaml": service_shape}
BLOCK = re.compile(r"^```yaml\n# (\S+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
SNIPPETS = [
    (str(page.relative_to(DOCS)), file, text)
    for page in sorted(DOCS.rglob("*.md"))
    for file, text in BLOCK.findall(page.read_text(encoding="utf-8"))
]


def refused(file: str, text: str) -> Iterator[str]:
    """What is wrong with a part of a file; what the rest of the file would say is not missed."""
    parsed = parse(text.encode(), file)
    validator = Validator(file)
    validator.clean(partial(SHAPES[Path(file).name]()), parsed.value)
    for problem in (*parsed.problems, *validator.problems):
        yield f"{problem.rule}: {problem.message}"


@pytest.mark.parametrize(("page", "file", "text"), SNIPPETS)
def test_what_a_page_shows_may_stand_in_a_spec(page: str, file: str, text: str) -> None:
    assert list(refused(file, text)) == []


def test_every_snippet_says_where_it_stands() -> None:
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert len(re.findall(r"^```yaml", text, flags=re.MULTILINE)) == len(BLOCK.findall(text)), page
    assert len(SNIPPETS) > 2


def test_a_field_that_does_not_exist_is_found() -> None:
    (found,) = refused("platform.yaml", "skip: []\n")
    assert found.startswith("spec/unknown-field: `skip` is not a field of ")
