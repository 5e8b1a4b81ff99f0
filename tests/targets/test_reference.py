"""The reference: a row a field, a section a record, and links that lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from journey import formats
from journey.artifact import Artifact, Format, Unit
from journey.spec.capabilities import FEATURES, WAYS_IN
from journey.spec.documents import platform_shape, promoted_platform_shape, promoted_service_shape, service_shape
from journey.spec.shape import Field, Pattern, Shape
from journey.targets import reference
from journey.targets.reference import gateways
from journey.targets.reference.pages import PAGES, page
from journey.targets.reference.rows import Home, code, rows
from tests.specs import platform

COLUMNS = 4
CELL = re.compile(r"(?<!\\)\|")


def rendered() -> list[Artifact]:
    view = platform({})
    return [artifact for unit in reference.units(view) for artifact in reference.render(unit, view)]


def section(name: str, title: str) -> list[list[str]]:
    """The cells of a section's rows."""
    text = page(name).partition(f"## {title}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in CELL.split(line)[1:-1]] for line in text.splitlines() if line.startswith("| `")]


def row(field: Field, **homes: Shape) -> list[str]:
    """The cells of the only row of a record."""
    known = {title: Home("here", shape) for title, shape in homes.items()}
    (line,) = rows(Home("here", Shape("record", title="R", fields={field.name: field})), known)
    return [cell.strip() for cell in CELL.split(line)[1:-1]]


def records(shape: Shape) -> Iterator[str]:
    if shape.kind == "record":
        yield shape.title
    for inner in (*(item.shape for item in shape.fields.values()), *shape.members):
        yield from records(inner)
    if shape.element is not None:
        yield from records(shape.element)


def test_a_page_for_each_kind_of_file() -> None:
    assert [(artifact.path, artifact.format) for artifact in rendered()] == [
        ("docs/reference/service.md", Format.TEXT),
        ("docs/reference/platform.md", Format.TEXT),
        ("docs/reference/promoted.md", Format.TEXT),
        ("docs/reference/gateways.md", Format.TEXT),
    ]
    assert list(reference.units(platform({}))) == [Unit("reference")]


def test_a_page_says_that_it_is_rendered() -> None:
    first, second, *_ = formats.encode(rendered()[0].format, rendered()[0].content).decode().splitlines()
    assert first == f"<!-- {formats.HEADER} -->"
    assert second == "# `apps/<service>/service.yaml`"


def test_every_record_has_one_section() -> None:
    documents = (service_shape(), platform_shape(), promoted_service_shape(), promoted_platform_shape())
    wanted = {title for document in documents for title in records(document)}
    found = [title for name in PAGES for title in re.findall(r"^## (.*)$", page(name), flags=re.MULTILINE)]
    assert sorted(found) == sorted(wanted)


def test_every_field_of_a_service_has_a_row() -> None:
    found = [cells[0].strip("`") for cells in section("service", "Service")]
    assert found == [
        *service_shape().fields,
        *(f"environments.<environment>.{name}" for name in ("clusters", "hold", "pin")),
    ]


@pytest.mark.parametrize("name", PAGES)
def test_every_row_has_every_cell(name: str) -> None:
    lines = [line for line in page(name).splitlines() if line.startswith("|")]
    assert lines
    assert [line for line in lines if len(CELL.split(line)) != COLUMNS + 2] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_section(name: str) -> None:
    for file, anchor in re.findall(r"\]\(([a-z]+\.md)?#([a-z]+)\)", page(name)):
        titles = re.findall(r"^## (.*)$", page(file.removesuffix(".md") or name), flags=re.MULTILINE)
        assert anchor in map(str.lower, titles)


def test_an_overlay_says_what_it_cannot_hold() -> None:
    (cells,) = (cells for cells in section("service", "Service") if cells[0] == "`environments`")
    assert cells[1] == (
        "mapping of environment to [Service](#service) without `description`, `team`, `kind`, `runtime`, "
        "`build`, `renamedFrom`, `release`, `environments`"
    )


def test_a_record_of_another_page_is_linked_there() -> None:
    (cells,) = (cells for cells in section("platform", "Platform") if cells[0] == "`sizes`")
    assert cells[1] == "mapping of size name to [Resources](service.md#resources)"


def test_the_keys_of_conventions_are_listed() -> None:
    (cells,) = (cells for cells in section("service", "Service") if cells[0] == "`without`")
    assert "`networkPolicy`" in cells[1]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (Field("a", Shape("text"), required=True), ["`a`", "text", "required", ""]),
        (Field("a", Shape("boolean"), required=False, default=True), ["`a`", "true or false", "`true`", ""]),
        (Field("a", Shape("integer", least=1, most=9), required=False), ["`a`", "whole number, 1 to 9", "", ""]),
        (Field("a", Shape("integer", least=2), required=False), ["`a`", "whole number, at least 2", "", ""]),
        (
            Field("a", Shape("text", pattern=Pattern("^(x|y)$"), longest=9), required=False),
            ["`a`", r"text, as `^(x\|y)$`, at most 9 characters", "", ""],
        ),
        (
            Field("a", Shape("list", element=Shape("text"), shortest=1, merge="append"), required=False, default=[]),
            ["`a`", "list of text, at least 1", "`[]`", "A later layer's elements are added."],
        ),
        (
            Field("a", Shape("list", element=Shape("text"), merge=("x", "y")), required=False),
            ["`a`", "list of text", "", "Elements with the same `x` or `y` merge."],
        ),
        (
            Field("a", Shape("map", element=Shape("text"), refers="team", scope="all", description="D."), False),
            ["`a`", "mapping of team to text", "", "D. Acts in every environment at once."],
        ),
        (
            Field("a", Shape("union", members=(Shape("text"), Shape("integer"))), required=False),
            ["`a`", "text or whole number", "", ""],
        ),
        (
            Field("a", Shape("choice", choices=("b", "c"), examples=("b", "c")), required=False, default="c"),
            ["`a`", "`b`, `c`", "`c`", "Example: `b`, `c`"],
        ),
    ],
)
def test_a_row(field: Field, expected: list[str]) -> None:
    assert row(field) == expected


