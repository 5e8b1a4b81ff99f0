"""`ci`: what is rendered is what is committed, tests, lints, attestation; its report is an artifact for `comment`."""

from __future__ import annotations

from journey.facts import github
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.github_actions.parts import (
    CANCEL_PULL_REQUESTS,
    NOT_CANCELLED,
    Step,
    checkout,
    checkout_whole,
    job,
    make,
    python,
    upload,
    workflow,
)

NAME = "ci"
REPORT = "report"
REPORT_PATH = "build/report"
_BASE = "${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha || github.event.before }}"
_HEAD = "${{ github.event.pull_request.head.sha || github.sha }}"
_CHANGES = "${{ github.event_name != 'push' && !cancelled() }}"
"""On the branch itself there is nothing left to keep from being merged."""


def content(view: View) -> Step:
    """The workflow. Pull requests of forks run it too, so no job of it has a secret or may write."""
    branch = resolve.settings(view).repository.branch
    check = [
        checkout_whole(),
        python(),
        make("Check what is rendered", "check"),
        make("Fail on what is not acknowledged", "ci-impact", {"BASE": _BASE, "HEAD": _HEAD}, when=_CHANGES),
        make("Report", "ci-report", {"BASE": _BASE, "HEAD": _HEAD}, when=NOT_CANCELLED),
        upload(REPORT, REPORT_PATH, when=NOT_CANCELLED),
    ]
    attested = [checkout_whole(), python(), make("Attest what is rendered", "attest")]
    jobs = {
        "check": job(github.CHECK, check, minutes=20),
        "test": job(github.TEST, [checkout(), python(), make("Test", "test")], minutes=40),
        "lint": job(github.LINT, [checkout(), python(), make("Lint", "lint")], minutes=20),
        "attestation": job(github.ATTESTATION, attested, minutes=20),
    }
    on: Step = {"pull_request": None, "merge_group": None, "push": {"branches": [branch]}}
    return workflow(NAME, on, jobs, cancel=CANCEL_PULL_REQUESTS)
