"""The module `network`: a VPC for IPv4 and IPv6 whose subnets the address plan gives, and the ways out of it."""

from __future__ import annotations

from journey.formats.hcl import Block, Item, Raw
from journey.targets.terraform.syntax import (
    Refusal,
    account,
    block,
    logs_key,
    output,
    policy,
    ref,
    resource,
    trust,
    variable,
)

NAME = "network"
DESCRIPTION = "A VPC for IPv4 and IPv6 over two or three zones: subnets, NAT, endpoints and flow logs."

_NETWORK = Refusal("can(cidrnetmask(var.cidr))", "Must be an IPv4 network, such as 10.17.0.0/20.")
_PODS = Refusal("can(cidrnetmask(var.pods_cidr))", "Must be an IPv4 network, such as 10.16.0.0/16.")
_TIERS = Refusal(
    'alltrue([for subnet in var.subnets : contains(["nodes", "public", "data", "pods"], subnet.tier)])',
    "Every tier must be nodes, public, data or pods.",
)
_TWO_ZONES = Refusal(
    "length(distinct([for subnet in var.subnets : subnet.zone])) >= 2", "Subnets must stand in two zones at least."
)
_APART = Refusal(
    "length(distinct([for subnet in var.subnets : subnet.ipv6])) == length(var.subnets)",
    "Every subnet must have an IPv6 number of its own.",
)

VARIABLES = (
    variable("name", "string", "What every resource is named after.", Refusal('var.name != ""', "Must not be empty.")),
    variable("region", "string", "The region that it stands in."),
    variable("cidr", "string", "IPv4 network of nodes, load balancers and datastores.", _NETWORK),
    variable("pods_cidr", "string", "IPv4 network of the pods.", _PODS),
    variable(
        "subnets",
        "map(object({ tier = string, zone = string, cidr = string, ipv6 = number }))",
        "Subnets by name; `ipv6` says which /64 of the VPC's /56 is a subnet's.",
        _TIERS,
        _TWO_ZONES,
        _APART,
    ),
    variable(
        "nat",
        "string",
        "NAT gateways: one a zone, or a single one.",
        Refusal('contains(["zone", "single"], var.nat)', "Must be zone or single."),
        default="zone",
    ),
    variable(
        "flow_log_days",
        "number",
        "How long flow logs are kept, in days.",
        Refusal("var.flow_log_days >= 1", "Must be a day or more."),
        default=365,
    ),
)

_OF_TIER = '{{ for key, subnet in var.subnets : subnet.zone => aws_subnet.this[key].id if subnet.tier == "{}" }}'

OUTPUTS = (
    output("vpc_id", "The VPC.", "aws_vpc.this.id"),
    output("ipv6_cidr", "The VPC's IPv6 network.", "aws_vpc.this.ipv6_cidr_block"),
    output("node_subnets", "Subnets of nodes, by zone.", _OF_TIER.format("nodes")),
    output("pod_subnets", "Subnets of pods, by zone.", _OF_TIER.format("pods")),
    output("public_subnets", "Subnets of load balancers, by zone.", _OF_TIER.format("public")),
    output("data_subnets", "Subnets of managed datastores, by zone.", _OF_TIER.format("data")),
)


def main() -> tuple[Item, ...]:
    """The resources."""
    return (_locals(), *account(), *_vpc(), *_ways_out(), *_routes(), *_flow_logs())


def _locals() -> Item:
    return block(
        "locals",
        zones=Raw("sort(distinct([for subnet in var.subnets : subnet.zone]))"),
        nat_zones=Raw('var.nat == "zone" ? local.zones : slice(local.zones, 0, 1)'),
        private=Raw('{ for key, subnet in var.subnets : key => subnet if contains(["nodes", "pods"], subnet.tier) }'),
        public=Raw('{ for key, subnet in var.subnets : key => subnet if subnet.tier == "public" }'),
        data=Raw('{ for key, subnet in var.subnets : key => subnet if subnet.tier == "data" }'),
    )


