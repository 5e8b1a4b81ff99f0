"""Distil a Terraform provider's schema: `python -m tools.provider_schema`.

The provider's own binary is not needed. Its generated bindings on PyPI carry a jsii assembly (github.com/aws/jsii, a
JSON document of every class) of all resources: the class `XConfig` has a resource's arguments, with nested blocks as
further classes, and the class `X` the attributes that the provider computes. Of the resources that rendered modules
use, what is needed to judge an argument is written to `tests/targets/aws_provider.json`.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PACKAGE = "cdktf-cdktf-provider-aws"
VERSION = "21.22.1"
TARGET = Path(__file__).resolve().parent.parent / "tests" / "targets" / "aws_provider.json"

RESOURCES = """
aws_cloudwatch_log_group aws_default_security_group aws_egress_only_internet_gateway aws_eip aws_eks_addon
aws_eks_cluster aws_eks_node_group aws_eks_pod_identity_association aws_flow_log aws_iam_role aws_iam_role_policy
aws_iam_role_policy_attachment aws_internet_gateway aws_kms_alias aws_kms_key aws_launch_template aws_nat_gateway
aws_route aws_route_table aws_route_table_association aws_subnet aws_vpc aws_vpc_endpoint
aws_vpc_ipv4_cidr_block_association
""".split()
DATA = "aws_caller_identity aws_cloudformation_export aws_partition".split()

_NAMED = re.compile(r"/docs/(resources|data-sources)/\S+ (aws_\w+)\}")
_PROVIDER = re.compile(r"/providers/(hashicorp/aws)/([0-9.]+)/docs")
Types = Mapping[str, Any]


def assembly(wheel: bytes) -> Types:
    """The types of the jsii assembly in a wheel, by their full names."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        inner = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(archive.read(inner))) as package:
            document = json.loads(_member(package, ".jsii"))
            if document.get("schema") == "jsii/file-redirect":
                document = json.loads(gzip.decompress(_member(package, document["filename"])))
    types: Types = document["types"]
    return types


def _member(package: tarfile.TarFile, name: str) -> bytes:
    found = package.extractfile(f"package/{name}")
    if found is None:
        raise ValueError(f"the package has no {name}")
    return found.read()


def snake(name: str) -> str:
    """A provider's own name of what the bindings write in camel case."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1]}", name).lower()


def distilled(types: Types) -> dict[str, Any]:
    """Schemas of what is used, resources and data sources, and the provider that they are of."""
    found: dict[str, dict[str, Any]] = {"resources": {}, "data-sources": {}}
    wanted = {"resources": RESOURCES, "data-sources": DATA}
    provider = version = ""
    for name, kind, summary in _resources(types):
        where, terraform = kind
        if terraform in wanted[where]:
            found[where][terraform] = _resource(types, name)
            match = _PROVIDER.search(summary)
            provider, version = (match[1], match[2]) if match else (provider, version)
    missing = [name for where, names in wanted.items() for name in names if name not in found[where]]
    if missing:
        raise ValueError(f"the bindings have no {', '.join(missing)}")
    return {
        "provider": provider,
        "version": version,
        "resources": dict(sorted(found["resources"].items())),
        "data": dict(sorted(found["data-sources"].items())),
    }


def _resources(types: Types) -> Iterator[tuple[str, tuple[str, str], str]]:
    """(class, (resources or data-sources, Terraform's name), summary) of each resource."""
    for name, found in types.items():
        summary = found.get("docs", {}).get("summary", "")
        match = _NAMED.search(summary)
        if match and found["kind"] == "class":
            yield name, (match[1], match[2]), summary


def _resource(types: Types, name: str) -> dict[str, Any]:
    body = (
        _body(types, f"{name}Config") if f"{name}Config" in types else {"arguments": {}, "required": [], "blocks": {}}
    )
    return {**body, "computed": _computed(types, name, body)}


def _computed(types: Types, name: str, body: Mapping[str, Any]) -> dict[str, str]:
    """What a class has beyond its arguments: the attributes that the provider computes."""
    known = {*body["arguments"], *body["blocks"], "internal_value"}
    properties = types.get(name, {}).get("properties", ())
    own = {snake(item["name"]): item for item in properties if not item.get("static")}
    return {
        key: _type(item["type"]) for key, item in sorted(own.items()) if key not in known and not key.endswith("_input")
    }


def _body(types: Types, name: str) -> dict[str, Any]:
    """Arguments, which of them are required, and nested blocks of a class of configuration."""
    arguments: dict[str, str] = {}
    required: list[str] = []
    blocks: dict[str, Any] = {}
    for item in types[name].get("properties", ()):
        own = snake(item["name"])
        summary = item.get("docs", {}).get("summary", "")
        if summary.startswith(f"{own} block."):
            nested = _class(item["type"])
            blocks[own] = {**_body(types, nested), "many": "array" in json.dumps(item["type"])}
            blocks[own]["computed"] = _computed(types, f"{nested}OutputReference", blocks[own])
        else:
            arguments[own] = _type(item["type"])
        if not item.get("optional"):
            required.append(own)
    return {"arguments": dict(sorted(arguments.items())), "required": sorted(required), "blocks": blocks}


def _class(kind: Mapping[str, Any]) -> str:
    """The class that a type names, alone or as a list's elements."""
    if "fqn" in kind:
        return str(kind["fqn"])
    if "collection" in kind:
        return _class(kind["collection"]["elementtype"])
    return next(_class(item) for item in kind["union"]["types"] if item.get("fqn") != "cdktf.IResolvable")


def _type(kind: Mapping[str, Any]) -> str:
    """`string`, `number`, `bool`, `list`, `map` or `object`."""
    if "primitive" in kind:
        name = str(kind["primitive"])
        return {"boolean": "bool", "any": "object"}.get(name, name)
    if "collection" in kind:
        return {"array": "list", "map": "map"}[kind["collection"]["kind"]]
    if "union" in kind:
        return _type(next(item for item in kind["union"]["types"] if item.get("fqn") != "cdktf.IResolvable"))
    fqn = kind["fqn"].lower()
    if fqn.startswith("cdktf.") and fqn.endswith("map"):
        return "map"
    return "bool" if fqn == "cdktf.iresolvable" else "object"


def main() -> int:
    """Fetch the bindings by pip, distil them, and write the file."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        subprocess.run([*pip, f"{PACKAGE}=={VERSION}"], check=True)
        types = assembly(next(Path(folder).glob("*.whl")).read_bytes())
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(distilled(types), indent=1, sort_keys=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
