"""The script that takes schemas from packages: what it makes of definitions and declarations, without a network."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools import crds

DECLARATION = """
import { IObjectMeta } from "@kubernetes-models/apimachinery/apis/meta/v1/ObjectMeta";
/** A thing; with "braces" { in its remark. */
export interface IThing {
    "apiVersion": "example.com/v1";
    "kind": "Thing";
    "metadata"?: IObjectMeta;
    "spec": {
        /* how many */
        "count": number;
        "mode"?: "a" | "b";
        "on"?: boolean | null;
        "size"?: number | string;
        "labels"?: { [key: string]: string; };
        "names"?: Array<string>;
        "nested"?: Array<{ "x": string; }>;
        "group"?: ("c" | "d");
        "free"?: {};
        "any"?: any;
    };
}
"""
SPEC = {
    "type": "object",
    "required": ["count"],
    "properties": {
        "count": {"type": "number"},
        "mode": {"type": "string", "enum": ["a", "b"]},
        "on": {"type": "boolean", "nullable": True},
        "size": {"x-kubernetes-int-or-string": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "names": {"type": "array", "items": {"type": "string"}},
        "nested": {
            "type": "array",
            "items": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
        },
        "group": {"type": "string", "enum": ["c", "d"]},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "any": {"x-kubernetes-preserve-unknown-fields": True},
    },
}


def test_a_declaration_becomes_a_structural_schema() -> None:
    ((group, kind, versions),) = crds.declared(DECLARATION)
    assert (group, kind, list(versions)) == ("example.com", "Thing", ["v1"])
    assert versions["v1"]["required"] == ["apiVersion", "kind", "spec"]
    assert versions["v1"]["properties"]["spec"] == SPEC


def test_a_file_without_a_declaration_gives_nothing() -> None:
    assert list(crds.declared('export * from "./Thing.js";')) == []


@pytest.mark.parametrize(
    ("type", "message"), [("Date", "no type: Date"), ("Array[string]", "< expected, \\[ found"), ("3", "no type: 3")]
)
def test_a_form_that_is_not_known_is_refused(type: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(crds.declared(f'export interface IThing {{ "a": {type}; }}'))


@pytest.mark.parametrize(
    ("versions", "best"),
    [
        (["v1", "v1beta1"], "v1"),
        (["v1alpha1", "v1beta2", "v1beta1"], "v1beta2"),
        (["v1", "v2", "v10beta1"], "v2"),
        (["foo", "v1alpha1"], "v1alpha1"),
    ],
)
def test_the_most_stable_version_is_taken(versions: list[str], best: str) -> None:
    assert crds.most_stable(versions) == best


def crd(kind: str, *versions: tuple[str, bool]) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}}
    return {
        "kind": "CustomResourceDefinition",
        "spec": {
            "group": "example.com",
            "names": {"kind": kind},
            "versions": [{"name": name, "served": served, "schema": schema} for name, served in versions],
        },
    }


def source(*kinds: str) -> crds.Source:
    return crds.Source("go", "example.com/things", "v1.0.0", "crds/*.yaml", kinds)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "crds").mkdir()
    things = crd("Thing", ("v1", True), ("v1beta1", True), ("v2", False))
    (tmp_path / "crds" / "a.yaml").write_text("---\n" + json.dumps(things) + "\n---\n" + json.dumps({"kind": "X"}))
    (tmp_path / "crds" / "b.ts").write_text(DECLARATION)
    return tmp_path


def test_the_wanted_kinds_are_distilled(package: Path) -> None:
    made = crds.distil(source("Thing", "Thing/v1beta1"), package)
    assert set(made) == {"crds/example.com/Thing.v1.json", "crds/example.com/Thing.v1beta1.json"}
    assert made["crds/example.com/Thing.v1.json"] == (
        b'{"additionalProperties":false,"properties":{"apiVersion":{"enum":["example.com/v1"]},'
        b'"kind":{"enum":["Thing"]},"metadata":{"type":"object"},'
        b'"spec":{"additionalProperties":false,"type":"object"}},"type":"object"}\n'
    )


def test_declarations_are_distilled_too(package: Path) -> None:
    declared = crds.Source("npm", "things", "1.0.0", "crds/*.ts", ("Thing",))
    assert list(crds.distil(declared, package)) == ["crds/example.com/Thing.v1.json"]


@pytest.mark.parametrize("kind", ["Other", "Thing/v2"])
def test_a_kind_that_the_package_lacks_stops_the_script(package: Path, kind: str) -> None:
    with pytest.raises(SystemExit, match=f"go:example.com/things@v1.0.0 has no {kind}"):
        crds.distil(source(kind), package)


def test_a_document_schema_loses_its_descriptions_but_no_property(tmp_path: Path) -> None:
    schema = {
        "description": "d",
        "properties": {"description": {"type": "string", "title": "t"}},
        "oneOf": [{"$comment": "c"}],
    }
    (tmp_path / "github-workflows.json").write_text(json.dumps(schema))
    assert crds.document_schema(tmp_path, "**/github-workflows.json") == (
        b'{"oneOf":[{}],"properties":{"description":{"type":"string"}}}\n'
    )


@pytest.fixture
def data(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, and one package that is fetched from the disk."""
    folder = tmp_path / "data"
    (folder / "crds").mkdir(parents=True)
    (folder / "crds" / "old.json").write_text("{}")
    monkeypatch.setattr(crds, "DATA", folder)
    monkeypatch.setattr(crds, "sources", lambda: [source("Thing")])
    monkeypatch.setattr(crds, "fetch", lambda source, scratch: (package, "h1:abc="))
    return folder


def test_all_files_and_the_lock_are_written_anew(data: Path) -> None:
    assert crds.main() == 0
    assert [file.name for file in (data / "crds").rglob("*.json")] == ["Thing.v1.json"]
    lock = json.loads((data / "schemas.lock.json").read_text())
    assert lock["packages"] == {"go:example.com/things@v1.0.0": "h1:abc="}
    assert list(lock["files"]) == ["crds/example.com/Thing.v1.json"]
    first = (data / "schemas.lock.json").read_bytes()
    assert crds.main() == 0
    assert (data / "schemas.lock.json").read_bytes() == first


def test_a_package_that_differs_from_the_lock_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "schemas.lock.json").write_text('{"packages": {"go:example.com/things@v1.0.0": "h1:xyz="}}')
    assert crds.main() == 1
    assert capsys.readouterr().err == "go:example.com/things@v1.0.0 is h1:abc=, the lock says h1:xyz=\n"
    assert (data / "crds" / "old.json").exists()


def test_a_go_module_is_downloaded_into_a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], *, env: dict[str, str], **rest: Any) -> subprocess.CompletedProcess[bytes]:
        assert command == ["go", "mod", "download", "-json", "example.com/things@v1.0.0"]
        assert env["GOMODCACHE"] == str(tmp_path / "go")
        return subprocess.CompletedProcess(command, 0, b'{"Dir": "/there", "Sum": "h1:abc="}')

    monkeypatch.setattr(subprocess, "run", run)
    assert crds.fetch(source("Thing"), tmp_path) == (Path("/there"), "h1:abc=")


def test_the_list_of_packages_is_what_the_lock_pins() -> None:
    lock = json.loads((crds.DATA / crds.LOCK).read_text())
    assert {source.name for source in crds.sources()} == set(lock["packages"])
