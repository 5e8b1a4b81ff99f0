"""`promote`: a person takes services to the next environment; the repository's environments ask for approval."""

from __future__ import annotations

from journey.spec import resolve
from journey.spec.view import View
from journey.targets.github_actions.parts import (
    APP_TOKEN,
    Step,
    app_token,
    checkout_whole,
    job,
    make,
    python,
    workflow,
)

NAME = "promote"


def content(view: View) -> Step:
    """The workflow. What is promoted, and whence, follows from the environment that is chosen."""
    targets = [name for name in resolve.order(view) if not resolve.follows_head(view, name)]
    inputs: Step = {
        "to": {"description": "Environment", "type": "choice", "required": True, "options": targets},
        "services": {"description": "Services, with spaces between; none means all", "type": "string", "default": ""},
    }
    env: Step = {"TO": "${{ inputs.to }}", "SERVICES": "${{ inputs.services }}", "GITHUB_TOKEN": APP_TOKEN}
    steps = [checkout_whole(), python(), app_token(), make("Promote", "promote", env)]
    promote = job("promote", steps, minutes=30, environment="${{ inputs.to }}")
    return workflow(NAME, {"workflow_dispatch": {"inputs": inputs}}, {"promote": promote}, group="${{ inputs.to }}")
