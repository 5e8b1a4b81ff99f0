"""Images: a Dockerfile and what its build context leaves out, for each service that says `build`.

The context of a build is the repository's root, since images also take what services share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.artifact import Artifact, Format, Unit
from journey.facts import builds
from journey.formats.text import Document
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.images import dockerfile, ignored

NAME = builds.TARGET
DESCRIPTION = "A Dockerfile and its .dockerignore for each service that says `build`."
CONSUMER = "BuildKit, buildah"
FOLDERS: tuple[str, ...] = ()
PATTERNS = tuple(f"apps/*/{file}" for file in builds.FILES)


def units(view: View) -> Iterator[Unit]:
    """One a service that is built."""
    for name in builds.built(view):
        yield Unit(NAME, service=name)


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """Both files of a service."""
    image = builds.image(view, unit.service)
    origin = Pointer(resolve.service_file(view, unit.service), ("build",))
    texts = (dockerfile.text(image, resolve.settings(view)), ignored.text(image))
    for file, text in zip(builds.FILES, texts, strict=True):
        yield Artifact(f"{image.folder}/{file}", Format.TEXT, Document(text, "#"), origin)
