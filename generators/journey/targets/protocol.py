"""What a target is: a module, or any object, that turns units of the platform into artifacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from journey.artifact import Artifact, Unit
from journey.spec.view import View


class Target(Protocol):
    """Renders one family of files. Pure: what it knows comes through the view, and it touches nothing outside.

    NAME: one word, as `journey targets` and `targets:` in the spec have it.
    DESCRIPTION: a sentence. CONSUMER: the program that takes the files.
    FOLDERS: whole folders that rendering owns. PATTERNS: single files elsewhere, as globs.
    """

    @property
    def NAME(self) -> str: ...
    @property
    def DESCRIPTION(self) -> str: ...
    @property
    def CONSUMER(self) -> str: ...
    @property
    def FOLDERS(self) -> tuple[str, ...]: ...
    @property
    def PATTERNS(self) -> tuple[str, ...]: ...

    def units(self, view: View) -> Iterable[Unit]:
        """The units that this platform has, in a stable order."""
        ...

    def render(self, unit: Unit, view: View) -> Iterable[Artifact]:
        """The files of one unit."""
        ...
