"""Bytes of a YAML file to PyYAML's events, with limits that keep a hostile file cheap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol, cast

import yaml
from yaml.error import Mark

MOST_BYTES = 4_000_000
MOST_NODES = 200_000
DEEPEST = 64

BOM = "\ufeff"
FORBIDDEN = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)")
"""What may not stand in the text itself: YAML's non-printables, and line ends that readers or editors don't share."""

Event = yaml.Event


class Source(Protocol):
    """The part of a PyYAML loader that is used: the next event, None after the last."""

    def get_event(self) -> Event | None: ...


def source(text: str) -> Source:
    """The events of a text by libyaml, or by PyYAML's own parser where it was built without. Raises YAMLError."""
    return cast(Source, getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text))


def events(text: str) -> Iterator[Event]:
    """The events up to the end or to the first error of syntax; what may not stand in YAML counts as a letter."""
    try:
        loader = source(FORBIDDEN.sub("\ufffd", text))
        while (event := loader.get_event()) is not None:
            yield event
    except (yaml.YAMLError, ValueError, OverflowError):
        return


def start(event: Event) -> Mark:
    """Where an event begins; the parsers always say, only their types don't."""
    return cast(Mark, event.start_mark)


def end(event: Event) -> int:
    """The character offset where an event ends."""
    return cast(Mark, event.end_mark).index


def readable(data: bytes) -> str:
    """The text of a file for those who look for a node in it; empty where `parse` refuses to read it."""
    if len(data) > MOST_BYTES:
        return ""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text.removeprefix(BOM)
