"""Conventions that services have switched off, with their reasons, for reports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from journey.spec.sources import ROOT_FILE, SERVICES, Sources

FIELD = "without"
EVERY = "every service"
"""Stands for a service's name where the platform's defaults alone switch a convention off."""
_KEY = bytes((0xA0 | len(FIELD),)) + FIELD.encode()
"""The field's name as MessagePack writes it: a document without these bytes does not say it, and is not decoded."""


class Exempt(NamedTuple):
    """A convention that a service has switched off for a reason, in (environment, cluster) pairs: some or all."""

    convention: str
    service: str
    reason: str
    places: tuple[tuple[str, str], ...]
    everywhere: bool

    def __str__(self) -> str:
        where = "" if self.everywhere else f" in {', '.join(dict.fromkeys(env for env, _ in self.places))}"
        return f"without {self.convention}: {self.service}{where} ({self.reason})"


def exempt(sources: Sources) -> tuple[Exempt, ...]:
    """All that is switched off where it runs, by convention and service. The spec must be without errors.

    It costs little where nothing is: only services are resolved for which a document says anything of it.
    """
    said = [file for file, document in sources.documents.items() if _KEY in bytes(document.raw)]
    if said == [ROOT_FILE] and _only_defaults(sources.documents[ROOT_FILE].value):
        off = sources.documents[ROOT_FILE].value["defaults"][FIELD]
        return tuple(sorted(Exempt(name, EVERY, item["reason"], (), True) for name, item in off.items() if item))
    names = _concerned(sources, said)
    return tuple(sorted(_resolved(sources, names))) if names else ()


def _only_defaults(platform: dict[str, Any]) -> bool:
    """Whether the platform's defaults say it, and those of no environment or cluster."""
    holders = (*platform["environments"].values(), *platform["clusters"].values())
    return FIELD in platform.get("defaults", {}) and not any(FIELD in one.get("defaults", {}) for one in holders)


def _concerned(sources: Sources, said: list[str]) -> list[str]:
    """Services for which their own files, or defaults of the platform, may say that something is off."""
    services: dict[str, str] = sources.values[SERVICES]
    folders = {os.path.dirname(file) for file in said}
    if any(file == ROOT_FILE or file.startswith("promoted/") for file in said):
        return list(services)
    return [
        name
        for name, file in services.items()
        if os.path.dirname(file) in folders or f"{os.path.dirname(file)}/promoted" in folders
    ]


def _resolved(sources: Sources, names: list[str]) -> Iterator[Exempt]:
    from journey.spec import resolve
    from journey.spec.view import Engine, View

    view = View(Engine(sources.values))
    places = resolve.places(view)
    for name in names:
        running = [place for place in places if resolve.runs(view, name, *place)]
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for place in running:
            for convention, said in (resolve.part(view, name, *place, FIELD) or {}).items():
                if said:
                    found.setdefault((convention, said["reason"]), []).append(place)
        for (convention, reason), where in found.items():
            yield Exempt(convention, name, reason, tuple(where), len(where) == len(running))
