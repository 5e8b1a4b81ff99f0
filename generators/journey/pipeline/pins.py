"""Images that services are built on and that no digest pins, for reports."""

from __future__ import annotations

from journey.spec.sources import Sources

_KEY = bytes((0xA0 | len("build"),)) + b"build"
"""The field's name as MessagePack writes it: a document without these bytes does not say it, and is not decoded."""


def unpinned(sources: Sources) -> tuple[str, ...]:
    """Those images by name and tag, sorted. The spec must be without errors. It costs little where none is built."""
    if not any(_KEY in bytes(document.raw) for document in sources.documents.values()):
        return ()
    from journey.facts import builds
    from journey.spec.view import Engine, View

    return builds.unpinned(View(Engine(sources.values)))
