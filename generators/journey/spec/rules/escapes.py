"""The two escapes, `patches` and `extra`: each is whole before anything is rendered.

JSON patches are held against RFC 6902 (operations) and RFC 6901 (pointers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from journey.problem import Pointer, Problem
from journey.spec.rules.fragments import Fragment
from journey.spec.validate import did_you_mean

PATCH = "spec/patch"
OPERATION = "spec/json-patch"
EXTRA = "spec/extra-object"
SECRET = "spec/extra-secret"

RULES = {
    PATCH: "A patch has exactly one of merge or json.",
    OPERATION: "An operation of a JSON patch is whole (RFC 6902).",
    EXTRA: "An extra object has apiVersion, kind and metadata.name.",
    SECRET: "An extra object is no Secret with data: secrets are references.",
}

_NEEDED = {
    "add": ("value",),
    "remove": (),
    "replace": ("value",),
    "move": ("from",),
    "copy": ("from",),
    "test": ("value",),
}
_POINTER = re.compile(r"(?:/(?:[^~]|~[01])*)?", re.DOTALL)
_EXAMPLE = "example: {op: replace, path: /spec/minReadySeconds, value: 5}"


def patches(fragment: Fragment, value: Sequence[dict[str, Any]], where: Pointer) -> Iterator[Problem]:
    """Problems of a list of patches."""
    for index, patch in enumerate(value):
        named = [field for field in ("merge", "json") if patch.get(field)]
        if len(named) != 1:
            what = "both `merge` and `json`" if named else "neither `merge` nor `json`"
            yield Problem(
                where.child(index), PATCH, f"a patch has {what}", "say one: merge: {spec: {minReadySeconds: 5}}"
            )
        elif named == ["json"]:
            for number, operation in enumerate(patch["json"]):
                yield from _operation(operation, where.child(index, "json", number))


def _operation(value: dict[str, Any], where: Pointer) -> Iterator[Problem]:
    op = value.get("op")
    if not isinstance(op, str) or op not in _NEEDED:
        if "op" in value:
            hint = did_you_mean(op, _NEEDED)
            yield Problem(where.child("op"), OPERATION, f"`op: {op}` is no operation of a JSON patch", hint)
        else:
            yield Problem(where, OPERATION, "`op` is missing from an operation of a JSON patch", _EXAMPLE)
        return
    for field in ("path", *_NEEDED[op]):
        if field not in value:
            yield Problem(where, OPERATION, f"`{field}` is missing from the operation `{op}`", _EXAMPLE)
        elif field != "value" and not (isinstance(value[field], str) and _POINTER.fullmatch(value[field])):
            message = f"`{field}: {value[field]}` is no JSON pointer"
            yield Problem(where.child(field), OPERATION, message, "begin with `/`; write ~1 for `/` and ~0 for `~`")


def extra(fragment: Fragment, value: Sequence[dict[str, Any]], where: Pointer) -> Iterator[Problem]:
    """Problems of a list of Kubernetes objects."""
    for index, item in enumerate(value):
        place = where.child(index)
        for field in ("apiVersion", "kind"):
            if not _filled(item.get(field)):
                yield _lacks(field, place.child(field) if field in item else place)
        metadata = item.get("metadata")
        if not isinstance(metadata, dict) or not _filled(metadata.get("name")):
            yield _lacks("metadata.name", place.child("metadata") if "metadata" in item else place)
        if item.get("kind") == "Secret":
            yield from _secret(item, place)


def _secret(item: dict[str, Any], where: Pointer) -> Iterator[Problem]:
    for field in ("data", "stringData"):
        if item.get(field):
            place = where.child(field)._replace(key=True)
            yield Problem(
                place, SECRET, f"a Secret with `{field}` puts its values into git", "refer to them under `secrets`"
            )


def _filled(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _lacks(field: str, where: Pointer) -> Problem:
    message = f"an extra object has no `{field}`, or it is no text"
    return Problem(where, EXTRA, message, "example: {apiVersion: v1, kind: ConfigMap, metadata: {name: extra}}")
