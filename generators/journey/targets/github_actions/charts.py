"""`charts`: publishes the rendered charts as OCI artifacts when they change on the branch."""

from __future__ import annotations

from journey.spec import resolve
from journey.spec.view import View
from journey.targets.github_actions.parts import Step, checkout, job, make, python, workflow
from journey.targets.github_actions.registry import host, sign_in

NAME = "charts"


def services(view: View) -> tuple[str, ...]:
    """The services that have a chart: all, where charts are rendered."""
    wanted = resolve.target_names(view)
    return resolve.services(view) if not wanted or "helm" in wanted else ()


def content(view: View) -> Step:
    """The workflow. A version that is published already is left as it is."""
    settings = resolve.settings(view)
    registry = settings.registry
    permissions = {"contents": "read"} | (
        {"packages": "write"} if host(registry) == "ghcr.io" else {"id-token": "write"}
    )
    env: Step = {"REGISTRY": f"{registry}/charts"}
    steps = [checkout(), python(), *sign_in(registry, "BUILD_ROLE"), make("Publish", "publish-charts", env)]
    jobs = {"publish": job("publish charts", steps, minutes=20, permissions=permissions)}
    on: Step = {"push": {"branches": [settings.repository.branch], "paths": ["charts/**"]}}
    return workflow(NAME, on, jobs)
