"""Every pod runs an image of a known version: a digest, or a tag that is not moved by habit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from journey.artifact import Artifact, Unit
from journey.objects import text, workloads
from journey.problem import Problem

ABSENT = "images/absent"
UNTAGGED = "images/untagged"
LATEST = "images/latest"

RULES: dict[str, str] = {
    ABSENT: "Each container names an image.",
    UNTAGGED: "An image has a tag or a digest; without one it means `latest`.",
    LATEST: "An image is not `latest`, which is another one tomorrow, unless a digest stands beside it.",
}

_MESSAGES = {
    ABSENT: "names no image",
    UNTAGGED: "image {image} has neither tag nor digest",
    LATEST: "image {image} is a moving one",
}
_HINT = "name a version, or better a digest: <image>:<version>@sha256:<digest>"


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: object) -> Iterator[Problem]:
    """Problems of the images that the unit's pods run; a unit without a cluster has none."""
    if not unit.cluster:
        return
    for found in workloads(artifacts):
        for container in found.containers:
            image = text(container, "image")
            rule = fault(image)
            if rule:
                message = f"{found}: container {text(container, 'name')}: {_MESSAGES[rule].format(image=image)}"
                yield Problem(found.artifact.origin, rule, message, _HINT)


@lru_cache(maxsize=1024)
def fault(image: str) -> str:
    """The rule that a reference breaks, empty where none: `[host[:port]/]path[:tag][@digest]` (OCI distribution)."""
    if not image:
        return ABSENT
    name, _, digest = image.partition("@")
    if digest:
        return ""
    tag = name.rpartition("/")[2].partition(":")[2]
    if not tag:
        return UNTAGGED
    return LATEST if tag == "latest" else ""
