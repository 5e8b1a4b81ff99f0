"""Pages: the documents that each is for, and the records that stand on it, each on one page of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from journey.spec.documents import platform_shape, promoted_platform_shape, promoted_service_shape, service_shape
from journey.spec.shape import Shape
from journey.targets.reference.rows import Home, rows


class Page(NamedTuple):
    """A page: its title, what stands before the records, and the whole documents that it is for."""

    title: str
    intro: str
    documents: tuple[Callable[[], Shape], ...]


_MERGE = """\
Layers are merged field by field: a mapping key by key, where null takes a key away; a list is replaced as a whole,
unless its field says how else. From the weakest layer to the strongest: the defaults of this page, `defaults` of
`platform.yaml`, of the environment and of the cluster, then the service's base, its overlay for the environment, and
its overlay for the cluster.

A field without a default is absent unless said. Every field is checked, and an unknown one refused."""

PAGES: Mapping[str, Page] = {
    "service": Page(
        "`apps/<service>/service.yaml`",
        f"""\
A service says here what it is and what it needs; its name is the name of its folder. A change outside `environments`
reaches the first environment at once and each later one when it is promoted there.

{_MERGE}""",
        (service_shape,),
    ),
    "platform": Page(
        "`platform.yaml`",
        """\
The root of the spec. `defaults`, `datastores` and `addons` reach a later environment when they are promoted there, but
for what they say under `environments` and `clusters`; all other blocks act at once.""",
        (platform_shape,),
    ),
    "promoted": Page(
        "Promoted files",
        """\
`apps/<service>/promoted/<environment>.yaml` holds the base of a service that the environment runs, and
`promoted/<environment>.yaml` beside `platform.yaml` the environment's blocks of that file. A promotion writes them;
they hold what the base itself says, and never a value of an overlay, a default or a derivation. A service without a
promoted file is not in that environment, unless the environment is a first one or says `base: head`.""",
        (promoted_service_shape, promoted_platform_shape),
    ),
}
"""Pages by name. A record that several documents know stands on the first page here that has it."""


@cache
def _homes() -> dict[str, Home]:
    """Every record by its title, as the first document has it."""
    found: dict[str, Home] = {}
    for name, entry in PAGES.items():
        for document in entry.documents:
            for shape in _records(document()):
                found.setdefault(shape.title, Home(name, shape))
    return found


def _records(shape: Shape) -> Iterator[Shape]:
    """The records of a shape, each before those inside it."""
    if shape.kind == "record":
        yield shape
    for item in shape.fields.values():
        yield from _records(item.shape)
    for inner in (*shape.members, *((shape.element,) if shape.element else ())):
        yield from _records(inner)


def page(name: str) -> str:
    """The Markdown of a page."""
    entry = PAGES[name]
    parts = [f"# {entry.title}", entry.intro]
    for title, home in _homes().items():
        if home.page == name:
            parts += _section(title, home)
    return "\n\n".join(parts) + "\n"


def _section(title: str, home: Home) -> list[str]:
    head = ["| field | type | default | what it is |", "|---|---|---|---|"]
    about = [home.shape.description] if home.shape.description else []
    return [f"## {title}", *about, "\n".join([*head, *rows(home, _homes())])]
