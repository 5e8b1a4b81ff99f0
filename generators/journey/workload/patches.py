"""A service's patches, applied to its rendered objects; nothing given is changed.

Strategic merge (kubectl's): mappings merge, null removes, lists of named objects merge by their merge key, other lists
replace, `$patch: delete|replace` as kubectl has it. JSON patch: RFC 6902.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from journey.workload.jsonpatch import PatchError, json_patch
from journey.workload.place import Object, Place, Rendered
from journey.workload.strategic import DELETED, strategic_merge


class Refused(NamedTuple):
    """A patch that did nothing: its number among the service's patches, and why."""

    number: int
    reason: str


def apply(place: Place, rendered: list[Rendered]) -> tuple[list[Rendered], tuple[Refused, ...]]:
    """The objects with the service's patches, in order, and the patches that fitted nothing."""
    refused = []
    found = list(rendered)
    for number, patch in enumerate(place.spec.patches):
        name = patch.target.name or place.service
        fitting = [spot for spot, item in enumerate(found) if item.kind == patch.target.kind and _named(item, name)]
        if not fitting:
            refused.append(Refused(number, f"no {patch.target.kind} `{name}` is rendered"))
        for spot in reversed(fitting):
            try:
                content = patched(found[spot].content, patch.merge, patch.json)
            except PatchError as error:
                refused.append(Refused(number, str(error)))
                continue
            if content is None:
                del found[spot]
            else:
                found[spot] = found[spot]._replace(content=content)
    return found, tuple(refused)


def _named(item: Rendered, name: str) -> bool:
    metadata = item.content.get("metadata")
    return name == item.name or (isinstance(metadata, dict) and metadata.get("name") == name)


def patched(content: Object, merge: Object | None, operations: tuple[Object, ...]) -> Object | None:
    """An object with one patch; None where the patch deletes it. Raises PatchError where an operation does not fit."""
    found: Any = content
    if merge is not None:
        found = strategic_merge(content, merge)
        if found is DELETED:
            return None
    if operations:
        found = json_patch(found, operations)
    if not isinstance(found, dict):
        raise PatchError("the patch leaves no object")
    if not isinstance(found.get("kind"), str):
        raise PatchError("the patch leaves no kind")
    return found
