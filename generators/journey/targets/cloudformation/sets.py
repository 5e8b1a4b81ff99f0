"""The StackSets of an environment: one template for the networks of all its regions, each with its address plan."""

from __future__ import annotations

from journey.artifact import Node
from journey.facts import cloudformation
from journey.spec.view import View
from journey.targets.cloudformation.syntax import Tree, arn, output, parameter, ref, resource, sub, template

FOLDER = "network"
"""Where the templates lie in their bucket."""


def content(view: View, env: str) -> Tree:
    """The template: region after region, and none after one that failed."""
    _, region = cloudformation.templates(view, env)
    sets = cloudformation.sets(view, env)
    return template(
        f"The networks of {env}.",
        (region,),
        Parameters=_parameters(view, env),
        Resources={_name(number): _set(view, env, number) for number in range(len(sets))},
        Outputs={
            f"{_name(number)}Id": output(f"Networks of {_told(members)}.", ref(_name(number)))
            for number, members in enumerate(sets)
        },
    )


def policy_of_stack(view: View, env: str) -> Tree:
    """No update takes a StackSet away: its stacks would go with it."""
    guarded: list[Node] = [
        f"LogicalResourceId/{_name(number)}" for number in range(len(cloudformation.sets(view, env)))
    ]
    everything: Node = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    deny: Node = {
        "Effect": "Deny",
        "Action": ["Update:Replace", "Update:Delete"],
        "Principal": "*",
        "Resource": guarded,
    }
    return {"Statement": [everything, deny]}


def _name(number: int) -> str:
    return f"Networks{number + 1}"


def _told(members: tuple[cloudformation.Member, ...]) -> str:
    return ", ".join(member.cluster for member in members)


def _parameters(view: View, env: str) -> Tree:
    bucket, region = cloudformation.templates(view, env)
    return {
        "TemplatesBucket": parameter("The bucket with the templates.", Default=bucket),
        "TemplatesRegion": parameter("The bucket's region.", Default=region),
    }


def _set(view: View, env: str, number: int) -> Tree:
    administration, execution = (cloudformation.set_role(view, env, act) for act in cloudformation.SET_ACTS)
    url = f"https://${{TemplatesBucket}}.s3.${{TemplatesRegion}}.${{AWS::URLSuffix}}/{FOLDER}"
    shared: list[Node] = [{"ParameterKey": "TemplatesUrl", "ParameterValue": sub(url)}]
    groups: list[Node] = [_group(view, member) for member in cloudformation.sets(view, env)[number]]
    first = cloudformation.sets(view, env)[number][0]
    plan: list[Node] = [
        {"ParameterKey": key, "ParameterValue": value}
        for key, value in cloudformation.parameters(view, first.cluster).items()
    ]
    return resource(
        "CloudFormation::StackSet",
        {
            "StackSetName": cloudformation.set_name(view, env, number),
            "Description": f"Networks of {_told(cloudformation.sets(view, env)[number])}",
            "PermissionModel": "SELF_MANAGED",
            "AdministrationRoleARN": arn("iam", f"role/{administration}", region=""),
            "ExecutionRoleName": execution,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "TemplateURL": sub(f"{url}/network.yaml"),
            "Parameters": [*shared, *plan],
            "OperationPreferences": {
                "RegionConcurrencyType": "SEQUENTIAL",
                "FailureToleranceCount": 0,
                "MaxConcurrentCount": 1,
            },
            "StackInstancesGroup": groups,
        },
        kept=True,
    )


def _group(view: View, member: cloudformation.Member) -> Node:
    """A region's stack; a network over two zones clears what is a third zone's of the StackSet's own."""
    said = cloudformation.parameters(view, member.cluster)
    cleared = {name: said.get(name, "") for name in cloudformation.OF_THIRD}
    overrides: Node = [{"ParameterKey": key, "ParameterValue": value} for key, value in {**said, **cleared}.items()]
    return {
        "DeploymentTargets": {"Accounts": [ref("AWS::AccountId")]},
        "Regions": [member.region],
        "ParameterOverrides": overrides,
    }
