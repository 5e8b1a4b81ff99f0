"""A stand-in for Terraform's AWS provider: `python aws_provider.py SCHEMA`, started by OpenTofu as a plugin.

Run by the environment of `tools/moto.lock`. It serves the distilled schema of the real provider over the plugin
protocol, version 6 (opentofu.org/docs/internals/provider-protocol), so that OpenTofu itself holds every block,
argument, type and reference against it. It makes nothing: what a provider would compute is unknown until it is applied,
and made up then. It knows no rule of AWS: what a value must be, only a real account tells.
"""

# mypy: ignore-errors
# ruff: noqa: N802 -- the protocol names its calls
from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path

import msgpack
from tf import provider as package
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc
from tf.runner import run_provider

UNKNOWN = msgpack.ExtType(0, b"\0")
TYPES = {
    "string": "string",
    "number": "number",
    "bool": "bool",
    "list": ["list", "string"],
    "map": ["map", "string"],
    "object": ["list", ["map", "string"]],
}
"""What an attribute's distilled type is on the wire; an object that is computed is a list of one in this provider."""

PROVIDER = {
    "arguments": {"region": "string"},
    "required": [],
    "blocks": {"default_tags": {"arguments": {"tags": "map"}, "required": [], "blocks": {}, "many": False}},
}
KNOWN = {
    ("aws_vpc", "ipv6_cidr_block"): "2001:db8:0:ff00::/56",
    ("aws_caller_identity", "account_id"): "123456789012",
    ("aws_partition", "partition"): "aws",
}
"""Values that others compute with; the rest may be any. The network is one for documentation (RFC 3849)."""


def block(body, own=True):
    """The schema of a block. own: whether what is not said may be computed, as a resource's arguments may."""
    arguments, required = body["arguments"], body["required"]
    attributes = [
        attribute(
            name, kind, required=name in required, optional=name not in required, computed=own and name not in required
        )
        for name, kind in arguments.items()
    ]
    attributes += [attribute(name, kind, computed=True) for name, kind in body.get("computed", {}).items()]
    nested = [
        pb.Schema.NestedBlock(
            type_name=name,
            block=block(inner, own),
            nesting=pb.Schema.NestedBlock.NestingMode.LIST,
            min_items=int(name in required),
            max_items=0 if inner["many"] else 1,
        )
        for name, inner in body["blocks"].items()
    ]
    return pb.Schema.Block(version=0, attributes=attributes, block_types=nested)


def attribute(name, kind, **flags):
    return pb.Schema.Attribute(name=name, type=json.dumps(TYPES[kind]).encode(), **flags)


def read(value):
    if value.json:
        return json.loads(value.json)
    return msgpack.unpackb(value.msgpack, ext_hook=lambda code, data: UNKNOWN) if value.msgpack else None


def written(value):
    return pb.DynamicValue(msgpack=msgpack.packb(value))


def computed(body):
    """(name, type) of what a provider may compute."""
    yield from ((name, kind) for name, kind in body["arguments"].items() if name not in body["required"])
    yield from body.get("computed", {}).items()


def planned(body, value, prior):
    """A value whose computed attributes are those that were there, or unknown."""
    found = dict(value)
    for name, _ in computed(body):
        if found.get(name) is None:
            found[name] = (prior or {}).get(name) if prior else UNKNOWN
    for name, inner in body["blocks"].items():
        before = (prior or {}).get(name) or []
        items = found.get(name) or []
        old = [*before, *([None] * len(items))]
        found[name] = [planned(inner, item, old[index]) for index, item in enumerate(items)]
    return found


def applied(kind, body, value):
    """A value with something for all that was unknown."""
    found = dict(value)
    types = dict(computed(body)) | body["arguments"]
    for name, held in found.items():
        if held == UNKNOWN:
            found[name] = made_up(kind, name, types[name])
    for name, inner in body["blocks"].items():
        found[name] = [applied(kind, inner, item) for item in found.get(name) or []]
    return found


def made_up(kind, name, of):
    if (kind, name) in KNOWN:
        return KNOWN[kind, name]
    return {"string": f"{kind}-{name}-{secrets.token_hex(4)}", "number": 0, "bool": False, "map": {}}.get(of, [])


class Servicer(rpc.ProviderServicer):
    """The calls that OpenTofu makes of a provider."""

    def __init__(self, schema):
        self.resources, self.data = schema["resources"], schema["data"]

    def GetMetadata(self, request, context):
        return pb.GetMetadata.Response(server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True))

    def GetProviderSchema(self, request, context):
        return pb.GetProviderSchema.Response(
            provider=pb.Schema(version=0, block=block(PROVIDER, own=False)),
            provider_meta=pb.Schema(version=0, block=pb.Schema.Block(version=0)),
            resource_schemas={name: pb.Schema(version=0, block=block(body)) for name, body in self.resources.items()},
            data_source_schemas={name: pb.Schema(version=0, block=block(body)) for name, body in self.data.items()},
        )

    def ValidateProviderConfig(self, request, context):
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request, context):
        return pb.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request, context):
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request, context):
        return pb.ConfigureProvider.Response()

    def UpgradeResourceState(self, request, context):
        return pb.UpgradeResourceState.Response(upgraded_state=written(json.loads(request.raw_state.json)))

    def ReadResource(self, request, context):
        return pb.ReadResource.Response(new_state=request.current_state)

    def PlanResourceChange(self, request, context):
        proposed, prior = read(request.proposed_new_state), read(request.prior_state)
        if proposed is None:
            return pb.PlanResourceChange.Response(planned_state=request.proposed_new_state)
        return pb.PlanResourceChange.Response(
            planned_state=written(planned(self.resources[request.type_name], proposed, prior))
        )

    def ApplyResourceChange(self, request, context):
        value = read(request.planned_state)
        if value is not None:
            value = applied(request.type_name, self.resources[request.type_name], value)
        return pb.ApplyResourceChange.Response(new_state=written(value))

    def ReadDataSource(self, request, context):
        body, asked = self.data[request.type_name], read(request.config)
        found = applied(request.type_name, body, planned(body, asked, None))
        if request.type_name == "aws_cloudformation_export":
            found["value"] = f"subnet-of-{asked['name']}"
        return pb.ReadDataSource.Response(state=written(found))

    def GetFunctions(self, request, context):
        return pb.GetFunctions.Response()

    def StopProvider(self, request, context):
        return pb.StopProvider.Response()


class Named:
    """What the package asks of a provider beside its calls."""

    def full_name(self):
        return "registry.opentofu.org/hashicorp/aws"


def main() -> None:
    schema = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    package.ProviderServicer = lambda app: Servicer(schema)  # its own has no lists of blocks
    run_provider(Named(), [])


if __name__ == "__main__":
    main()