def _vpc() -> tuple[Item, ...]:
    return (
        resource(
            "aws_vpc",
            "this",
            cidr_block=ref("var.cidr"),
            assign_generated_ipv6_cidr_block=True,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": ref("var.name")},
        ),
        resource("aws_default_security_group", "this", vpc_id=ref("aws_vpc.this.id")),
        resource(
            "aws_vpc_ipv4_cidr_block_association",
            "pods",
            vpc_id=ref("aws_vpc.this.id"),
            cidr_block=ref("var.pods_cidr"),
        ),
        resource(
            "aws_subnet",
            "this",
            for_each=ref("var.subnets"),
            vpc_id=ref("aws_vpc.this.id"),
            availability_zone=ref("each.value.zone"),
            cidr_block=ref("each.value.cidr"),
            ipv6_cidr_block=Raw("cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, each.value.ipv6)"),
            assign_ipv6_address_on_creation=True,
            tags=Raw(
                "merge(\n"
                '  { Name = "${var.name}-${each.key}" },\n'
                '  each.value.tier == "public" ? { "kubernetes.io/role/elb" = "1" } : {},\n'
                '  each.value.tier == "nodes" ? { "kubernetes.io/role/internal-elb" = "1" } : {},\n'
                ")"
            ),
            depends_on=[ref("aws_vpc_ipv4_cidr_block_association.pods")],
        ),
    )


def _ways_out() -> tuple[Item, ...]:
    named = {"Name": ref("var.name")}
    return (
        resource("aws_internet_gateway", "this", vpc_id=ref("aws_vpc.this.id"), tags=named),
        resource("aws_egress_only_internet_gateway", "this", vpc_id=ref("aws_vpc.this.id"), tags=named),
        resource(
            "aws_eip",
            "nat",
            for_each=Raw("toset(local.nat_zones)"),
            domain="vpc",
            tags={"Name": Raw('"${var.name}-nat-${each.key}"')},
        ),
        resource(
            "aws_nat_gateway",
            "this",
            for_each=Raw("toset(local.nat_zones)"),
            allocation_id=Raw("aws_eip.nat[each.key].id"),
            subnet_id=Raw(
                "one([for key, subnet in local.public : aws_subnet.this[key].id if subnet.zone == each.key])"
            ),
            tags={"Name": Raw('"${var.name}-${each.key}"')},
            depends_on=[ref("aws_internet_gateway.this")],
        ),
        resource(
            "aws_vpc_endpoint",
            "s3",
            vpc_id=ref("aws_vpc.this.id"),
            service_name=Raw('"com.amazonaws.${var.region}.s3"'),
            vpc_endpoint_type="Gateway",
            route_table_ids=Raw(
                "concat([aws_route_table.public.id, aws_route_table.data.id], values(aws_route_table.private)[*].id)"
            ),
            tags=named,
        ),
    )


def _routes() -> tuple[Item, ...]:
    zones = Raw("toset(local.zones)")
    return (
        _table("public", '"${var.name}-public"'),
        _route("public", "aws_route_table.public.id", destination_cidr_block="0.0.0.0/0", gateway_id=_IGW),
        _route("public_ipv6", "aws_route_table.public.id", destination_ipv6_cidr_block="::/0", gateway_id=_IGW),
        _attached("public", "aws_route_table.public.id"),
        resource(
            "aws_route_table",
            "private",
            for_each=zones,
            vpc_id=ref("aws_vpc.this.id"),
            tags={"Name": Raw('"${var.name}-private-${each.key}"')},
        ),
        resource(
            "aws_route",
            "private",
            for_each=zones,
            route_table_id=Raw("aws_route_table.private[each.key].id"),
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=Raw("try(aws_nat_gateway.this[each.key], aws_nat_gateway.this[local.nat_zones[0]]).id"),
        ),
        resource(
            "aws_route",
            "private_ipv6",
            for_each=zones,
            route_table_id=Raw("aws_route_table.private[each.key].id"),
            destination_ipv6_cidr_block="::/0",
            egress_only_gateway_id=ref("aws_egress_only_internet_gateway.this.id"),
        ),
        _attached("private", "aws_route_table.private[each.value.zone].id"),
        _table("data", '"${var.name}-data"'),
        _attached("data", "aws_route_table.data.id"),
    )


_IGW = Raw("aws_internet_gateway.this.id")


