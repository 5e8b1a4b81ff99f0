"""Make rendered stacks in moto, a stand-in for AWS, and tell as JSON what is there then.

Run by moto's own environment: `python aws_stacks.py ROOT`, with (region, stack, template) of each bootstrap stack and
the template of the StackSets as JSON on standard input. moto passes over kinds that it does not know; they are told.
What a network needs besides is put in here: a VPC's second and IPv6 networks with their attribute, `Fn::Cidr`, outputs
of nested stacks, and exports under a condition.
"""

# mypy: ignore-errors
from __future__ import annotations

import ipaddress
import json
import re
import sys
import warnings
from pathlib import Path

import boto3
import yaml
from moto import mock_aws
from moto.cloudformation import parsing
from moto.cloudformation.models import Stack
from moto.core.common_models import CloudFormationModel
from moto.ec2.models import ec2_backends
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC

_UNKNOWN = re.compile(r"Tried to parse (\S+) but it's not supported")


class VPCCidrBlock(CloudFormationModel):
    """A further network of a VPC."""

    __module__ = VPC.__module__  # moto finds a model's service by it

    def __init__(self, association):
        self.physical_resource_id = association["association_id"]

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "AWS::EC2::VPCCidrBlock"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        said = cloudformation_json["Properties"]
        backend = ec2_backends[account_id][region_name]
        ipv6 = str(said.get("AmazonProvidedIpv6CidrBlock", "")).lower() == "true"
        return cls(backend.associate_vpc_cidr_block(said["VpcId"], said.get("CidrBlock"), ipv6))


