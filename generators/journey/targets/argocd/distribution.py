"""The pinned release of Argo CD: its version, images, definitions and known hosts, as data of the package.

`tools/argocd.py` takes them from the vendor's own Go module, whose checksum stands beside them.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, NamedTuple


class Distribution(NamedTuple):
    """A release. `known_hosts` are lines as sshd(8) has them; `definitions` are CustomResourceDefinitions."""

    version: str
    image: str
    redis: str
    known_hosts: tuple[str, ...]
    definitions: tuple[dict[str, Any], ...]


@cache
def release() -> Distribution:
    """The one release that is rendered."""
    data = json.loads(resources.files("journey").joinpath("data/argocd.json").read_text(encoding="utf-8"))
    return Distribution(
        data["version"],
        f"quay.io/argoproj/argocd:{data['version']}",
        data["redis"],
        tuple(data["knownHosts"]),
        tuple(data["definitions"]),
    )
