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
    on_branch,
    python,
    workflow,
)

NAME = "promote"
EVERY = "17,47 * * * *"
"""When gates are looked at: not on the hour, when GitHub delays schedules most."""
BY_HAND, BY_ITSELF = "github.event_name == 'workflow_dispatch'", "github.event_name == 'schedule'"


def targets(view: View) -> list[str]:
    """The environments that are promoted to, in order of promotion."""
    return [name for name in resolve.order(view) if not resolve.follows_head(view, name)]


def content(view: View) -> Step:
    """The workflow. What is promoted, and whence, follows from the environment that is chosen."""
    inputs: Step = {
        "to": {"description": "Environment", "type": "choice", "required": True, "options": targets(view)},
        "services": {"description": "Services, with spaces between; none means all", "type": "string", "default": ""},
    }
    env: Step = {"TO": "${{ inputs.to }}", "SERVICES": "${{ inputs.services }}", "GITHUB_TOKEN": APP_TOKEN}
    env |= _evidence(view)
    steps = [checkout_whole(), python(), app_token(), make("Promote", "promote", env)]
    promote = job("promote", steps, minutes=30, environment="${{ inputs.to }}")
    on: Step = {"workflow_dispatch": {"inputs": inputs}}
    if not automatic(view):
        return workflow(NAME, on, {"promote": promote}, group="${{ inputs.to }}")
    by_hand = job("promote", steps, minutes=30, environment="${{ inputs.to }}", when=BY_HAND)
    green: Step = {"GITHUB_TOKEN": APP_TOKEN} | _evidence(view)
    steps = [checkout_whole(), python(), app_token(), make("Promote what is green", "promote-automatic", green)]
    when = f"{BY_ITSELF} && {on_branch(resolve.settings(view).repository.branch)}"
    by_itself = job("automatic", steps, minutes=60, when=when)
    on["schedule"] = [{"cron": EVERY}]
    jobs = {"promote": by_hand, "automatic": by_itself}
    return workflow(NAME, on, jobs, group="${{ inputs.to || 'automatic' }}")


def automatic(view: View) -> list[str]:
    """The environments that are promoted to without being asked for, in order of promotion."""
    return [name for name in targets(view) if resolve.environment(view, name).automatic]


def _evidence(view: View) -> Step:
    """Where the gates that some environment asks for find what they judge by (`journey.live.evidence`)."""
    gates = [resolve.environment(view, name).gates for name in targets(view)]
    env: Step = {}
    if any(gate.healthy for gate in gates):
        env |= {"ARGOCD_SERVER": "${{ vars.ARGOCD_SERVER }}", "ARGOCD_AUTH_TOKEN": "${{ secrets.ARGOCD_AUTH_TOKEN }}"}
    if any(gate.alerts for gate in gates):
        env["PROMETHEUS_URL"] = "${{ vars.PROMETHEUS_URL }}"
    return env
