"""The network's templates: a stack that nests a VPC with its subnets, the ways out of it, and its flow logs.

They make what Terraform's module `network` makes, under the same names; the address plan comes as parameters. Left out
is the default security group, which CloudFormation cannot empty: nothing here uses it.
"""

from __future__ import annotations

from collections.abc import Iterator

from journey.artifact import Node
from journey.facts import cloudformation
from journey.spec import networks
from journey.targets.cloudformation import egress, flow_logs
from journey.targets.cloudformation.syntax import (
    DAYS,
    HAS_THREE,
    NAME,
    NAT,
    NUMBERS,
    TIERS,
    Tree,
    chosen,
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

_CIDR = r"(\d{1,3}\.){3}\d{1,3}/\d{1,2}"
_TAGS: dict[str, Tree] = {
    "nodes": {"Key": "kubernetes.io/role/internal-elb", "Value": "1"},
    "public": {"Key": "kubernetes.io/role/elb", "Value": "1"},
}
_IPV6 = {
    (found.tier, "abc".index(found.zone) + 1): found.ipv6
    for found in networks.subnets("10.0.0.0/16", "10.1.0.0/16", "abc")
}
"""Which /64 of the VPC's own /56 a subnet has: a matter of its tier and of its zone's place alone."""


def templates(regions: tuple[str, ...]) -> Iterator[tuple[str, Tree]]:
    """(file, template) of each."""
    yield "network.yaml", _network(regions)
    yield "vpc.yaml", _vpc(regions)
    yield "egress.yaml", egress.content(regions)
    yield "flow-logs.yaml", flow_logs.content(regions)


def _addresses(**third: Node) -> Tree:
    """The address plan; `third` is said of the networks in a third zone besides."""
    found: Tree = {
        "Cidr": parameter("IPv4 network of nodes, load balancers and datastores.", AllowedPattern=f"^{_CIDR}$"),
        "PodsCidr": parameter("IPv4 network of the pods.", AllowedPattern=f"^{_CIDR}$"),
    }
    for tier in TIERS:
        for number in NUMBERS:
            more = (
                {"AllowedPattern": f"^({_CIDR})?$", **third} if of_third(number) else {"AllowedPattern": f"^{_CIDR}$"}
            )
            found[f"{tier.title()}Cidr{number}"] = parameter(f"Network of {tier} in zone {number}.", **more)
    return found


def _network(regions: tuple[str, ...]) -> Tree:
    """The stack that nests the others; it exports what Terraform reads."""
    url = parameter("Where the nested stacks' templates are: a URL without a `/` at its end.", MinLength=1)
    parameters: Tree = {"TemplatesUrl": url, **NAME, **_addresses(Default=""), **zones(), **NAT, **DAYS}
    vpc_id = got("Vpc", "Outputs.VpcId")
    of_vpc = [name for name in parameters if name not in ("TemplatesUrl", *NAT, *DAYS)]
    resources: Tree = {
        "Vpc": _nested("vpc", {name: ref(name) for name in of_vpc}, kept=True),
        "Egress": _nested(
            "egress", {**{name: ref(name) for name in (*NAME, *zones(), *NAT)}, "VpcId": vpc_id, **_passed()}
        ),
        "FlowLogs": _nested("flow-logs", {**{name: ref(name) for name in (*NAME, *DAYS)}, "VpcId": vpc_id}),
    }
    return template(
        "The network of a cluster: a VPC for IPv4 and IPv6 over two or three zones.",
        regions,
        Parameters=parameters,
        Conditions=HAS_THREE,
        Resources=resources,
        Outputs=_exports(),
    )


def _nested(name: str, parameters: Tree, kept: bool = False) -> Tree:
    url = sub(f"${{TemplatesUrl}}/{name}.yaml")
    return resource("CloudFormation::Stack", {"TemplateURL": url, "Parameters": parameters}, kept=kept)


def _of(tier: str, number: int) -> Tree:
    return got("Vpc", f"Outputs.{tier.title()}Subnet{number}")


def _passed() -> Tree:
    """The ids of all subnets."""
    found: Tree = {}
    for tier in TIERS:
        for number in NUMBERS:
            value = _of(tier, number)
            found[f"{tier.title()}Subnet{number}"] = chosen(of_third(number), value, "") if of_third(number) else value
    return found


def _exports() -> Tree:
    found: Tree = {
        "VpcId": output("The VPC.", got("Vpc", "Outputs.VpcId"), export=sub("${Name}-vpc")),
        "Ipv6Cidr": output("The VPC's IPv6 network.", got("Vpc", "Outputs.Ipv6Cidr"), export=sub("${Name}-ipv6")),
    }
    for tier in TIERS:
        for number in NUMBERS:
            export = sub(cloudformation.exported("${Name}", tier, f"${{Zone{number}}}"))
            about = f"Subnet of {tier} in zone {number}."
            found[f"{tier.title()}Subnet{number}"] = output(
                about, _of(tier, number), condition=of_third(number), export=export
            )
    return found


def _vpc(regions: tuple[str, ...]) -> Tree:
    vpc: Tree = {
        "CidrBlock": ref("Cidr"),
        "EnableDnsSupport": True,
        "EnableDnsHostnames": True,
        "Tags": tags(Name=ref("Name")),
    }
    resources: Tree = {
        "Vpc": resource("EC2::VPC", vpc, kept=True),
        "Ipv6": resource("EC2::VPCCidrBlock", {"VpcId": ref("Vpc"), "AmazonProvidedIpv6CidrBlock": True}, kept=True),
        "Pods": resource("EC2::VPCCidrBlock", {"VpcId": ref("Vpc"), "CidrBlock": ref("PodsCidr")}, kept=True),
    }
    outputs: Tree = {"VpcId": output("The VPC.", ref("Vpc")), "Ipv6Cidr": output("The VPC's IPv6 network.", _IPV6_CIDR)}
    for tier in TIERS:
        for number in NUMBERS:
            name, third = f"{tier.title()}Subnet{number}", of_third(number)
            subnet = _subnet(tier, number)
            resources[name] = resource("EC2::Subnet", subnet, condition=third, after=("Ipv6", "Pods"), kept=True)
            outputs[name] = output(f"Subnet of {tier} in zone {number}.", ref(name), condition=third)
    return template(
        "A VPC for IPv4 and IPv6, and its subnets.",
        regions,
        Parameters={**NAME, **_addresses(), **zones()},
        Conditions=HAS_THREE,
        Resources=resources,
        Outputs=outputs,
    )


_IPV6_CIDR: Tree = {"Fn::Select": [0, got("Vpc", "Ipv6CidrBlocks")]}


def _subnet(tier: str, number: int) -> Tree:
    parts: Tree = {"Fn::Cidr": [_IPV6_CIDR, 64, 64]}
    named = tags(Name=sub(f"${{Name}}-{tier}-${{Zone{number}}}"))
    return {
        "VpcId": ref("Vpc"),
        "AvailabilityZone": ref(f"Zone{number}"),
        "CidrBlock": ref(f"{tier.title()}Cidr{number}"),
        "Ipv6CidrBlock": {"Fn::Select": [_IPV6[tier, number], parts]},
        "AssignIpv6AddressOnCreation": True,
        "Tags": [*named, *([_TAGS[tier]] if tier in _TAGS else [])],
    }
