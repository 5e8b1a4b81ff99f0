"""`infrastructure`: a plan on pull requests, an apply on the branch once somebody approves.

A plan reads state, and state holds secrets: a pull request of a fork gets none. Each cluster has a job, a role for
planning that may only read, and a role for applying that only its deployment environment may assume.
"""

from __future__ import annotations

from journey.facts import cloudformation, terraform
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.github_actions.parts import Job, Step, checkout, job, make, python, use, workflow
from journey.targets.github_actions.registry import aws

NAME = "infrastructure"
_OWN = "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository"
_PATHS = ("environments/*/*/terraform/**", "modules/terraform/**")


def content(view: View) -> Step:
    """The workflow: two jobs for each AWS cluster that Terraform makes."""
    branch = resolve.settings(view).repository.branch
    jobs: dict[str, Job] = {}
    for env, name in terraform.made(view):
        jobs[f"plan-{env}-{name}"] = _job(view, env, name, "plan")
        jobs[f"apply-{env}-{name}"] = _job(view, env, name, "apply")
    on: Step = {"pull_request": {"paths": list(_PATHS)}, "push": {"branches": [branch], "paths": list(_PATHS)}}
    return workflow(NAME, on, jobs)


def _job(view: View, env: str, name: str, act: str) -> Job:
    role = cloudformation.variable(act, env, name)
    steps = [
        checkout(),
        python(),
        use("Set up Terraform", "hashicorp/setup-terraform", {"terraform_wrapper": False}),
        aws(role, resolve.cluster(view, name).region),
        make(act.title(), f"infrastructure-{act}", {"ENVIRONMENT": env, "CLUSTER": name}),
    ]
    permissions = {"contents": "read", "id-token": "write"}
    title = f"{act} ({env}, {name})"
    if act == "plan":
        return job(title, steps, minutes=30, permissions=permissions, when=_OWN)
    return job(title, steps, minutes=60, permissions=permissions, when="github.event_name == 'push'", environment=env)
