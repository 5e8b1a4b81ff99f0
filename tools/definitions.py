"""The vendors' own CustomResourceDefinitions, for a real API server: `python -m tools.definitions`.

Takes the kinds that `crds.toml` names from the same pinned packages as `tools/crds.py`, whole, into
`.cache/tools/definitions-HASH/`, a file a definition, and prints the folder. Where a package holds TypeScript's
declarations instead, a definition is made of them: its fields and types are the vendor's, its limits are missing, and
the annotation `request-journey.dev/made-of` says so. With nothing to do it costs a few milliseconds.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from journey.objectschemas.documents import documents
from tools import crds
from tools.outside import CACHE, DONE

IMPLICIT = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}
"""What every object has, and a definition may only name."""
MADE_OF = "request-journey.dev/made-of"


def folder() -> Path:
    """Where the definitions stand: other packages give another folder."""
    pins = (Path(crds.__file__).parent / "crds.toml").read_bytes() + Path(__file__).read_bytes()
    return CACHE / f"definitions-{hashlib.sha256(pins).hexdigest()[:16]}"


def main() -> int:
    """Have them there, and print where."""
    target = folder()
    if not (target / DONE).exists():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=target) as scratch:
            for source in crds.sources():
                if source.kinds:
                    sys.stderr.write(f"definitions: {source.name}\n")
                    take(source, Path(scratch), target)
        (target / DONE).touch()
    sys.stdout.write(f"{target}\n")
    return 0


def take(source: crds.Source, scratch: Path, target: Path) -> None:
    """Write the definitions of a package's wanted kinds."""
    package, _ = crds.fetch(source, scratch)
    kinds = {kind.partition("/")[0] for kind in source.kinds}
    for found in definitions(package, source):
        if found["spec"]["names"]["kind"] in kinds:
            text = yaml.dump(found, Dumper=yaml.CSafeDumper, sort_keys=False)
            (target / f"{found['metadata']['name']}.yaml").write_text(text, encoding="utf-8")


def definitions(package: Path, source: crds.Source) -> Iterator[dict[str, Any]]:
    """All definitions in a package."""
    for file in sorted(package.glob(source.files)):
        if file.suffix == ".ts":
            yield from (
                made(group, kind, versions, source) for group, kind, versions in crds.declared(file.read_text())
            )
            continue
        for document in documents(file.read_bytes()):
            if document and document["kind"] == "CustomResourceDefinition":
                document.pop("status", None)  # what a generator of definitions leaves in its files
                yield document


def made(group: str, kind: str, versions: dict[str, Any], source: crds.Source) -> dict[str, Any]:
    """A definition of what a declaration says."""
    plural = f"{kind.lower()}s"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}", "annotations": {MADE_OF: source.name}},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {**schema, "properties": {**schema["properties"], **IMPLICIT}}},
                    "subresources": {"status": {}},
                }
                for version, schema in versions.items()
            ],
        },
    }


if __name__ == "__main__":
    sys.exit(main())
