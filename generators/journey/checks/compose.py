"""A rendered compose file fits the schema that its specification publishes.

Source: github.com/compose-spec/compose-spec, `schema/compose-spec.json`, as `data/schemas.lock.json` records it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from journey.artifact import Artifact, Format, Unit
from journey.objectschemas import Validator, compose_validator
from journey.problem import Problem

INVALID = "compose/invalid"
ROOM = "compose/room"
PATH = "compose.yaml"

RULES: dict[str, str] = {
    INVALID: "A compose file fits the schema of its specification.",
    ROOM: "The pool of a compose file has room for every two that may talk.",
}

_HINT = "Compose would refuse the file"


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: object) -> Iterator[Problem]:
    """Problems of the compose file; other units have none."""
    if unit.cluster or unit.service:
        return
    for artifact in artifacts:
        content = artifact.content
        if artifact.path != PATH or artifact.format is not Format.YAML:
            continue
        if not isinstance(content, Mapping):
            yield Problem(artifact.origin, INVALID, f"{artifact.path}: a compose file is a mapping", _HINT)
        elif not _validator().is_valid(content):
            for finding in _validator().findings(content):
                yield Problem(artifact.origin, INVALID, f"{artifact.path}: {finding}", _HINT)
        elif not content.get("networks"):
            message = f"{artifact.path}: `pool` has no room for a network for every two that may talk"
            yield Problem(artifact.origin.child("pool"), ROOM, message, "give a wider one: pool: 10.213.0.0/16")


@cache
def _validator() -> Validator:
    return compose_validator()
