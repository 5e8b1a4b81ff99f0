"""The reference of the spec's language as pages of Markdown, made from the same types that judge a spec."""

from __future__ import annotations

from collections.abc import Iterator

from journey.artifact import Artifact, Format, Unit
from journey.formats.text import Document
from journey.problem import Pointer
from journey.spec.view import View
from journey.targets.reference import gateways
from journey.targets.reference.pages import PAGES, page

NAME = "reference"
DESCRIPTION = "Reference of the spec's files: each field with its type, default and example."
CONSUMER = "people"
FOLDERS = ("docs/reference",)
PATTERNS = ()


def units(view: View) -> Iterator[Unit]:
    """One for all pages: they follow from the generators alone."""
    yield Unit(NAME)


def render(unit: Unit, view: View) -> Iterator[Artifact]:
    """A page a kind of file."""
    texts = {**{name: page(name) for name in PAGES}, gateways.NAME: gateways.page()}
    for name, text in texts.items():
        content = Document(text, "<!-- -->")
        yield Artifact(f"{FOLDERS[0]}/{name}.md", Format.TEXT, content, Pointer("platform.yaml"))
