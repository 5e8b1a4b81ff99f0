"""`drift`: every day, does each cluster still hold what the tree says? Asked by a role that may only read."""

from __future__ import annotations

from journey.facts import cloudformation
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.github_actions.parts import Job, Step, checkout, job, make, python, workflow
from journey.targets.github_actions.registry import aws

NAME = "drift"


def content(view: View) -> Step:
    """The workflow: a job for each cluster whose provider knows GitHub's OIDC tokens (AWS)."""
    jobs = {f"drift-{name}": _cluster(view, name) for name in reachable(view)}
    return workflow(NAME, {"schedule": [{"cron": "41 5 * * *"}], "workflow_dispatch": None}, jobs)


def reachable(view: View) -> tuple[str, ...]:
    """Clusters that a runner can sign in to, as written."""
    return tuple(name for name in resolve.clusters(view) if resolve.cluster(view, name).provider == "aws")


def _cluster(view: View, name: str) -> Job:
    signed_in = aws(cloudformation.variable("drift", "", name), resolve.cluster(view, name).region)
    steps = [checkout(), python(), signed_in, make("Compare", "drift", {"CLUSTER": name})]
    return job(f"drift ({name})", steps, minutes=20, permissions={"contents": "read", "id-token": "write"})
