"""The parts that workflows are made of. What every workflow must have cannot be left out here:

no permission but those a job asks for, a time limit, an action by its commit, a `run:` that is one make target and
takes what comes from outside through its environment, a checkout that leaves no token behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from journey.artifact import Node
from journey.facts.actions import ACTIONS
from journey.formats.yaml import Commented

RUNNER = "ubuntu-24.04"
PYTHON = "3.13"

Values = Mapping[str, Node]
Step = dict[str, Node]
Job = dict[str, Node]

READ: Mapping[str, str] = {"contents": "read"}
NOT_CANCELLED = "${{ !cancelled() }}"
GITHUB_TOKEN = "${{ github.token }}"
# Written by people for a setting that is no secret (`vars`) and one that is (`secrets`), in the repository's settings.
APP_ID = "${{ vars.RELEASE_APP_CLIENT_ID }}"
APP_KEY = "${{ secrets.RELEASE_APP_PRIVATE_KEY }}"


def _step(name: str, body: Values, key: str, when: str) -> Step:
    step: Step = {"name": name}
    if key:
        step["id"] = key
    if when:
        step["if"] = when
    return step | dict(body)


def use(name: str, action: str, inputs: Values | None = None, *, key: str = "", when: str = "") -> Step:
    """A step that runs an action of `journey.facts.actions` (`owner/name`, or a folder below one)."""
    known = ACTIONS["/".join(action.split("/")[:2])]
    body: Step = {"uses": Commented(f"{action}@{known.commit}", known.version)}
    if inputs:
        body["with"] = dict(inputs)
    return _step(name, body, key, when)


def make(name: str, target: str, env: Values | None = None, *, key: str = "", when: str = "") -> Step:
    """A step that runs one make target; the target reads `env`, so nothing from outside is ever part of a command."""
    body: Step = {"run": f"make {target}"}
    if env:
        body["env"] = dict(env)
    return _step(name, body, key, when)


def checkout(inputs: Values | None = None) -> Step:
    """The source, without leaving a token in `.git/config`."""
    return use("Check out", "actions/checkout", {"persist-credentials": False, **(inputs or {})})


def checkout_whole(inputs: Values | None = None) -> Step:
    """The source with its whole history and all branches."""
    return checkout({"fetch-depth": 0, **(inputs or {})})


def python() -> Step:
    """The Python that `make setup` takes."""
    return use("Set up Python", "actions/setup-python", {"python-version": PYTHON})


def upload(artifact: str, path: str, *, when: str = "", days: int = 7, missing: str = "error") -> Step:
    """Keep a folder or file as an artifact of the run; `missing` says what to do when there is none (error, ignore)."""
    inputs: Step = {"name": artifact, "path": path, "if-no-files-found": missing, "retention-days": days}
    return use(f"Keep the {artifact.partition('-')[0]}", "actions/upload-artifact", inputs, when=when)


def app_token(*, when: str = "", permissions: Values | None = None) -> Step:
    """A token of the release App: pull requests that it opens run their checks, those of GITHUB_TOKEN do not."""
    asked = permissions or {"contents": "write", "pull-requests": "write"}
    inputs: Step = {"client-id": APP_ID, "private-key": APP_KEY}
    inputs |= {f"permission-{name}": level for name, level in asked.items()}
    return use("Get the App's token", "actions/create-github-app-token", inputs, key="app", when=when)


APP_TOKEN = "${{ steps.app.outputs.token }}"


def job(
    name: str,
    steps: Sequence[Step],
    *,
    minutes: int,
    permissions: Mapping[str, str] = READ,
    needs: Sequence[str] = (),
    when: str = "",
    **more: Node,
) -> Job:
    """A job with at most `permissions` and `minutes`; `more` are further keys, written before the steps."""
    head: Job = {"name": name}
    if needs:
        head["needs"] = list(needs)
    if when:
        head["if"] = when
    head |= {"runs-on": RUNNER, "timeout-minutes": minutes, "permissions": dict(permissions)}
    return head | more | {"steps": list(steps)}


def each(values: str) -> Step:
    """A strategy: the job once for each mapping that an earlier job gave as JSON; one that fails stops no other."""
    return {"fail-fast": False, "matrix": {"include": f"${{{{ fromJSON({values}) }}}}"}}


def workflow(
    name: str, on: Values, jobs: Mapping[str, Job], *, group: str = "${{ github.ref }}", cancel: Node = False
) -> Step:
    """A workflow; runs of the same `group` go on one at a time, and `cancel` says whether a new one ends the old."""
    return {
        "name": name,
        "on": dict(on),
        "permissions": {},
        "concurrency": {"group": f"{name}-{group}", "cancel-in-progress": cancel},
        "jobs": dict(jobs),
    }


def on_branch(branch: str) -> str:
    """The condition that a run is of the branch: one started by hand may be of any."""
    quoted = branch.replace("'", "''")
    return f"github.ref == 'refs/heads/{quoted}'"


def some(values: str) -> str:
    """The condition that an earlier job gave a list (as JSON) with something in it; a skipped job gave nothing."""
    return f"{values} != '' && {values} != '[]'"


CANCEL_PULL_REQUESTS = "${{ github.event_name == 'pull_request' }}"
