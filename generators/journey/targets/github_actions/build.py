"""`build`: a service whose image's sources changed is built, scanned, signed and attested; a pull request records it.

Which services: those with a difference, in what their Dockerfile copies, between HEAD and the commit of their recorded
release (on the branch, or waiting in the release's pull request). That is a question about git alone, so a run that
failed, or that a newer one replaced, is made up for by the next; `service.yaml` is never among an image's sources.

An image is pushed by digest and gets its tag last: a tag stands only on what was scanned, signed and attested.
"""

from __future__ import annotations

from journey.facts import github
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.github_actions.parts import (
    APP_TOKEN,
    Job,
    Step,
    app_token,
    checkout,
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
from journey.targets.github_actions.registry import host, sign_in

NAME = "build"
RECORD = "build/release"
_SERVICES = "needs.changes.outputs.services"
_ANY = some(_SERVICES)
_SERVICE = "${{ matrix.service }}"
_IMAGE = "${{ matrix.image }}"
_LOCAL = "build.local/${{ matrix.service }}:${{ github.sha }}"
_DIGEST = "${{ steps.push.outputs.digest }}"
_SBOM = "${{ runner.temp }}/sbom.spdx.json"
_BY_DIGEST = f"type=image,name={_IMAGE},push-by-digest=true,name-canonical=true,push=true"


def content(view: View) -> Step:
    """The workflow. It runs one at a time, so that the newest release of a service is the one that stays."""
    settings = resolve.settings(view)
    jobs = {
        "changes": _changes(settings.repository.branch),
        "test": _test(),
        "image": _image(settings.registry),
        "release": _release(settings.repository.branch),
    }
    on: Step = {"push": {"branches": [settings.repository.branch]}, "workflow_dispatch": None}
    return workflow(NAME, on, jobs)


def _changes(branch: str) -> Job:
    steps = [checkout_whole(), python(), make("Find changed services", "ci-changes", key="changes")]
    outputs: Step = {"services": "${{ steps.changes.outputs.services }}"}
    return job("changed services", steps, minutes=10, when=on_branch(branch), outputs=outputs)


def _test() -> Job:
    steps = [checkout(), python(), make("Test", "test")]
    return job("test before build", steps, minutes=40, needs=["changes"], when=_ANY)


def _image(registry: str) -> Job:
    """Builds, scans and signs one service. Only this job may push, and it holds no key of the App."""
    described: Step = {"SERVICE": _SERVICE, "IMAGE": _IMAGE, "DIGEST": _DIGEST}
    steps = [
        checkout(),
        python(),
        use("Set up BuildKit", "docker/setup-buildx-action"),
        use("Build", "docker/build-push-action", {**_build(), "load": True, "tags": _LOCAL}),
        use(
            "Scan",
            "anchore/scan-action",
            {"image": _LOCAL, "fail-build": True, "severity-cutoff": "critical", "output-format": "table"},
        ),
        use("List its parts", "anchore/sbom-action", _sbom()),
        *sign_in(registry, "BUILD_ROLE"),
        use("Push by digest", "docker/build-push-action", {**_build(), "outputs": _BY_DIGEST}, key="push"),
        use("Install cosign", "sigstore/cosign-installer"),
        make("Sign", "ci-sign", {**described, "SBOM": _SBOM}),
        use(
            "Attest how it was built",
            "actions/attest-build-provenance",
            {"subject-name": _IMAGE, "subject-digest": _DIGEST, "push-to-registry": True},
        ),
        make("Tag", "ci-tag", described),
        make("Record the release", "ci-record", described),
        upload(f"release-{_SERVICE}", RECORD, days=1),
    ]
    permissions = {"contents": "read", "id-token": "write", "attestations": "write"}
    if host(registry) == "ghcr.io":
        permissions["packages"] = "write"
    return job(
        f"image ({_SERVICE})",
        steps,
        minutes=60,
        permissions=permissions,
        needs=["changes", "test"],
        when=_ANY,
        strategy=each(_SERVICES),
    )


def _build() -> Step:
    """The same for both builds, so that the second takes all from the first one's layers.

    One commit gives one digest: times in the image are 1970's. The context is the repository: a service's image also
    takes what services share. Provenance is attested by its own step: a second statement inside the image would make an
    index of it.
    """
    return {
        "context": ".",
        "file": "${{ matrix.dockerfile }}",
        "build-args": "COMMIT=${{ github.sha }}\nSOURCE_DATE_EPOCH=0\n",
        "provenance": False,
        "sbom": False,
    }


def _sbom() -> Step:
    return {
        "image": _LOCAL,
        "format": "spdx-json",
        "output-file": _SBOM,
        "upload-artifact": False,
        "upload-release-assets": False,
    }


def _release(branch: str) -> Job:
    """One pull request a service; a newer release replaces what waits in it. Without an image there is no record."""
    fetched = "${{ steps.record.outcome == 'success' }}"
    fetch = use(
        "Fetch the record",
        "actions/download-artifact",
        {"name": f"release-{_SERVICE}", "path": RECORD},
        key="record",
    )
    steps = [
        checkout_whole(),
        fetch | {"continue-on-error": True},
        python(),
        make("Write the release", "ci-release", {"SERVICE": _SERVICE}, when=fetched),
        make("Render", "render", when=fetched),
        app_token(when=fetched),
        use("Open the pull request", "peter-evans/create-pull-request", _pull_request(branch), when=fetched),
    ]
    return job(
        f"release ({_SERVICE})",
        steps,
        minutes=20,
        needs=["changes", "image"],
        when=f"${{{{ !cancelled() && {_ANY} }}}}",
        environment=github.RELEASE,
        strategy=each(_SERVICES),
    )


def _pull_request(branch: str) -> Step:
    return {
        "token": APP_TOKEN,
        "base": branch,
        "branch": f"release/{_SERVICE}",
        "title": f"Release {_SERVICE}",
        "commit-message": f"Release {_SERVICE} built from ${{{{ github.sha }}}}",
        "body-path": f"{RECORD}/body.md",
        "labels": "release",
        "sign-commits": True,
        "delete-branch": True,
    }
