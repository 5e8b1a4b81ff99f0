"""The reusable modules as files: resources, variables, outputs, versions, a page about each, and its tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from journey.artifact import Artifact, Format
from journey.formats.hcl import Attribute, Block, Item, Raw
from journey.formats.text import Document
from journey.problem import Pointer
from journey.spec.resolve import ROOT_FILE
from journey.targets.terraform import cluster, network
from journey.targets.terraform.syntax import versions


class Module(Protocol):
    """A reusable module: its name, what it makes in a sentence, its interface, resources and tests."""

    @property
    def NAME(self) -> str: ...
    @property
    def DESCRIPTION(self) -> str: ...
    @property
    def VARIABLES(self) -> tuple[Block, ...]: ...
    @property
    def OUTPUTS(self) -> tuple[Block, ...]: ...

    def main(self) -> tuple[Item, ...]: ...
    def tests(self) -> tuple[Item, ...]: ...


MODULES: dict[str, Module] = {"network": network, "cluster": cluster}
FOLDER = "modules/terraform"


def artifacts(name: str) -> Iterator[Artifact]:
    """The files of a module."""
    module = MODULES[name]
    files: dict[str, tuple[Item, ...]] = {
        "main.tf": module.main(),
        "variables.tf": module.VARIABLES,
        "outputs.tf": module.OUTPUTS,
        "versions.tf": versions(),
        f"tests/{name}.tftest.hcl": module.tests(),
    }
    origin = Pointer(ROOT_FILE, ("clusters",))
    for file, content in files.items():
        yield Artifact(f"{FOLDER}/{name}/{file}", Format.HCL, content, origin)
    yield Artifact(f"{FOLDER}/{name}/README.md", Format.TEXT, Document(_page(module), "<!-- -->"), origin)


def _page(module: Module) -> str:
    inputs = "\n".join(
        f"| `{item.labels[0]}` | {_type(item)} | {_default(item)} | {_said(item, 'description')} |"
        for item in module.VARIABLES
    )
    outputs = "\n".join(f"| `{item.labels[0]}` | {_said(item, 'description')} |" for item in module.OUTPUTS)
    return (
        f"# {module.NAME}\n\n{module.DESCRIPTION}\n\n"
        "Try it with `terraform test` or `tofu test` in this folder; no account is asked.\n\n"
        f"| variable | type | default | |\n|---|---|---|---|\n{inputs}\n\n"
        f"| output | |\n|---|---|\n{outputs}\n"
    )


def _value(item: Block, name: str) -> object:
    return next((part.value for part in item.body if isinstance(part, Attribute) and part.name == name), None)


def _said(item: Block, name: str) -> str:
    return str(_value(item, name))


def _type(item: Block) -> str:
    found = _value(item, "type")
    text = found.text if isinstance(found, Raw) else ""
    return f"`{' '.join(text.split())}`"


def _default(item: Block) -> str:
    found = _value(item, "default")
    return "required" if found is None else f"`{found}`"
