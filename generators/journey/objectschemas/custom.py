"""Custom resources by their vendors' schemas: files distilled from the vendors' own packages by `tools/crds.py`.

`data/schemas.lock.json` says for each file its package, version and checksum. Where no package carries a schema, one is
written by hand from the vendor's documentation: those are under `data/written/`, and each says so.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from journey.objectschemas.kubernetes import OBJECT_META, Definitions, JsonSchema

DATA = Path(__file__).parent.parent / "data"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


def path(api_version: str, kind: str) -> str:
    """A kind's file, relative to `data`; empty for names that no custom resource can have."""
    group, _, version = api_version.partition("/")
    if not all(_SAFE.fullmatch(part) for part in (group, version, kind)):
        return ""
    return f"crds/{group}/{kind}.{version}.json"


def find(api_version: str, kind: str) -> Path | None:
    """The file of a kind's schema; None when the kind is not held."""
    name = path(api_version, kind)
    if not name:
        return None
    candidates = (DATA / name, DATA / "written" / name.removeprefix("crds/"))
    return next((file for file in candidates if file.is_file()), None)


def read(file: Path) -> JsonSchema:
    """The schema in a file of `data`."""
    schema: JsonSchema = json.loads(file.read_bytes())
    return schema


def with_metadata(schema: JsonSchema, definitions: Definitions) -> JsonSchema:
    """The schema with the metadata that every object has (https://kubernetes.io/docs/reference/using-api/api-concepts/).

    A CRD says nothing of them; what it demands of a name stands beside.
    """
    properties = schema.get("properties", {})
    meta = {key: value for key, value in properties.get("metadata", {}).items() if key != "additionalProperties"}
    return {
        **schema,
        "properties": {**properties, "metadata": {**meta, "$ref": f"#/$defs/{OBJECT_META}"}},
        "$defs": {**schema.get("$defs", {}), **definitions.reachable(OBJECT_META)},
    }
