"""`comment`: says on a pull request what `ci` found, also where the pull request comes from a fork.

It runs on `workflow_run`, so it has a token that may write, and for that reason runs only code of the default branch.
What it takes from the other run is data: one file, limited in size, parsed and escaped by `journey ci comment`, which
finds the pull request by the commit that GitHub names, never by anything that the file says.
"""

from __future__ import annotations

from journey.spec.view import View
from journey.targets.github_actions import ci
from journey.targets.github_actions.parts import GITHUB_TOKEN, Step, checkout, job, make, python, use, workflow

NAME = "comment"
_RUN = "github.event.workflow_run"


def content(view: View) -> Step:
    """The workflow; it reads nothing of the spec."""
    fetched: Step = {
        "name": ci.REPORT,
        "path": ci.REPORT_PATH,
        "run-id": f"${{{{ {_RUN}.id }}}}",
        "github-token": GITHUB_TOKEN,
    }
    env: Step = {
        "GITHUB_TOKEN": GITHUB_TOKEN,
        "HEAD": f"${{{{ {_RUN}.head_sha }}}}",
        "CONCLUSION": f"${{{{ {_RUN}.conclusion }}}}",
        "RUN_URL": f"${{{{ {_RUN}.html_url }}}}",
    }
    steps = [
        checkout({"ref": "${{ github.event.repository.default_branch }}"}),
        python(),
        use("Fetch the report", "actions/download-artifact", fetched) | {"continue-on-error": True},
        make("Comment", "ci-comment", env),
    ]
    permissions = {"contents": "read", "actions": "read", "pull-requests": "write"}
    when = f"{_RUN}.event == 'pull_request' && {_RUN}.conclusion != 'cancelled'"
    comment = job("comment", steps, minutes=10, permissions=permissions, when=when)
    on: Step = {"workflow_run": {"workflows": [ci.NAME], "types": ["completed"]}}
    group = f"${{{{ {_RUN}.head_repository.id }}}}-${{{{ {_RUN}.head_sha }}}}"
    return workflow(NAME, on, {"comment": comment}, group=group)
