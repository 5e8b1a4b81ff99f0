"""What an outside checker is, and what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec


class Finding(msgspec.Struct, array_like=True, frozen=True, order=True):
    """One finding in a rendered file. `line` is 0 where the program names none; `advice` says where to read more."""

    path: str
    rule: str
    line: int
    message: str
    advice: str = ""


class Malformed(Exception):
    """A program's output does not say what it must: the program is broken, or another version than ours."""


class Group(NamedTuple):
    """Files whose findings depend on each other and on no other file: what is judged again as a whole.

    The program is given a folder that holds folders of roots: groups of one root stand together, `name` tells them
    apart.
    """

    root: str
    name: str


Groups = dict[Group, list[str]]
"""Paths of the files of each group, sorted."""


class Checker(NamedTuple):
    """An outside program as data.

    `judges` matches the rendered files that it is given, `groups` parts them. `arguments` makes its command line from
    roots, files (below their roots) and the folder of policies ("" where there are none); `parse` its findings from
    standard output, with paths as it was given them.
    """

    name: str
    judges: re.Pattern[str]
    groups: Callable[[Sequence[str]], Groups]
    arguments: Callable[[Sequence[str], Sequence[str], str], list[str]]
    parse: Callable[[str], list[Finding]]
    """Raises Malformed."""
    codes: frozenset[int]
    """Exit codes of a run that came to its end."""
    complaint: re.Pattern[str] | None = None
    """Lines on standard error that say that something was not judged."""
    takes_policies: bool = False
    environment: Mapping[str, str] = {}


def together(paths: Sequence[str]) -> Groups:
    """All files as one group."""
    return {Group("files", ""): list(paths)} if paths else {}
