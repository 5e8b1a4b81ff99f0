"""Holds a parsed document against its shape: every mistake is told at once, and a clean rest goes on.

The clean value lets later rules judge what is right in a document that is partly wrong, so that a person sees all
problems in one run; `Validator.broken` tells those rules which nodes to leave alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from journey.problem import Pointer, Problem
from journey.spec.shape import Field, Shape

_TYPES: dict[type, str] = {
    dict: "a mapping",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    type(None): "null",
}
_WANTED = {
    "record": "a mapping",
    "map": "a mapping",
    "list": "a list",
    "text": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "choice": "a string",
}
_DROP = object()
"""What a refused value becomes: its key is left out of the clean value, an element gives way to an empty one."""


def did_you_mean(word: object, known: Iterable[object]) -> str:
    """A hint that names the nearest known word, or all of them when few; empty when neither helps."""
    words = [str(item) for item in known]
    near = difflib.get_close_matches(str(word), words, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    if 0 < len(words) <= 12:
        return f"known: {', '.join(sorted(words))}"
    return ""


class Validator:
    """Validates one document; `problems` fills as it goes."""

    __slots__ = ("file", "problems")

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def clean(self, shape: Shape, value: object, path: tuple[str | int, ...] = ()) -> Any:
        """The value without what is wrong with it; required fields that are missing get an empty value."""
        found = self._clean(shape, value, path)
        return empty(shape) if found is _DROP else found

    def _refuse(
        self, rule: str, path: tuple[str | int, ...], message: str, hint: str = "", key: bool = False
    ) -> object:
        self.problems.append(Problem(Pointer(self.file, path, key), f"spec/{rule}", message, hint))
        return _DROP

    def _clean(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        if value is None:
            if shape.nullable or shape.kind == "any":
                return None
            return self._wrong_type(shape, value, path)
        return getattr(self, f"_{shape.kind}")(shape, value, path)

    def _wrong_type(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> object:
        wanted = _wanted(shape)
        hint = f"example: {shape.examples[0]!r}" if shape.examples else ""
        if shape.kind == "text" and isinstance(value, int | float):
            hint = f'quote it: "{str(value).lower() if isinstance(value, bool) else value}"'
        name = f"`{path[-1]}`" if path else "the document"
        return self._refuse("type", path, f"{name} must be {wanted}, not {_TYPES.get(type(value), 'this')}", hint)

    def _record(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        if type(value) is not dict:
            return self._wrong_type(shape, value, path)
        fields, kept = shape.fields, {}
        for key, item in value.items():
            known = fields.get(key)
            if known is None:
                self._unknown(shape, key, path)
                continue
            found = self._clean(known.shape, item, (*path, key))
            if found is not _DROP:
                kept[key] = found
        for name, known in fields.items():
            if known.required and name not in kept:
                if name not in value:
                    self._missing(shape, known, path)
                kept[name] = empty(known.shape)
        return kept

    def _unknown(self, shape: Shape, key: str, path: tuple[str | int, ...]) -> None:
        what = f"a field of {_article(shape.title)}" if shape.title else "known here"
        self._refuse("unknown-field", (*path, key), f"`{key}` is not {what}", did_you_mean(key, shape.fields), key=True)

    def _missing(self, shape: Shape, known: Field, path: tuple[str | int, ...]) -> None:
        hint = known.shape.description
        if known.shape.examples:
            hint += f" Example: `{known.name}: {known.shape.examples[0]}`"
        message = f"`{known.name}` is missing from {_article(shape.title)}"
        self._refuse("missing-field", (*path, known.name), message, hint)

    def _map(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        assert shape.key is not None and shape.element is not None
        if type(value) is not dict:
            return self._wrong_type(shape, value, path)
        kept = {}
        for key, item in value.items():
            if self._key(shape.key, key, (*path, key)) is _DROP:
                continue
            found = self._clean(shape.element, item, (*path, key))
            if found is not _DROP:
                kept[key] = found
        if shape.shortest and not value:
            return self._refuse("empty", path, f"`{path[-1]}` needs at least {shape.shortest} entry", shape.description)
        return kept

    def _key(self, shape: Shape, key: str, path: tuple[str | int, ...]) -> object:
        if shape.kind == "choice" and key not in shape.choices:
            return self._refuse(
                "unknown-field", path, f"`{key}` is not known here", did_you_mean(key, shape.choices), key=True
            )
        reason = _text_fault(shape, key) if shape.kind == "text" else ""
        return (
            self._refuse("name", path, f"`{key}` is not a valid name: {reason}", shape.description, key=True)
            if reason
            else key
        )

    def _list(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        assert shape.element is not None
        if type(value) is not list:
            return self._wrong_type(shape, value, path)
        if shape.shortest and len(value) < shape.shortest:
            return self._refuse("empty", path, f"`{path[-1]}` needs at least {shape.shortest} entry", shape.description)
        found = [self._clean(shape.element, item, (*path, index)) for index, item in enumerate(value)]
        while found and found[-1] is _DROP:
            found.pop()
        # what follows keeps its index, by which findings about it are placed
        return [empty(shape.element) if item is _DROP else item for item in found]

    def _text(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        if type(value) is not str:
            return self._wrong_type(shape, value, path)
        fault = _text_fault(shape, value)
        if not fault:
            return value
        hint = shape.description + (f" Example: {shape.examples[0]}" if shape.examples else "")
        return self._refuse("value", path, f"`{_last(path)}: {_shorten(value)}` is not valid: {fault}", hint)

    def _choice(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        if value in shape.choices and type(value) is not bool:
            return value
        return self._refuse(
            "value",
            path,
            f"`{_last(path)}: {_shorten(value)}` is not one of {', '.join(f'`{item}`' for item in shape.choices)}",
            did_you_mean(value, shape.choices) if len(shape.choices) > 1 else "",
        )

    def _integer(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        return self._in_range(shape, value, path) if type(value) is int else self._wrong_type(shape, value, path)

    def _number(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        return (
            self._in_range(shape, value, path) if type(value) in (int, float) else self._wrong_type(shape, value, path)
        )

    def _in_range(self, shape: Shape, value: Any, path: tuple[str | int, ...]) -> Any:
        if (shape.least is None or value >= shape.least) and (shape.most is None or value <= shape.most):
            return value
        limits = [f"at least {shape.least:.10g}"] if shape.least is not None else []
        limits += [f"at most {shape.most:.10g}"] if shape.most is not None else []
        return self._refuse(
            "value", path, f"`{_last(path)}: {value}` must be {' and '.join(limits)}", shape.description
        )

    def _boolean(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        return value if type(value) is bool else self._wrong_type(shape, value, path)

    def _any(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        return value

    def _union(self, shape: Shape, value: object, path: tuple[str | int, ...]) -> Any:
        member = member_for(shape, value)
        return self._wrong_type(shape, value, path) if member is None else self._clean(member, value, path)


def member_for(shape: Shape, value: object) -> Shape | None:
    """The member of a union that a value of this type belongs to."""
    wanted: Mapping[type, tuple[str, ...]] = {
        dict: ("record", "map"),
        list: ("list",),
        str: ("choice", "text"),
        bool: ("boolean",),
        int: ("integer", "number"),
        float: ("number",),
    }
    kinds = wanted.get(type(value), ())
    return next((member for kind in kinds for member in shape.members if member.kind == kind), None)


def empty(shape: Shape) -> Any:
    """A valid value of a shape, as small as can be: what stands in for one that is missing or refused."""
    if shape.nullable:
        return None
    if shape.kind == "union":
        return empty(shape.members[0])
    if shape.kind in ("record", "map", "list"):
        return _empty_collection(shape)
    if shape.kind == "text" and (shape.pattern or shape.shortest) and shape.examples:
        return shape.examples[0]
    values = {"text": "", "boolean": False, "any": None, "choice": shape.choices[0] if shape.choices else None}
    return values.get(shape.kind, int(shape.least or 0))


def _empty_collection(shape: Shape) -> Any:
    if shape.kind == "record":
        return {name: empty(item.shape) for name, item in shape.fields.items() if item.required}
    if shape.kind == "map":
        return {}  # an entry would be one that nobody named
    return [empty(shape.element)] if shape.shortest and shape.element else []


def _text_fault(shape: Shape, value: str) -> str:
    if shape.longest is not None and len(value) > shape.longest:
        return f"it has {len(value)} characters, {shape.longest} are allowed"
    if shape.shortest is not None and len(value) < shape.shortest:
        return f"it has {len(value)} characters, at least {shape.shortest} are needed"
    if shape.pattern is not None and not shape.pattern.search(value):
        return f"it must match `{shape.pattern.pattern}`"
    # `$` also matches before a last newline
    return "it must not end with a line break" if shape.pattern is not None and value.endswith("\n") else ""


def _wanted(shape: Shape) -> str:
    if shape.kind == "union":
        return " or ".join(dict.fromkeys(_WANTED[member.kind] for member in shape.members))
    return _WANTED[shape.kind]


def _article(title: str) -> str:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in title).strip() or "this mapping"
    return f"{'an' if words[0] in 'aeio' else 'a'} {words}"


def _last(path: tuple[str | int, ...]) -> str:
    return str(path[-1]) if path else "value"


def _shorten(value: object, limit: int = 60) -> str:
    text = str(value)
    return text if len(text) <= limit else f"{text[:limit]}..."
