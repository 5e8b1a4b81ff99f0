"""What a change can do to what runs, and the form in which rules say that it does."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from journey.changes.diff.report import Located
from journey.changes.impact.pairs import Pair


class Effect(StrEnum):
    """A class of effects, the gravest first."""

    DATA_LOSS = "data-loss"
    DELETE = "delete"
    RECREATE = "recreate"
    REPLACE = "terraform-replace"
    REMOVED_API = "api-removed"
    PERMISSION = "permission-widened"
    EXPOSURE = "exposure-widened"
    SECRET_REMOVED = "secret-removed"
    SECRET_ADDED = "secret-added"
    WEAKER = "objective-weakened"
    RESTART = "restart"
    SCALE = "scale"
    TERRAFORM = "terraform-update"
    CAPACITY = "capacity"
    RELOAD = "reload"
    CREATE = "create"
    NOTHING = "nothing"


ORDER = list(Effect)

DESTRUCTIVE = frozenset({Effect.DATA_LOSS, Effect.DELETE, Effect.RECREATE, Effect.REPLACE, Effect.REMOVED_API})
WIDENING = frozenset({Effect.PERMISSION, Effect.EXPOSURE})
FAILING = DESTRUCTIVE | WIDENING
"""What nobody may merge without having said so in the spec."""


class Rule(NamedTuple):
    """Why something has an effect: an id, the effect, what it says in a sentence, and where that is written."""

    id: str
    effect: Effect
    says: str
    source: str


class Found(NamedTuple):
    """A rule that fits one file in one place.

    `names` are the differing fields it is about (all of the file unless said), `about` what tells it from the rule's
    other findings in the file and must stay the same from environment to environment; `interrupts` says that those
    who call the service will notice. `edits` are its causes, by number, where fields do not tell them.
    """

    rule: Rule
    pair: Pair
    says: str
    names: tuple[tuple[object, ...], ...] | None = None
    about: str = ""
    interrupts: bool = False
    edits: tuple[int, ...] | None = None


class Said(NamedTuple):
    """What happens, and in which environments on which clusters."""

    text: str
    places: tuple[str, ...]


class Verdict(NamedTuple):
    """One effect with everything that is known of it. No causes: the generators.

    `notice` are the services that call what is interrupted.
    """

    id: str
    rule: Rule
    service: str
    subject: str
    said: tuple[Said, ...]
    causes: tuple[Located, ...]
    notice: tuple[str, ...] = ()

    @property
    def effect(self) -> Effect:
        """The class."""
        return self.rule.effect

    @property
    def fails(self) -> bool:
        """Whether it must be acknowledged."""
        return self.rule.effect in FAILING


class Places:
    """The names of a platform's environments, clusters and domains, which an id must not depend on."""

    def __init__(self, words: Iterable[str]) -> None:
        known = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
        either = "|".join(map(re.escape, known))
        self._words = re.compile(rf"(?<![A-Za-z0-9])(?:{either})(?![A-Za-z0-9])") if known else None

    def without(self, text: str) -> str:
        """The text with the names of places, and hashes of content, taken out."""
        text = _HASH.sub("#", text)
        return self._words.sub("*", text) if self._words else text


_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{10}(?![0-9a-f])")


def id_of(found: Found, places: Places) -> str:
    """The id of a finding: the same for the same change in every environment, and in every run."""
    pair = found.pair
    said = "\0".join((found.rule.id, pair.thing.kind, *map(places.without, (pair.thing.name, found.about))))
    digest = hashlib.sha256(said.encode()).hexdigest()[:10]
    return f"{found.rule.effect}-{pair.unit.service or 'platform'}-{digest}"
