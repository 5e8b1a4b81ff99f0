"""CODEOWNERS: who must review a change of the spec. Rendered files need no reviewer of their own: they follow from it.

GitHub takes the last line that matches (https://docs.github.com/repositories/managing-your-repositorys-settings-and-
features/customizing-your-repository/about-code-owners), so what is shared comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from journey.artifact import Artifact, Format
from journey.facts import ownership
from journey.formats.text import Document
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View

NAME = "codeowners"
PATH = ".github/CODEOWNERS"
_SHARED = ("/platform.yaml", "/promoted/", "/.github/")


def artifact(view: View) -> Artifact:
    """The file: the platform's own parts, then each service's spec and promoted bases."""
    lines = list(_lines(_SHARED, ownership.platform_owners(view)))
    approved = ownership.promotion_owners(view)
    lines += _promoted("/", approved)
    for name in resolve.services(view):
        folder = f"/{resolve.service_file(view, name).removesuffix('service.yaml')}".replace(" ", "\\ ")
        lines += _lines((f"{folder}service.yaml", f"{folder}promoted/"), ownership.service_owners(view, name))
        lines += _promoted(folder, approved)
    return Artifact(PATH, Format.TEXT, Document("\n".join(lines), "#"), Pointer(ROOT_FILE, ("teams",)))


def _promoted(folder: str, owners: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """The bases of environments that say who approves; a line without an owner asks nobody."""
    return (" ".join((f"{folder}promoted/{name}.yaml", *who)) for name, who in owners.items())


def _lines(paths: Iterable[str], owners: tuple[str, ...]) -> Iterable[str]:
    return (f"{path} {' '.join(owners)}" for path in paths if owners)
