"""What runs on a real API server is adopted, and the first sync of what is then rendered changes nothing there."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from journey import pipeline
from journey.changes.adopt.adoption import Adoption, Where, adopted
from journey.changes.adopt.manifests import Manifest, read
from journey.changes.drift.found import MANAGER
from journey.changes.drift.objects import of_cluster
from journey.lab.control_plane import ControlPlane
from journey.live.kubernetes import Server
from journey.scaffold import writing
from tests.changes.adopt.test_adoption import PUBLIC
from tests.changes.shop import PLATFORM
from tests.e2e.table import Row, Table

PROOF = "adopt"
NAMESPACE = "shop"
TOOL = "kubectl-client-side-apply"
_MOVES = ("managedFields", "resourceVersion")


def prove(table: Table, plane: ControlPlane) -> None:
    """Public applications, from their manifests and from the API server's own answers."""
    server = plane.server
    server.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}, TOOL)
    for file in sorted(PUBLIC.glob("*.yaml")):
        given = [_here(item) for item in read([str(file)])]
        for item in given:
            server.apply(item.content, TOOL)
        live = [Manifest(server.get(item.content), file.name) for item in given]
        for source, manifests in (("manifests", given), ("live", live)):
            with table.row(PROOF, f"{file.stem} from {source}") as row:
                _adopt(row, server, manifests)
        for item in given:
            server.delete(item.content)


def _here(item: Manifest) -> Manifest:
    """The object in the namespace of the proof."""
    metadata = {**item.content["metadata"], "namespace": NAMESPACE}
    return item._replace(content={**item.content, "metadata": metadata})


def _adopt(row: Row, server: Server, manifests: Sequence[Manifest]) -> None:
    with tempfile.TemporaryDirectory(prefix="journey-adopt-") as folder:
        root = Path(folder)
        (root / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
        source = root / "given.json"
        source.write_text(json.dumps({"kind": "List", "items": [item.content for item in manifests]}), encoding="utf-8")
        _written(root, adopted(str(root), read([str(source)]), Where(namespace=NAMESPACE)))
        items = [item.object for item in of_cluster(root, "local")]
        row.count = len(items)
        row.expect(len(items) == len(manifests), f"{len(items)} objects of {len(manifests)}")
        before = [_settled(server.get(item)) for item in items]
        for item, was in zip(items, before, strict=True):
            server.apply(item, MANAGER)
            now = _settled(server.get(item))
            row.expect(now == was, f"{item['kind']} {item['metadata']['name']} was changed by the first sync")


def _written(root: Path, found: Adoption) -> None:
    assert not writing.write(root, dict(found.files))
    report = pipeline.run(pipeline.Options(str(root)), write=True)
    assert report.written, report.problems


def _settled(live: dict[str, Any]) -> dict[str, Any]:
    """A live object without what every write changes, and without what controllers write."""
    metadata = {key: value for key, value in live["metadata"].items() if key not in _MOVES}
    notes = {key: value for key, value in (metadata.pop("annotations", None) or {}).items() if "revision" not in key}
    return {**{key: value for key, value in live.items() if key != "status"}, "metadata": {**metadata, "notes": notes}}
