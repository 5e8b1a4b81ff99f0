"""The template of the ways out of a VPC: gateways, NAT, routes, and an endpoint of S3."""

from __future__ import annotations

from journey.artifact import Node
from journey.targets.cloudformation.syntax import (
    HAS_THREE,
    NAME,
    NAT,
    NUMBERS,
    TIERS,
    Tree,
    chosen,
    equal,
    got,
    of_third,
    output,
    parameter,
    ref,
    resource,
    sub,
    tags,
    template,
    zones,
)

_PER_ZONE, _PER_THREE = "NatPerZone", "NatInThirdZone"
_PRIVATE = ("nodes", "pods")
_EVERYWHERE, _EVERYWHERE_IPV6 = "0.0.0.0/0", "::/0"


def content(regions: tuple[str, ...]) -> Tree:
    """The template."""
    parameters: Tree = {**NAME, "VpcId": {"Type": "AWS::EC2::VPC::Id", "Description": "The VPC."}, **zones(), **NAT}
    for tier in TIERS:
        for number in NUMBERS:
            parameters[f"{tier.title()}Subnet{number}"] = parameter(f"Subnet of {tier} in zone {number}.")
    conditions: Tree = {
        **HAS_THREE,
        _PER_ZONE: equal(ref("Nat"), "zone"),
        _PER_THREE: {"Fn::And": [{"Condition": _PER_ZONE}, {"Condition": next(iter(HAS_THREE))}]},
    }
    return template(
        "The ways out of a VPC.",
        regions,
        Parameters=parameters,
        Conditions=conditions,
        Resources={**_gateways(), **_nat(), **_public(), **_private(), **_data(), **_endpoint()},
        Outputs={"NatAddress1": output("The address that zone 1 is seen by outside.", ref("NatAddress1"))},
    )


def _gateways() -> Tree:
    named = tags(Name=ref("Name"))
    attached: Tree = {"VpcId": ref("VpcId"), "InternetGatewayId": ref("InternetGateway")}
    return {
        "InternetGateway": resource("EC2::InternetGateway", {"Tags": named}),
        "Attachment": resource("EC2::VPCGatewayAttachment", attached),
        "EgressOnly": resource("EC2::EgressOnlyInternetGateway", {"VpcId": ref("VpcId")}),
    }


def _nat() -> Tree:
    """In zone 1 always; in the others where there is one a zone."""
    found: Tree = {}
    for number, condition in zip(NUMBERS, ("", _PER_ZONE, _PER_THREE), strict=True):
        address: Tree = {"Domain": "vpc", "Tags": tags(Name=sub(f"${{Name}}-nat-${{Zone{number}}}"))}
        gateway: Tree = {
            "AllocationId": got(f"NatAddress{number}", "AllocationId"),
            "SubnetId": ref(f"PublicSubnet{number}"),
            "Tags": tags(Name=sub(f"${{Name}}-${{Zone{number}}}")),
        }
        after = ("Attachment",)
        found[f"NatAddress{number}"] = resource("EC2::EIP", address, condition=condition, after=after)
        found[f"Nat{number}"] = resource("EC2::NatGateway", gateway, condition=condition, after=after)
    return found


def _public() -> Tree:
    gateway = ref("InternetGateway")
    return {
        "PublicTable": _table("${Name}-public"),
        "PublicRoute": _route(
            "PublicTable", after=("Attachment",), DestinationCidrBlock=_EVERYWHERE, GatewayId=gateway
        ),
        "PublicRouteIpv6": _route(
            "PublicTable", after=("Attachment",), DestinationIpv6CidrBlock=_EVERYWHERE_IPV6, GatewayId=gateway
        ),
        **_attached("public", "PublicTable"),
    }


def _private() -> Tree:
    found: Tree = {}
    for number, condition in zip(NUMBERS, ("", _PER_ZONE, _PER_THREE), strict=True):
        table, third = f"PrivateTable{number}", of_third(number)
        nat = chosen(condition, ref(f"Nat{number}"), ref("Nat1")) if condition else ref("Nat1")
        found[table] = _table(f"${{Name}}-private-${{Zone{number}}}", third)
        found[f"PrivateRoute{number}"] = _route(
            table, condition=third, DestinationCidrBlock=_EVERYWHERE, NatGatewayId=nat
        )
        found[f"PrivateRouteIpv6{number}"] = _route(
            table,
            condition=third,
            DestinationIpv6CidrBlock=_EVERYWHERE_IPV6,
            EgressOnlyInternetGatewayId=ref("EgressOnly"),
        )
    for tier in _PRIVATE:
        found |= _attached(tier, "PrivateTable{}")
    return found


def _data() -> Tree:
    """No way out."""
    return {"DataTable": _table("${Name}-data"), **_attached("data", "DataTable")}


def _endpoint() -> Tree:
    tables: list[Node] = [ref("PublicTable"), ref("DataTable"), ref("PrivateTable1"), ref("PrivateTable2")]
    endpoint: Tree = {
        "VpcId": ref("VpcId"),
        "ServiceName": sub("com.amazonaws.${AWS::Region}.s3"),
        "VpcEndpointType": "Gateway",
        "RouteTableIds": chosen(of_third(3), [*tables, ref("PrivateTable3")], tables),
    }
    return {"S3Endpoint": resource("EC2::VPCEndpoint", endpoint)}


def _table(name: str, condition: str = "") -> Tree:
    return resource("EC2::RouteTable", {"VpcId": ref("VpcId"), "Tags": tags(Name=sub(name))}, condition=condition)


def _route(table: str, /, condition: str = "", after: tuple[str, ...] = (), **where: Node) -> Tree:
    return resource("EC2::Route", {"RouteTableId": ref(table), **where}, condition=condition, after=after)


def _attached(tier: str, table: str) -> Tree:
    return {
        f"{tier.title()}Association{number}": resource(
            "EC2::SubnetRouteTableAssociation",
            {"SubnetId": ref(f"{tier.title()}Subnet{number}"), "RouteTableId": ref(table.format(number))},
            condition=of_third(number),
        )
        for number in NUMBERS
    }
