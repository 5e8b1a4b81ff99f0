"""`refresh`: keeps open pull requests true when their base moves, because GitHub's own merge renders nothing.

A branch of this repository is merged with the base and rendered in a job that has no token, for it runs the branch's
code; what comes out is a git bundle. Another job, running the base's code, verifies the bundle (one merge commit of
exactly those two parents that differs from git's own merge in rendered files alone) and pushes it by the App's token,
so that checks run. A fork cannot be pushed to: its pull request gets a comment that names the command.
"""

from __future__ import annotations

from journey.facts import github
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.github_actions.parts import (
    APP_TOKEN,
    GITHUB_TOKEN,
    Job,
    Step,
    app_token,
    checkout_whole,
    each,
    job,
    make,
    on_branch,
    python,
    some,
    upload,
    use,
    workflow,
)

NAME = "refresh"
BUNDLE = "build/refresh"
_PULLS = "needs.find.outputs.pulls"
_ANY = some(_PULLS)
_NUMBER = "${{ matrix.number }}"
_DESCRIBED: Step = {"NUMBER": _NUMBER, "HEAD": "${{ matrix.head }}", "BASE": "${{ github.sha }}"}


def content(view: View) -> Step:
    """The workflow."""
    branch = resolve.settings(view).repository.branch
    jobs = {"find": _find(branch), "merge": _merge(), "push": _push(branch)}
    return workflow(NAME, {"push": {"branches": [branch]}, "workflow_dispatch": None}, jobs)


def _find(branch: str) -> Job:
    """Lists the branches of this repository that a merge would change, and comments on forks that are in conflict."""
    env: Step = {"GITHUB_TOKEN": GITHUB_TOKEN, "BRANCH": branch}
    steps = [checkout_whole(), python(), make("Find pull requests", "ci-pull-requests", env, key="find")]
    return job(
        "find pull requests",
        steps,
        minutes=10,
        permissions={"contents": "read", "pull-requests": "write"},
        when=on_branch(branch),
        outputs={"pulls": "${{ steps.find.outputs.pulls }}"},
    )


def _merge() -> Job:
    steps = [
        checkout_whole({"ref": "${{ matrix.head }}"}),
        python(),
        make("Merge and render", "ci-merge", _DESCRIBED),
        upload(f"refresh-{_NUMBER}", BUNDLE, days=1, missing="ignore"),
    ]
    return job(f"merge ({_NUMBER})", steps, minutes=20, needs=["find"], when=_ANY, strategy=each(_PULLS))


def _push(branch: str) -> Job:
    fetched = "${{ steps.bundle.outcome == 'success' }}"
    fetch = use(
        "Fetch the merge", "actions/download-artifact", {"name": f"refresh-{_NUMBER}", "path": BUNDLE}, key="bundle"
    )
    env: Step = {**_DESCRIBED, "BRANCH": "${{ matrix.branch }}", "GITHUB_TOKEN": APP_TOKEN}
    scopes: Step = {"contents": "write", "workflows": "write"}
    steps = [
        checkout_whole({"ref": branch}),
        fetch | {"continue-on-error": True},
        python(),
        app_token(when=fetched, permissions=scopes),
        make("Verify and push", "ci-push", env, when=fetched),
    ]
    return job(
        f"push ({_NUMBER})",
        steps,
        minutes=10,
        needs=["find", "merge"],
        when=f"${{{{ !cancelled() && {_ANY} }}}}",
        environment=github.RELEASE,
        strategy=each(_PULLS),
    )