def _table(name: str, title: str) -> Item:
    return resource("aws_route_table", name, vpc_id=ref("aws_vpc.this.id"), tags={"Name": Raw(title)})


def _route(name: str, table: str, **where: str | Raw) -> Item:
    return resource("aws_route", name, route_table_id=Raw(table), **where)


def _attached(tier: str, table: str) -> Item:
    return resource(
        "aws_route_table_association",
        tier,
        for_each=ref(f"local.{tier}"),
        subnet_id=Raw("aws_subnet.this[each.key].id"),
        route_table_id=Raw(table),
    )


def _flow_logs() -> tuple[Item, ...]:
    """To a log group under a key of its own (docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html)."""
    actions = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    written = policy(
        {"Effect": "Allow", "Action": actions, "Resource": Raw('"${aws_cloudwatch_log_group.flow_logs.arn}:*"')}
    )
    return (
        logs_key("flow_logs", '"Flow logs of ${var.name}"'),
        resource(
            "aws_cloudwatch_log_group",
            "flow_logs",
            name=Raw('"/vpc/${var.name}/flow-logs"'),
            retention_in_days=ref("var.flow_log_days"),
            kms_key_id=ref("aws_kms_key.flow_logs.arn"),
        ),
        resource(
            "aws_iam_role",
            "flow_logs",
            name=Raw('"${var.name}-flow-logs"'),
            assume_role_policy=trust("vpc-flow-logs.amazonaws.com"),
        ),
        resource(
            "aws_iam_role_policy",
            "flow_logs",
            name="write",
            role=ref("aws_iam_role.flow_logs.id"),
            policy=written,
        ),
        resource(
            "aws_flow_log",
            "this",
            vpc_id=ref("aws_vpc.this.id"),
            traffic_type="ALL",
            log_destination=ref("aws_cloudwatch_log_group.flow_logs.arn"),
            iam_role_arn=ref("aws_iam_role.flow_logs.arn"),
            max_aggregation_interval=60,
            tags={"Name": ref("var.name")},
        ),
    )


_SUBNETS = Raw(
    "{\n"
    + "".join(
        f'  {f"{tier}-{zone}":8} = {{ tier = "{tier}", zone = "{zone}", cidr = "{cidr}", ipv6 = {ipv6} }}\n'
        for tier, zone, cidr, ipv6 in (
            ("nodes", "a", "10.17.0.0/22", 0),
            ("nodes", "b", "10.17.4.0/22", 1),
            ("public", "a", "10.17.12.0/25", 16),
            ("public", "b", "10.17.12.128/25", 17),
        )
    )
    + "}"
)


def tests() -> tuple[Item, ...]:
    """What `terraform test` tries: one NAT gateway a zone or one in all, and values that are refused."""
    return (
        block("mock_provider", "aws", inner=(_mocked_vpc(),)),
        block(
            "variables",
            name="test",
            region="eu-west-1",
            cidr="10.17.0.0/20",
            pods_cidr="10.16.0.0/16",
            subnets=_SUBNETS,
        ),
        block("run", "a_nat_gateway_in_each_zone", inner=(_count(2),), command=ref("plan")),
        block(
            "run",
            "a_single_nat_gateway",
            inner=(block("variables", nat="single"), _count(1)),
            command=ref("plan"),
        ),
        block(
            "run",
            "an_unknown_kind_of_nat_is_refused",
            inner=(block("variables", nat="none"),),
            command=ref("plan"),
            expect_failures=[ref("var.nat")],
        ),
        block(
            "run",
            "what_is_no_network_is_refused",
            inner=(block("variables", cidr="10.17.0.0"),),
            command=ref("plan"),
            expect_failures=[ref("var.cidr")],
        ),
    )


def _mocked_vpc() -> Block:
    """Of a network for documentation (RFC 3849): what a mock makes up is none that could be parted."""
    return block("mock_resource", "aws_vpc", defaults={"ipv6_cidr_block": "2001:db8::/56"})


def _count(number: int) -> Block:
    message = f"There must be {number} NAT gateways."
    return block("assert", condition=Raw(f"length(aws_nat_gateway.this) == {number}"), error_message=message)
