"""The same questions over documents of which a few nodes say something else.

What the changed nodes cannot reach is taken from the engine over the spec as it is. What they can reach is computed
again only where something that it read came out otherwise: a query that is computed again to the same value stops the
change from spreading, as between runs (see `journey.spec.view`). So a trial costs what it alters, however large the
spec is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from journey.spec.graph import Key
from journey.spec.view import INDEXES, INPUT, Engine, Memo, fingerprint, recompute

BROKEN = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, msgspec.MsgspecError)
"""What a query or a target may raise over a spec that the rules would have refused."""

MANY = 50
"""Reads of a query among which those that a change can reach are looked up."""


class Derived(Engine):
    """An engine over changed documents. `touched`: the inputs that may say something else than in `base`.

    indexes: whether indexes are made anew. Those of the base still lead to all that what they were made of says now;
    only what a change adds to an index is not found then, and nothing of the size of the whole spec is computed.
    """

    def __init__(
        self, base: Engine, documents: Mapping[str, Any], touched: frozenset[Key], indexes: bool = True
    ) -> None:
        super().__init__(documents)
        self.indexes = indexes
        self.base = base
        self.touched = touched
        self._same: dict[Key, bool] = {}
        self._altered: set[Key] = set()
        self._kept: set[Key] = set()

    def same(self, keys: Iterable[Key]) -> bool:
        """Whether inputs and queries, in the order in which they were asked, all say what they say in the base."""
        return all(map(self._is_same, keys))

    def _is_same(self, key: Key) -> bool:
        if key[0] == INPUT:
            return key not in self.touched
        found = self._same.get(key)
        if found is None:
            found = self._is_untouched(key)
            if not found and not (found := self._reads_the_same(key)):
                memo = self.memos.get(key) or self.compute(key)
                known = self.base.recall(key)
                found = known is not None and memo.value is known.value
            self._same[key] = found
        return found

    def _reads_the_same(self, key: Key) -> bool:
        """Whether all that a query read says the same, so that its own value need not be known."""
        reads = self.base.reads_of(key)
        if len(reads) > MANY:
            by_origin = self.base.by_origin(key)
            parts = (part for part in by_origin.parts if not self._is_kept(part))
            touched = (item for item in self.touched if item in by_origin.inputs)
            return all(
                self.same(found)
                for found in (*(by_origin.inputs[item] for item in touched), *(by_origin.parts[part] for part in parts))
            )
        return bool(reads) and self.same(reads)

    def compute(self, key: Key, function: Callable[..., Any] | None = None) -> Memo:
        """The query's memo: the base's, unless something that it read there is different here."""
        known = self.base.recall(key)
        if known is not None and (self._is_untouched(key) or not known.reads or self._reads_the_same(key)):
            memo = known
        else:
            memo = recompute(self, key, function)
            if known is not None and _alike(memo.value, known.value):
                memo = Memo(known.value, memo.reads)
        self.memos[key] = memo
        return memo

    def _is_untouched(self, key: Key) -> bool:
        """Whether a query goes back to nothing that says something else, or the base's index stands in for it."""
        if not self.indexes and key[0] in INDEXES and self.base.recall(key) is not None:
            return True
        inputs, parts = self.base.origins(key, self.indexes)
        return self.touched.isdisjoint(inputs) and (parts <= self._kept or all(map(self._is_kept, parts)))

    def _is_kept(self, part: Key) -> bool:
        """Whether a part of inputs says what it says in the base."""
        if part in self._kept:
            return True
        if part in self._altered or not self._comes_out_the_same(part):
            self._altered.add(part)
            return False
        self._kept.add(part)
        return True

    def _comes_out_the_same(self, part: Key) -> bool:
        if self.touched.isdisjoint(self.base.inputs_of(part)):
            return True
        known = self.base.recall(part)
        try:
            return known is not None and _alike(recompute(self, part).value, known.value)
        except BROKEN:
            return False  # who asks for it meets the same

    def inline(self, key: Key, function: Callable[..., Any]) -> Memo:
        """The same for what is only memoised."""
        known = self.base.inlined.get(key)
        if known is not None and self.same(known.reads):
            self.inlined[key] = known
            return known
        return super().inline(key, function)


def _alike(one: object, other: object) -> bool:
    """Whether two values are equal down to the types of their scalars: to Python `True` is `1`."""
    return type(one) is type(other) and one == other and fingerprint(one) == fingerprint(other)
