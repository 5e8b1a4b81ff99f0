"""HCL (Terraform, Vault policies) as a small syntax tree, written the way `terraform fmt` leaves it.

The layout follows hclwrite's formatter (github.com/hashicorp/hcl, hclwrite/format.go): two spaces a level, and the `=`
of lines that follow one another aligned, where a line that opens brackets ends the run.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, Union

Expression: TypeAlias = Union[
    str,
    int,
    float,
    bool,
    "Sequence[Expression]",
    "Mapping[str, Expression]",
    "Reference",
    "Raw",
    "Call",
    "Template",
    "Heredoc",
    None,
]
"""Python's own values stand for HCL's literals, lists and objects; a str is text, never an expression."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TRAVERSAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*|\.\*|\[(?:\d+|\*|\"[^\"\\$%\n]*\")\])*")


@dataclass(frozen=True)
class Reference:
    """A traversal such as `aws_vpc.main.id` or `var.zones[0]`. Raises ValueError when it is none."""

    path: str

    def __post_init__(self) -> None:
        if not _TRAVERSAL.fullmatch(self.path):
            raise ValueError(f"no reference: {self.path!r}")


@dataclass(frozen=True)
class Raw:
    """An expression as text, for operators, conditions and `for`; on several lines as it should look at depth 0."""

    text: str


@dataclass(frozen=True)
class Call:
    """A function applied to expressions: `jsonencode({...})`."""

    name: str
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Template:
    """A quoted template: str parts are text, the others stand in `${}`."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Heredoc:
    """Text of whole lines, taken literally. Raises ValueError without a last newline or with the marker inside."""

    text: str
    marker: str = "EOT"

    def __post_init__(self) -> None:
        if not self.text.endswith("\n"):
            raise ValueError("a heredoc ends with a newline")
        if any(line.strip() == self.marker for line in self.text.split("\n")):
            raise ValueError(f"the text holds its own end: {self.marker}")


@dataclass(frozen=True)
class Comment:
    """Remarks on lines of their own."""

    text: str


@dataclass(frozen=True)
class Attribute:
    """`name = value`."""

    name: str
    value: Expression


@dataclass(frozen=True)
class Block:
    """`type "label" { body }`."""

    type: str
    labels: tuple[str, ...] = ()
    body: tuple[Item, ...] = ()


Item: TypeAlias = Attribute | Block | Comment


class _Line(NamedTuple):
    """A line by depth; `assign` is its part from the `=` on when the line takes part in alignment.

    A `raw` line stands at the left edge whatever is around it. One that is `within` a heredoc does not end a run.
    """

    depth: int
    text: str
    assign: str = ""
    raw: bool = False
    within: bool = False

    def deeper(self) -> _Line:
        return self if self.raw else self._replace(depth=self.depth + 1)


def emit(items: Iterable[Item]) -> str:
    """The file's text, ending in a newline. Raises ValueError for names HCL cannot have and numbers it cannot write."""
    return "".join(_aligned(list(_body(items))))


def _aligned(lines: list[_Line]) -> Iterator[str]:
    """Text of the lines, the `=` of each run of assignments in one column."""
    width = 0
    for index, line in enumerate(lines):
        if not line.assign:
            width = width if line.within else 0
            yield f"{line.text}\n" if line.raw else f"{'  ' * line.depth}{line.text}".rstrip(" ") + "\n"
            continue
        width = width or _width(lines, index)
        yield f"{'  ' * line.depth}{line.text:{width}} {line.assign}\n"


def _width(lines: list[_Line], start: int) -> int:
    """The longest name in the run of assignments that begins here."""
    longest = 0
    for line in lines[start:]:
        if not line.assign and not line.within:
            break
        if line.assign:
            longest = max(longest, len(line.text))
    return longest


def _body(items: Iterable[Item]) -> Iterator[_Line]:
    """The items' lines; an empty line sets off a block from what stands beside it, unless that is its comment."""
    before: Item | None = None
    for item in items:
        apart = isinstance(item, Block) or isinstance(before, Block)
        if before is not None and (apart or isinstance(item, Comment)) and not isinstance(before, Comment):
            yield _Line(0, "")
        yield from _item(item)
        before = item


def _item(item: Item) -> Iterator[_Line]:
    if isinstance(item, Attribute):
        yield from _assignment(_identifier(item.name), item.value)
    elif isinstance(item, Block):
        yield from _block(item)
    else:
        yield from (_Line(0, f"# {line}") for line in item.text.split("\n"))


def _block(block: Block) -> Iterator[_Line]:
    head = " ".join((_identifier(block.type), *(_string(label) for label in block.labels)))
    if not block.body:
        yield _Line(0, f"{head} {{}}")
        return
    yield _Line(0, f"{head} {{")
    yield from (line.deeper() for line in _body(block.body))
    yield _Line(0, "}")