def test_a_field_that_only_a_variant_has_follows_it() -> None:
    variant = Shape("record", title="R", fields={"new": Field("new", Shape("text"), required=False)})
    home = Home("here", Shape("record", title="R", fields={"a": Field("a", variant, required=False)}))
    assert list(rows(home, {"R": home})) == [
        "| `a` | [R](#r) without `a` |  |  |",
        "| `a.new` | text |  |  |",
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("web", "`web`"),
        ("", '`""`'),
        ("1.34", '`"1.34"`'),
        ("#shop", '`"#shop"`'),
        ("a\n", r'`"a\n"`'),
        (None, "`null`"),
        ({"a": ["ü"]}, '`{"a": ["ü"]}`'),
        ("a`b", "`` a`b ``"),
    ],
)
def test_a_value_as_it_stands_in_a_spec(value: object, expected: str) -> None:
    assert code(value) == expected


def test_the_ways_in_have_a_row_for_each_feature() -> None:
    lines = [CELL.split(line)[1:-1] for line in gateways.page().splitlines() if line.startswith("|")]
    header, _, *found = [[cell.strip() for cell in line] for line in lines]
    assert header == ["a route asks for", "field", "nginx", "gateway-api", "ingress", "kong"]
    assert [line[0] for line in found] == [feature.title for feature in FEATURES]
    closed = next(line for line in found if line[1] == "`maintenance`")
    assert (closed[2], closed[4]) == ("`return 503`", "–")


def test_nothing_is_said_to_be_done_that_no_route_asks_for() -> None:
    known = {feature.id for feature in FEATURES}
    assert [name for able in WAYS_IN.values() for name in able if name not in known] == []