def mend() -> None:
    """Put in what moto lacks."""
    attribute, clean, create = VPC.get_cfn_attribute, parsing.clean_json, Subnet.create_from_cloudformation_json

    def get_cfn_attribute(self, name):
        if name == "Ipv6CidrBlocks":
            return [found["cidr_block"] for found in self.get_cidr_block_association_set(ipv6=True)]
        return attribute(self, name)

    def clean_json(value, resources):
        if isinstance(value, dict) and "Fn::Cidr" in value:
            block, count, bits = clean(value["Fn::Cidr"], resources)
            network = ipaddress.ip_network(block)
            parts = network.subnets(new_prefix=network.max_prefixlen - int(bits))
            return [str(part) for part, _ in zip(parts, range(int(count)), strict=False)]
        return clean(value, resources)

    @classmethod
    def create_subnet(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        made = create(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        block = cloudformation_json["Properties"]["Ipv6CidrBlock"]
        ec2_backends[account_id][region_name].associate_subnet_cidr_block(made.id, block)
        return made

    def output_of(self, name):
        return self.output_map[name.removeprefix("Outputs.")].value

    def exports(self):
        told = [(self[name], said) for name, said in self._output_json_map.items() if "Export" in said]
        names = [(found, clean_json(said["Export"]["Name"], self._resource_map)) for found, said in told if found]
        return [parsing.Export(self._stack_id, name, found.value) for found, name in names]

    Stack.get_cfn_attribute, parsing.OutputMap.exports = output_of, property(exports)
    VPC.get_cfn_attribute, parsing.clean_json = get_cfn_attribute, clean_json
    Subnet.create_from_cloudformation_json = create_subnet


def client(service, region):
    return boto3.client(service, region_name=region)


def bootstrap(root, region, stack, template):
    api = client("cloudformation", region)
    body = (root / template).read_text()
    api.create_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    return outputs(api, stack)


def outputs(api, stack):
    (found,) = api.describe_stacks(StackName=stack)["Stacks"]
    assert found["StackStatus"] == "CREATE_COMPLETE", found
    return {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", ())}


def networks(root, template):
    """By CloudFormation's own calls for StackSets, as the resource `AWS::CloudFormation::StackSet` would make them."""
    said = yaml.safe_load((root / template).read_text())
    values = {name: found["Default"] for name, found in said["Parameters"].items()}
    values |= {"AWS::URLSuffix": "amazonaws.com", "AWS::Partition": "aws", "AWS::AccountId": "123456789012"}
    bucket, region = values["TemplatesBucket"], values["TemplatesRegion"]
    for file in sorted((root / "modules/cloudformation/network").iterdir()):
        client("s3", region).put_object(Bucket=bucket, Key=f"network/{file.name}", Body=file.read_bytes())
    api, regions = client("cloudformation", region), []
    for found in said["Resources"].values():
        properties = resolved(found["Properties"], values)
        groups = properties.pop("StackInstancesGroup")
        wanted = ("StackSetName", "TemplateURL", "Parameters", "AdministrationRoleARN", "ExecutionRoleName")
        api.create_stack_set(**{name: properties[name] for name in wanted})
        for group in groups:
            accounts = [values["AWS::AccountId"]]
            regions += group["Regions"]
            merged = {item["ParameterKey"]: item for item in (*properties["Parameters"], *group["ParameterOverrides"])}
            api.create_stack_instances(
                StackSetName=properties["StackSetName"],
                Accounts=accounts,
                Regions=group["Regions"],
                ParameterOverrides=list(merged.values()),  # moto forgets the StackSet's own beside overrides
            )
    return {region: network(region) for region in regions}


def resolved(node, values):
    if isinstance(node, dict):
        if "Fn::Sub" in node:
            return re.sub(r"\$\{([^}]+)\}", lambda match: values[match[1]], node["Fn::Sub"])
        return {key: resolved(value, values) for key, value in node.items()}
    return [resolved(value, values) for value in node] if isinstance(node, list) else node


def network(region):
    """What is there in a region, as EC2 tells it."""
    ec2, logs = client("ec2", region), client("logs", region)
    subnets = [found for found in ec2.describe_subnets()["Subnets"] if not found["DefaultForAz"]]
    ids = {found["SubnetId"]: name(found) for found in subnets}
    exports = client("cloudformation", region).list_exports()["Exports"]
    vpcs = [found for found in ec2.describe_vpcs()["Vpcs"] if not found["IsDefault"]]
    return {
        "vpcs": {
            name(found): [item["CidrBlock"] for item in found["CidrBlockAssociationSet"]]
            + [item["Ipv6CidrBlock"] for item in found["Ipv6CidrBlockAssociationSet"]]
            for found in vpcs
        },
        "subnets": {
            name(found): {
                "cidr": found["CidrBlock"],
                "zone": found["AvailabilityZone"],
                "ipv6": [item["Ipv6CidrBlock"] for item in found["Ipv6CidrBlockAssociationSet"]],
            }
            for found in subnets
        },
        "exports": {item["Name"]: ids.get(item["Value"], item["Value"]) for item in exports},
        "routed": routed(region, ids),
        "nat": len(ec2.describe_nat_gateways()["NatGateways"]),
        "flow_logs": [found["TrafficType"] for found in ec2.describe_flow_logs()["FlowLogs"]],
        "log_groups": [found["logGroupName"] for found in logs.describe_log_groups()["logGroups"]],
    }


def routed(region, ids):
    """Which way out each subnet has for IPv4; moto keeps associations, and does not tell of them."""
    backend = ec2_backends["123456789012"][region]
    nat = {
        one["NatGatewayId"]: ids[one["SubnetId"]]
        for one in client("ec2", region).describe_nat_gateways()["NatGateways"]
    }
    tables = {
        one["RouteTableId"]: one["Routes"] for one in client("ec2", region).describe_route_tables()["RouteTables"]
    }
    found = {}
    for one in backend.subnet_associations.values():
        ways = [route for route in tables[one.route_table_id] if route.get("DestinationCidrBlock") == "0.0.0.0/0"]
        found[ids[one.subnet_id]] = [nat.get(way.get("NatGatewayId"), "internet") for way in ways]
    return found


def name(found):
    return next((tag["Value"] for tag in found.get("Tags", ()) if tag["Key"] == "Name"), "")


def main() -> None:
    root, asked = Path(sys.argv[1]), json.load(sys.stdin)
    mend()
    with warnings.catch_warnings(record=True) as heard, mock_aws():
        warnings.simplefilter("always")
        made = {stack: bootstrap(root, *one) for one in asked["bootstrap"] for stack in [one[1]]}
        found = networks(root, asked["sets"])
        iam, kms = client("iam", "us-east-1"), client("kms", "eu-west-1")
        told = {
            "outputs": made,
            "networks": found,
            "roles": sorted(role["RoleName"] for role in iam.list_roles()["Roles"]),
            "aliases": [one["AliasName"] for one in kms.list_aliases()["Aliases"] if "TargetKeyId" in one],
            "buckets": sorted(one["Name"] for one in client("s3", "us-east-1").list_buckets()["Buckets"]),
        }
    unknown = {match[1] for one in heard if (match := _UNKNOWN.search(str(one.message)))}
    json.dump({**told, "unknown": sorted(unknown)}, sys.stdout)


if __name__ == "__main__":
    main()
