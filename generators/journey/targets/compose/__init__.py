"""Compose: one environment on one machine, from the spec that its clusters have, for a platform that says `compose`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.artifact import Artifact, Format, Unit
from journey.facts import locally
from journey.formats.text import Document
from journey.problem import Pointer
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View
from journey.targets.compose import document

NAME = locally.TARGET
DESCRIPTION = "A compose.yaml that runs an environment on one machine, and its .env.example."
CONSUMER = "Docker Compose"
FOLDERS = ("environments",)
PATTERNS = locally.FILES


def units(view: View) -> Iterator[Unit]:
    """One: what may talk to whom is a matter of all services."""
    if locally.spot(view) is not None:
        yield Unit(NAME)


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """The file, its variables, and the files of configuration that it mounts."""
    spot = locally.spot(view)
    if spot is None:
        return
    origin = Pointer(ROOT_FILE, ("compose",))
    compose, example = locally.FILES
    yield Artifact(compose, Format.YAML, document.content(view, spot), origin)
    yield Artifact(example, Format.TEXT, Document(document.example(view, spot), "#"), origin)
    yield Artifact(document.scrape_file(spot), Format.YAML, document.scrape(view, spot), origin)
    for path, text, file in document.files(view, spot):
        yield Artifact(path, Format.TEXT, text, Pointer(file, ("config", "files")))
