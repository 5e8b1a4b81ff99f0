"""A rendered file as a value: what a target yields, checks judge and the tree writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from journey.problem import Pointer

Scalar: TypeAlias = str | int | float | bool | None
Node: TypeAlias = Scalar | Mapping[str, "Node"] | Sequence["Node"]
"""A tree as YAML and JSON know it. Other formats have trees of their own in `journey.formats`."""


HEADER = "Rendered by journey;"
"""Begins the remark in one of the first three lines of a rendered file: by it an orphan elsewhere is known as ours."""


class Format(StrEnum):
    """How an artifact's content becomes bytes; each has an emitter in `journey.formats`."""

    YAML = "yaml"
    JSON = "json"
    HCL = "hcl"
    NGINX = "nginx"
    INI = "ini"
    TEXT = "text"


class Unit(NamedTuple):
    """The smallest piece of work that is rendered, cached and explained as a whole.

    A field that does not apply is empty: a team's project in an environment has no service.
    """

    target: str
    environment: str = ""
    cluster: str = ""
    service: str = ""
    name: str = ""

    def __str__(self) -> str:
        return ":".join((self.target, "/".join(part for part in self[1:] if part)))


class Artifact(NamedTuple):
    """One file: its path from the repository's root (POSIX, written here once), format, content, and spec block.

    `origin` is the block of the spec that the artifact as a whole follows from: findings about it point there.
    """

    path: str
    format: Format
    content: object
    origin: Pointer
    executable: bool = False
