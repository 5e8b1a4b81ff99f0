"""`security`: a critical finding in code, dependencies or images fails.

CodeQL reports without failing, so a make target judges the file that it wrote; the scanner judges by itself.
"""

from __future__ import annotations

from journey.facts import github, ownership
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.github_actions.parts import (
    CANCEL_PULL_REQUESTS,
    READ,
    Job,
    Step,
    checkout,
    each,
    job,
    make,
    python,
    some,
    use,
    workflow,
)
from journey.targets.github_actions.registry import host, sign_in

NAME = "security"
FINDINGS = "build/findings"
_IMAGES = "needs.released.outputs.images"
_LANGUAGES = {"python": "python", "node": "javascript-typescript"}


def content(view: View) -> Step:
    """The workflow. Released images are scanned weekly and on the branch: findings appear without a change, too."""
    settings = resolve.settings(view)
    branches: Step = {"branches": [settings.repository.branch]}
    on: Step = {
        "pull_request": None,
        "merge_group": None,
        "push": branches,
        "schedule": [{"cron": "17 4 * * 1"}],
    }
    jobs = {
        "code": _code(view),
        "dependencies": _dependencies(),
        "released": _released(),
        "images": _images(settings.registry),
    }
    return workflow(NAME, on, jobs, cancel=CANCEL_PULL_REQUESTS)


def _code(view: View) -> Job:
    """Workflows are code too; the other languages follow from the services' runtimes."""
    languages = ["actions", *(_LANGUAGES[name] for name in ownership.runtimes(view) if name in _LANGUAGES)]
    steps = [
        checkout(),
        python(),
        use("Set up CodeQL", "github/codeql-action/init", {"languages": ",".join(languages), "build-mode": "none"}),
        use("Analyse", "github/codeql-action/analyze", {"output": FINDINGS}),
        make("Judge the findings", "ci-findings", {"FINDINGS": FINDINGS}),
    ]
    permissions = {"contents": "read", "actions": "read", "security-events": "write"}
    return job(github.CODE, steps, minutes=40, permissions=permissions)


def _scan(what: Step) -> Step:
    rules: Step = {"fail-build": True, "severity-cutoff": "critical", "output-format": "table"}
    return use("Scan", "anchore/scan-action", what | rules)


def _dependencies() -> Job:
    return job(github.DEPENDENCIES, [checkout(), _scan({"path": "."})], minutes=20)


def _released() -> Job:
    steps = [checkout(), python(), make("List released images", "ci-images", key="images")]
    return job(
        "released images",
        steps,
        minutes=10,
        when="github.event_name == 'push' || github.event_name == 'schedule'",
        outputs={"images": "${{ steps.images.outputs.images }}"},
    )


def _images(registry: str) -> Job:
    permissions = dict(READ)
    if host(registry) == "ghcr.io":
        permissions["packages"] = "read"
    else:
        permissions["id-token"] = "write"
    return job(
        "released image (${{ matrix.service }})",
        [*sign_in(registry, "PULL_ROLE"), _scan({"image": "${{ matrix.image }}"})],
        minutes=30,
        permissions=permissions,
        needs=["released"],
        when=some(_IMAGES),
        strategy=each(_IMAGES),
    )
