"""Write `docs/targets.md`: what each target reads, for whom, and the command that proves it: `make render` runs it.

What a target reads is not said by hand: its units are rendered over the platforms of this repository, and the questions
that they asked of the spec are the answer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from journey import targets
from journey.pipeline import open_spec
from journey.spec import resolve
from journey.spec.graph import Key
from journey.spec.view import INPUT, Engine, View
from journey.targets.protocol import Target

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "targets.md"
WHOLE, FIELD = "spec.resolve.service", "spec.resolve.part"

PROOFS: Mapping[str, tuple[str, ...]] = {
    "kubernetes": ("make e2e-accepted",),
    "argocd": ("make e2e-synced",),
    "flux": ("make test ARGS=tests/targets/test_flux.py",),
    "helm": ("make e2e-helm",),
    "images": ("make e2e-containers",),
    "compose": ("make e2e-containers",),
    "github-actions": ("make check-all",),
    "cloudformation": ("make test-real", "make e2e-terraform"),
    "terraform": ("make e2e-terraform",),
    "schemas": ("make test ARGS=tests/spec/test_schema.py",),
    "reference": ("make test ARGS=tests/targets/test_reference.py",),
}
"""The commands that have a target's consumer, or what stands in for it, take what is rendered."""


class Read(NamedTuple):
    """What a target read: blocks of `platform.yaml`, fields of `service.yaml` (all, where one asked for a service)."""

    blocks: frozenset[str]
    fields: frozenset[str]
    whole: bool


def read_by(target: Target, views: Iterable[View]) -> Read:
    """What a target's units read on some platforms."""
    keys: set[Key] = set()
    for view in views:
        keys |= _closure(view.engine, _asked(target, view))
    blocks = {key[2] for key in keys if key[:2] == (INPUT, resolve.ROOT_FILE) and key[2]}
    fields = {key[4] for key in keys if key[0] == FIELD}
    fields |= {key[2] for key in keys if key[0] == INPUT and key[1].endswith("/service.yaml") and key[2]}
    return Read(frozenset(blocks), frozenset(fields), any(key[0] == WHOLE for key in keys))


def _asked(target: Target, view: View) -> Iterator[Key]:
    asking = View(view.engine)
    for unit in list(target.units(asking)):
        for _ in target.render(unit, asking):
            pass
    yield from asking.asked()


def _closure(engine: Engine, keys: Iterable[Key]) -> set[Key]:
    """Some questions, and all that was asked to answer them."""
    found: set[Key] = set()
    rest = list(keys)
    while rest:
        key = rest.pop()
        if key not in found:
            found.add(key)
            rest += () if key[0] in (INPUT, WHOLE, FIELD) else engine.reads_of(key)
    return found


def _with_flux(view: View) -> tuple[View, View]:
    """A platform, and the same with Flux on every cluster, which none here has."""
    documents = view.engine.documents
    root = documents[resolve.ROOT_FILE]
    clusters = {name: {**value, "gitops": "flux"} for name, value in root["clusters"].items()}
    return view, View(Engine({**documents, resolve.ROOT_FILE: {**root, "clusters": clusters}}))


def page() -> str:
    """The page's text."""
    roots = [ROOT, *(path.parent for path in sorted(ROOT.glob("examples/*/platform.yaml")))]
    views = [view for root in roots for view in _with_flux(open_spec(str(root))[0].view)]
    sections = "\n".join(_section(target, read_by(target, views)) for target in targets.own())
    return f"""\
# Targets

<!-- Written by `make render` from what targets read over the platforms of this repository. -->

Each renders one family of files. What it reads is measured: the blocks of `platform.yaml` and the fields of
`service.yaml` that its units go back to, on this platform and the examples, as they are and with Flux.

{sections}"""


def _section(target: Target, read: Read) -> str:
    services = "every field" if read.whole else _listed(read.fields)
    said = [f"`platform.yaml`: {_listed(read.blocks)}"] if read.blocks else []
    said += [f"`service.yaml`: {services}"] if services else []
    reads = "; ".join(said) or "nothing of a spec: it follows from the generators alone"
    proofs = ", ".join(f"`{command}`" for command in PROOFS[target.NAME])
    return f"""\
## {target.NAME}

{target.DESCRIPTION}

- Reads {reads}
- For {target.CONSUMER}
- Proven by {proofs}
"""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


def main() -> int:
    """Write the page where it differs."""
    text = page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
