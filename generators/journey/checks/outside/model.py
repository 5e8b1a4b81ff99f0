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


class Checker(NamedTuple):
    """An outside program as data.

    `judges` matches the rendered files that it is given. With `by_folder` it judges each folder by itself, so only
    folders in which something changed are given to it again; without, it is always given all of its files.
    `arguments` makes its command line from folders (by folder) or files; `parse` its findings from standard output.
    """

    name: str
    judges: re.Pattern[str]
    by_folder: bool
    arguments: Callable[[Sequence[str], str], list[str]]
    """Called with what is to be judged and the folder of policies ("" where there are none)."""
    parse: Callable[[str, str], list[Finding]]
    """Called with standard output and the folder in which the program ran. Raises Malformed."""
    codes: frozenset[int]
    """Exit codes of a run that came to its end."""
    complaint: re.Pattern[str] | None = None
    """Lines on standard error that say that something was not judged."""
    reports: Callable[[str], int] | None = None
    """How many of the folders the output tells of, where that can be counted."""
    takes_policies: bool = False
    environment: Mapping[str, str] = {}
