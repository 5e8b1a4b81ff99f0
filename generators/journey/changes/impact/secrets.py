"""Secrets that come and go, and what has them."""

from __future__ import annotations

from collections.abc import Iterator

from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import Tree, mapping, mappings, text

_EXTERNAL = "https://external-secrets.io/latest/api/externalsecret/"
ADDED = Rule("secret/added", Effect.SECRET_ADDED, "A secret must be in the store before pods can start.", _EXTERNAL)
REMOVED = Rule("secret/removed", Effect.SECRET_REMOVED, "Pods no longer get a secret.", _EXTERNAL)
MOVED = Rule("secret/moved", Effect.SECRET_ADDED, "A secret is read from another place of the store.", _EXTERNAL)
RULES = (ADDED, REMOVED, MOVED)


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """The keys of a Secret, or of what makes one, that come, go, or are read from elsewhere."""
    del sides
    if pair.thing.kind not in ("ExternalSecret", "Secret"):
        return
    before, after = keys(pair.before), keys(pair.after)
    for key in sorted(after.keys() - before.keys()):
        yield Found(ADDED, pair, f"{key} is asked for{_at(after[key])}", _names(pair, key), key)
    for key in sorted(before.keys() - after.keys()):
        yield Found(REMOVED, pair, f"{key} is no longer there", _names(pair, key), key)
    for key in sorted(before.keys() & after.keys()):
        if before[key] != after[key]:
            yield Found(
                MOVED, pair, f"{key} is read{_at(after[key])}; it was{_at(before[key])}", _names(pair, key), key
            )


def keys(secret: Tree) -> dict[str, str]:
    """The keys of a Secret, with where an ExternalSecret reads them."""
    found = {key: "" for field in ("data", "stringData") for key in mapping(secret, field)}
    for item in mappings(mapping(secret, "spec"), "data"):
        remote = mapping(item, "remoteRef")
        found[text(item, "secretKey")] = "#".join(filter(None, (text(remote, "key"), text(remote, "property"))))
    return found


def _at(place: str) -> str:
    return f" at {place}" if place else ""


def _names(pair: Pair, key: str) -> tuple[tuple[object, ...], ...] | None:
    """The fields of the key; all where they do not tell."""
    mine = tuple(name for name in pair.names() if any(key in str(step) for step in name))
    return mine or None
