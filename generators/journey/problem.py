"""What a user did wrong, and where: the one type in which every part reports it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

Step = str | int
"""One step into a document: a mapping's key or a sequence's index."""


class Level(StrEnum):
    """How much a Problem weighs: an error makes a command exit 1, a warning is printed and counted, a note answers."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Pointer(NamedTuple):
    """A node of a spec file by path. It stays true when lines move; `spec.sources` turns it into a Place.

    `key` means the mapping key itself (an unknown key, say), not its value.
    """

    file: str
    path: tuple[Step, ...] = ()
    key: bool = False

    def child(self, *steps: Step) -> Pointer:
        """The node below this one."""
        return Pointer(self.file, (*self.path, *steps))


class Place(NamedTuple):
    """A position in a file as editors count it: line and column from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Problem(NamedTuple):
    """One mistake: where it stands in the user's own text, the rule it breaks, what is wrong, what to do."""

    where: Pointer | Place
    rule: str
    message: str
    hint: str = ""
    level: Level = Level.ERROR
