"""JSON patch (RFC 6902) on trees that are shared: what changes is copied, what does not is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Operation = dict[str, Any]


class PatchError(ValueError):
    """An operation that does not fit the document, in words for whoever wrote it."""


def json_patch(document: Any, operations: Sequence[Operation]) -> Any:
    """The document after the operations, in order. Raises PatchError for the first that does not fit."""
    for number, operation in enumerate(operations):
        try:
            document = _apply(document, operation)
        except PatchError as error:
            kind, path = operation.get("op"), operation.get("path")
            raise PatchError(f"operation {number} ({kind} {path}): {error}") from None
    return document


def _apply(document: Any, operation: Operation) -> Any:
    kind = operation.get("op")
    path = _steps(operation.get("path"))
    if kind in ("add", "replace", "test") and "value" not in operation:
        raise PatchError("it has no value")
    if kind == "add":
        return _edit(document, path, _add(operation["value"]))
    if kind == "replace":
        return _edit(document, path, _replace(operation["value"]))
    if kind == "remove":
        return _edit(document, path, _remove)
    if kind == "test":
        if _strict(_get(document, path)) != _strict(operation["value"]):
            raise PatchError("the value there is another")
        return document
    if kind in ("move", "copy"):
        return _from(document, kind, _steps(operation.get("from")), path)
    raise PatchError("there is no such operation")


def _from(document: Any, kind: str, source: list[str], path: list[str]) -> Any:
    if kind == "move" and path[: len(source)] == source and path != source:
        raise PatchError("a value cannot move below itself")
    value = _get(document, source)
    if kind == "move":
        document = _edit(document, source, _remove)
    return _edit(document, path, _add(value))


def _steps(pointer: object) -> list[str]:
    """A JSON pointer (RFC 6901) as steps."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise PatchError("a path begins with `/`")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _index(node: list[Any], step: str, end: bool) -> int:
    """A list's index; `-` and the length mean its end, where that may be."""
    if end and step == "-":
        return len(node)
    if not step.isascii() or not step.isdigit() or (len(step) > 1 and step[0] == "0"):
        raise PatchError(f"`{step}` is no index")
    index = int(step)
    if index >= len(node) + (1 if end else 0):
        raise PatchError(f"there is no item {step}")
    return index


def _get(node: Any, path: list[str]) -> Any:
    for step in path:
        node = _child(node, step)
    return node


def _child(node: Any, step: str) -> Any:
    if isinstance(node, list | tuple):
        return node[_index(list(node), step, False)]
    if not isinstance(node, dict) or step not in node:
        raise PatchError(f"there is no `{step}`")
    return node[step]


class _Change:
    """What happens at the end of a path: a value that is set, or removed."""

    __slots__ = ("insert", "must_exist", "remove", "value")

    def __init__(self, value: Any = None, insert: bool = False, must_exist: bool = False, remove: bool = False) -> None:
        self.value, self.insert, self.must_exist, self.remove = value, insert, must_exist, remove


def _add(value: Any) -> _Change:
    return _Change(value, insert=True)


def _replace(value: Any) -> _Change:
    return _Change(value, must_exist=True)


_remove = _Change(must_exist=True, remove=True)


def _edit(node: Any, path: list[str], change: _Change) -> Any:
    """A copy of the node with the change at the path; all beside the path is shared."""
    if not path:
        if change.remove:
            raise PatchError("the whole object cannot be removed")
        return change.value
    step, rest = path[0], path[1:]
    if rest:
        child = _edit(_child(node, step), rest, change)
        return _with(node, step, child)
    return _changed(node, step, change)


def _with(node: Any, step: str, child: Any) -> Any:
    if isinstance(node, dict):
        return {**node, step: child}
    items = list(node)
    items[_index(items, step, False)] = child
    return items


def _changed(node: Any, step: str, change: _Change) -> Any:
    if change.must_exist:
        _child(node, step)
    if isinstance(node, dict):
        if change.remove:
            return {key: value for key, value in node.items() if key != step}
        return {**node, step: change.value}
    if not isinstance(node, list | tuple):
        raise PatchError(f"there is no `{step}`")
    items = list(node)
    index = _index(items, step, change.insert)
    if change.remove:
        del items[index]
    elif change.insert:
        items.insert(index, change.value)
    else:
        items[index] = change.value
    return items


def _strict(value: Any) -> Any:
    """A value in which 1, 1.0 and true differ as JSON has it: only numbers equal numbers."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, dict):
        return {key: _strict(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(child) for child in value]
    return value
