"""The spec's own JSON Schemas, for editors: each spec file names one in its first line."""

from __future__ import annotations

from collections.abc import Iterator

from journey.artifact import Artifact, Format, Unit
from journey.formats import HEADER
from journey.problem import Pointer
from journey.spec.schema import DOCUMENTS, schema
from journey.spec.view import View

NAME = "schemas"
DESCRIPTION = "JSON Schemas of the spec's files, for editors."
CONSUMER = "yaml-language-server"
FOLDERS = ()
PATTERNS = ("schemas/*.schema.json",)


def units(view: View) -> Iterator[Unit]:
    """One for all documents: they follow from the generators alone."""
    yield Unit(NAME)


def render(unit: Unit, view: View) -> Iterator[Artifact]:
    """A schema a document."""
    for name in DOCUMENTS:
        found = schema(name)
        content = {"$schema": found.pop("$schema"), "$comment": HEADER, **found}
        yield Artifact(f"schemas/{name}.schema.json", Format.JSON, content, Pointer("platform.yaml"))
