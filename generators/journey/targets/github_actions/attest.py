"""`attest`: each commit of the branch is stated to render what it holds, signed by the job's own identity."""

from __future__ import annotations

from journey.spec import resolve
from journey.spec.view import View
from journey.targets.github_actions.parts import Step, checkout_whole, job, make, python, upload, use, workflow

NAME = "attest"
FILES = "build/attestation*.json"
DAYS = 90


def content(view: View) -> Step:
    """The workflow. cosign signs keyless: Sigstore vouches for this workflow of this repository."""
    steps = [
        checkout_whole(),
        python(),
        make("Attest what is rendered", "attest"),
        use("Install cosign", "sigstore/cosign-installer"),
        make("Sign", "ci-attest"),
        upload("attestation", FILES, days=DAYS),
    ]
    attest = job("attest", steps, minutes=20, permissions={"contents": "read", "id-token": "write"})
    return workflow(NAME, {"push": {"branches": [resolve.settings(view).repository.branch]}}, {"attest": attest})