def _assignment(name: str, value: Expression) -> Iterator[_Line]:
    first, *rest = _expression(value)
    if rest and not isinstance(value, Heredoc):
        yield _Line(0, f"{name} = {first.text}")
    else:
        yield _Line(0, name, f"= {first.text}")
    yield from rest


def _expression(value: Expression) -> list[_Line]:
    """An expression's lines; the first stands behind what names it."""
    if isinstance(value, Heredoc):
        return _heredoc(value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, Call):
        return _call(value)
    if isinstance(value, Raw):
        return [_Line(0, line) for line in value.text.split("\n")]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _list(value)
    return [_Line(0, _scalar(value))]


def _scalar(value: str | int | float | bool | Reference | Template | None) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Reference):
        return value.path
    if isinstance(value, Template):
        return '"' + "".join(_part(part) for part in value.parts) + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _number(value)


def _number(value: object) -> str:
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float) and math.isfinite(value):
        return repr(float(value))
    raise ValueError(f"no HCL for {value!r}")


def _part(part: Expression) -> str:
    if isinstance(part, str):
        return _string(part)[1:-1]
    lines = _expression(_not_heredoc(part))
    if len(lines) > 1:
        raise ValueError(f"a template's part must fit on one line: {part!r}")
    return f"${{{lines[0].text}}}"


def _list(value: Sequence[Expression]) -> list[_Line]:
    """On one line when every item is and it stays short, else an item a line."""
    items = [_expression(_not_heredoc(item)) for item in value]
    if all(len(lines) == 1 for lines in items):
        text = f"[{', '.join(lines[0].text for lines in items)}]"
        if len(text) <= _SHORT:
            return [_Line(0, text)]
    inner = [line.deeper() for lines in items for line in _with_comma(lines)]
    return [_Line(0, "["), *inner, _Line(0, "]")]


_SHORT = 80


def _with_comma(lines: list[_Line]) -> list[_Line]:
    return [*lines[:-1], lines[-1]._replace(text=f"{lines[-1].text},")]


def _not_heredoc(value: Expression) -> Expression:
    """Its end mark must stand alone on a line, so no comma or bracket can follow."""
    if isinstance(value, Heredoc):
        raise ValueError("a heredoc can only be a value behind `=`")
    return value


def _object(value: Mapping[str, Expression]) -> list[_Line]:
    if not value:
        return [_Line(0, "{}")]
    inner = [line.deeper() for name, below in value.items() for line in _assignment(_key(name), below)]
    return [_Line(0, "{"), *inner, _Line(0, "}")]


def _call(value: Call) -> list[_Line]:
    """Arguments on one line; a last one of several lines keeps its brackets beside the call's."""
    name = _identifier(value.name)
    arguments = [_expression(_not_heredoc(argument)) for argument in value.arguments]
    if any(len(lines) > 1 for lines in arguments[:-1]):
        inner = [line.deeper() for lines in arguments for line in _with_comma(lines)]
        return [_Line(0, f"{name}("), *inner, _Line(0, ")")]
    head = "".join(f"{lines[0].text}, " for lines in arguments[:-1])
    last = arguments[-1] if arguments else [_Line(0, "")]
    if len(last) == 1:
        return [_Line(0, f"{name}({head}{last[0].text})")]
    return [_Line(0, f"{name}({head}{last[0].text}"), *last[1:-1], _Line(0, f"{last[-1].text})")]


def _heredoc(value: Heredoc) -> list[_Line]:
    """Indented (`<<-` takes the common indentation off again), or at the edge where a blank line would count."""
    lines = _escaped(value.text)[:-1].split("\n")
    if all(line.strip() for line in lines) and any(not line[0].isspace() for line in lines):
        body = [_Line(1, line, within=True) for line in lines]
        if all(line == line.rstrip(" ") for line in lines):
            return [_Line(0, f"<<-{value.marker}"), *body, _Line(0, value.marker, within=True)]
    edge = [_Line(0, line, raw=True, within=True) for line in lines]
    return [_Line(0, f"<<{value.marker}"), *edge, _Line(0, value.marker, raw=True, within=True)]


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else _string(name)


def _identifier(name: str) -> str:
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"no HCL name: {name!r}")
    return name


def _string(value: str) -> str:
    return _escaped(json.dumps(value, ensure_ascii=False).replace("\\b", "\\u0008").replace("\\f", "\\u000c"))


def _escaped(text: str) -> str:
    """Text whose template sequences are text as well."""
    return text.replace("${", "$${").replace("%{", "%%{")
