"""CloudFormation: what Terraform needs before its first run, and networks of clusters that say `iac: cloudformation`.

`environments/<environment>/<cluster>/cloudformation/bootstrap/` is a cluster's first stack,
`environments/<environment>/cloudformation/network/` an environment's StackSets over the templates of
`modules/cloudformation/network/`. Units are named `bootstrap`, `sets` and `templates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey.artifact import Artifact, Format, Unit
from journey.facts import cloudformation, terraform
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View
from journey.targets.cloudformation import bootstrap, network, sets

NAME = "cloudformation"
DESCRIPTION = "What Terraform needs before its first run on AWS, and networks of clusters that say so, as stacks."
CONSUMER = "AWS CloudFormation"
MODULE = "modules/cloudformation/network"
FOLDERS = ("environments", MODULE)
PATTERNS: tuple[str, ...] = ()


def units(view: View) -> Iterator[Unit]:
    """A unit a cluster that is made, one an environment with such networks, and one for their templates."""
    made = terraform.made(view)
    yield from (Unit(NAME, env, cluster, name="bootstrap") for env, cluster in made)
    environments = _with_networks(view)
    yield from (Unit(NAME, env, name="sets") for env in environments)
    if environments:
        yield Unit(NAME, name="templates")


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """The files of one unit."""
    if unit.name == "bootstrap":
        folder = f"environments/{unit.environment}/{unit.cluster}/{NAME}/bootstrap"
        template = bootstrap.content(view, unit.environment, unit.cluster)
        origin = Pointer(ROOT_FILE, ("clusters", unit.cluster))
        return _stack(folder, template, bootstrap.policy_of_stack(), origin)
    if unit.name == "sets":
        folder = f"environments/{unit.environment}/{NAME}/network"
        template = sets.content(view, unit.environment)
        origin = Pointer(ROOT_FILE, ("environments", unit.environment))
        return _stack(folder, template, sets.policy_of_stack(view, unit.environment), origin)
    origin = Pointer(ROOT_FILE, ("clusters",))
    templates = network.templates(_regions(view))
    return [Artifact(f"{MODULE}/{file}", Format.YAML, content, origin) for file, content in templates]


def _stack(folder: str, template: object, policy: object, origin: Pointer) -> list[Artifact]:
    return [
        Artifact(f"{folder}/template.yaml", Format.YAML, template, origin),
        Artifact(f"{folder}/stack-policy.json", Format.JSON, policy, origin),
    ]


def _with_networks(view: View) -> list[str]:
    environments = dict.fromkeys(env for env, _ in terraform.made(view))
    return [env for env in environments if cloudformation.networks(view, env)]


def _regions(view: View) -> tuple[str, ...]:
    found = {
        resolve.cluster(view, name).region
        for env in _with_networks(view)
        for name in cloudformation.networks(view, env)
    }
    return tuple(sorted(found))
