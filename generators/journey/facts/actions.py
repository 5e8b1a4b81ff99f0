"""The actions that workflows may use, each by the commit of a released version.

The table is data of the package, read once at import: an action's tag can be moved, its commit cannot
(https://docs.github.com/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

_COMMIT = re.compile(r"[0-9a-f]{40}")


class Action(NamedTuple):
    """A released version of an action: `owner/name`, its version as tagged, the full commit of the tag."""

    name: str
    version: str
    commit: str


def parse(text: str) -> Mapping[str, Action]:
    """The table `{"owner/name": {"version": ..., "commit": ...}}`. Raises ValueError for a commit that is not whole."""
    found = {name: Action(name, entry["version"], entry["commit"]) for name, entry in json.loads(text).items()}
    broken = sorted(action.name for action in found.values() if not _COMMIT.fullmatch(action.commit))
    if broken:
        raise ValueError(f"not a full commit: {', '.join(broken)}")
    return MappingProxyType(found)


ACTIONS: Mapping[str, Action] = parse(
    resources.files("journey").joinpath("data/actions.json").read_text(encoding="utf-8")
)
