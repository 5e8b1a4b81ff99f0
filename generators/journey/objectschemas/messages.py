"""What is wrong with an object, in words: a field by its path, and what may stand there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jsonschema_rs import ValidationError

from journey.objectschemas.kubernetes import BASE64, LABEL_VALUE, QUALIFIED_NAME, QUANTITY, JsonSchema
from journey.problem import Step

_LONGEST = 60
"""Characters of a value that a message quotes."""

_TYPES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}

_PATTERNS = {
    QUANTITY: 'a quantity such as "500m" or "1Gi"',
    BASE64: "base64",
    LABEL_VALUE: 'a label\'s value (at most 63 letters, digits, "-", "_", ".", the first and last a letter or digit)',
    QUALIFIED_NAME: 'a label\'s or annotation\'s key (such as "example.com/name"; at most 63 characters after the "/")',
}


class Finding(NamedTuple):
    """One fault of an object: the path of the field from the object's root, and what is wrong with it."""

    path: tuple[Step, ...]
    message: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.message}" if self.path else self.message


def dotted(path: Iterable[Step]) -> str:
    """A field's path the way kubectl writes it: `spec.containers[0].image`; a key with dots in it in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif "." in step or "/" in step:
            text += f'["{step}"]'
        else:
            text += f".{step}" if text else step
    return text


def findings(errors: Iterable[ValidationError], schema: JsonSchema, content: object) -> list[Finding]:
    """The errors of `content` against `schema` in words, in order of their paths, each once."""
    found = {Finding(retraced(path, content), message) for path, message in _findings(list(errors), schema)}
    return sorted(found, key=lambda finding: ([_rank(step) for step in finding.path], finding.message))


def retraced(path: Iterable[Step], content: object) -> tuple[Step, ...]:
    """The path with each key of a mapping as text: the validator gives one of digits as a number."""
    steps: list[Step] = []
    node = content
    for step in path:
        if isinstance(node, Mapping):
            steps.append(str(step))
            node = node.get(str(step))
        else:
            steps.append(step)
            node = node[step] if isinstance(node, list) and isinstance(step, int) and step < len(node) else None
    return tuple(steps)


def _rank(step: Step) -> tuple[int, str]:
    return (step, "") if isinstance(step, int) else (-1, step)


def _findings(errors: Sequence[ValidationError], schema: JsonSchema) -> Iterator[Finding]:
    """A value of the wrong type has only that fault: what else its place asks for is about another type."""
    mistyped = {tuple(error.instance_path) for error in errors if error.kind.name == "type"}
    for error in errors:
        if error.kind.name == "type" or tuple(error.instance_path) not in mistyped:
            yield from _of_error(error, schema)


def _of_error(error: ValidationError, schema: JsonSchema) -> Iterator[Finding]:
    path = tuple(error.instance_path)
    keyword = error.kind.name
    value = error.kind.value
    if keyword == "additionalProperties":
        known = list(_parent(error, schema).get("properties", {}))
        for name in value:
            yield Finding((*path, name), unknown_field(name, known))
    elif keyword == "required":
        yield Finding((*path, value), "required, but missing")
    elif keyword in ("anyOf", "oneOf"):
        yield from _alternatives(error, schema)
    elif keyword == "propertyNames":
        yield Finding((*path, value.instance), f"the key is {_mismatch(value.kind.value)}")
    else:
        yield Finding(path, _sentence(error))


def unknown_field(name: str, known: Iterable[str]) -> str:
    """`unknown field "x"`, with the known name that is nearest to it, if one is near."""
    from difflib import get_close_matches

    lower = {candidate.lower(): candidate for candidate in known}
    nearest = get_close_matches(name.lower(), lower, n=1)
    return f'unknown field "{name}"' + (f', did you mean "{lower[nearest[0]]}"?' if nearest else "")


def _parent(error: ValidationError, schema: JsonSchema) -> Mapping[str, Any]:
    """The subschema in which the failing keyword stands, found by the way that the validator took."""
    node: Any = schema
    for step in error.evaluation_path[:-1]:
        # A key of digits comes as a number.
        node = (
            _referred(node["$ref"], schema) if step == "$ref" else node[step if isinstance(node, list) else str(step)]
        )
    return node if isinstance(node, Mapping) else {}


def _referred(reference: str, schema: JsonSchema) -> Any:
    node: Any = schema
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def _quoted(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _one_of(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _types(names: Iterable[str]) -> str:
    """Types in words; that null would do too is no help to anyone."""
    names = list(names)
    return _one_of(words for name, words in _TYPES.items() if name in names and (name != "null" or len(names) == 1))


def _mismatch(pattern: str) -> str:
    return f"not {_PATTERNS[pattern]}" if pattern in _PATTERNS else f"not of the form {pattern}"


def _count(limit: int, one: str, many: str) -> str:
    return f"{limit} {one if limit == 1 else many}"


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "type": lambda types: f"must be {_types(types)}",
    "enum": lambda options: f"must be one of {', '.join(_quoted(option) for option in options if option is not None)}",
    "const": lambda value: f"must be {_quoted(value)}",
    "pattern": lambda pattern: f"is {_mismatch(pattern)}",
    "format": lambda name: f"is not of the format {name}",
    "minimum": lambda limit: f"must be at least {limit}",
    "maximum": lambda limit: f"must be at most {limit}",
    "exclusiveMinimum": lambda limit: f"must be more than {limit}",
    "exclusiveMaximum": lambda limit: f"must be less than {limit}",
    "multipleOf": lambda factor: f"must be a multiple of {factor}",
    "minLength": lambda limit: f"must have at least {_count(limit, 'character', 'characters')}",
    "maxLength": lambda limit: f"must have at most {_count(limit, 'character', 'characters')}",
    "minItems": lambda limit: f"must have at least {_count(limit, 'entry', 'entries')}",
    "maxItems": lambda limit: f"must have at most {_count(limit, 'entry', 'entries')}",
    "minProperties": lambda limit: f"must have at least {_count(limit, 'field', 'fields')}",
    "maxProperties": lambda limit: f"must have at most {_count(limit, 'field', 'fields')}",
}

_COUNTS = {"minItems", "maxItems", "minProperties", "maxProperties"}


def _sentence(error: ValidationError) -> str:
    """The demand, and the value that fails it where that is short and says something."""
    keyword = error.kind.name
    if keyword == "uniqueItems":
        return "has the same entry twice"
    if keyword == "not":
        return f"{_quoted(error.instance)} is ruled out here"
    write = _SENTENCES.get(keyword)
    if write is None:
        return error.message
    sentence = write(error.kind.value)
    return sentence if keyword in _COUNTS else f"{_quoted(error.instance)} {sentence}"


def _alternatives(error: ValidationError, schema: JsonSchema) -> Iterator[Finding]:
    """What the alternative asks that the value comes nearest to, or what each of them asks."""
    path = tuple(error.instance_path)
    branches: list[list[ValidationError]] = error.kind.value
    if error.kind.name == "oneOf" and not all(branches):
        yield Finding(path, "fits more than one of the alternatives, of which it may be only one")
        return
    wanted = [_required(branch, path) for branch in branches]
    if all(wanted):
        yield Finding(path, f"needs {_one_of(dict.fromkeys(wanted))}")
        return
    of_type = [branch for branch in branches if not _mistyped(branch, path)]
    if not of_type:
        types = [name for branch in branches for name in _asked(branch, path)]
        yield Finding(path, f"{_quoted(error.instance)} must be {_types(types)}")
        return
    yield from _findings(min(of_type, key=lambda branch: _distance(branch, path)), schema)


def _at(branch: Iterable[ValidationError], path: tuple[Step, ...]) -> list[ValidationError]:
    """The errors of the value itself, not of what is in it."""
    return [error for error in branch if tuple(error.instance_path) == path]


def _mistyped(branch: Iterable[ValidationError], path: tuple[Step, ...]) -> bool:
    return any(error.kind.name == "type" for error in _at(branch, path))


def _asked(branch: Iterable[ValidationError], path: tuple[Step, ...]) -> list[str]:
    return [name for error in _at(branch, path) if error.kind.name == "type" for name in error.kind.value]


def _distance(branch: Iterable[ValidationError], path: tuple[Step, ...]) -> int:
    """How far a value is from an alternative: its unknown and missing fields, and other faults of its own."""
    return sum(len(error.kind.value) if error.kind.name == "additionalProperties" else 1 for error in _at(branch, path))


def _required(branch: Sequence[ValidationError], path: tuple[Step, ...]) -> str:
    """The fields that one alternative misses, if that is all it misses."""
    if any(error.kind.name != "required" or tuple(error.instance_path) != path for error in branch):
        return ""
    return " with ".join(error.kind.value for error in branch)
