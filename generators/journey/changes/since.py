"""Since when an environment runs what it runs of a service, by git's history of the file that says it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from journey.changes.promote import promotable
from journey.ci.git import Git
from journey.spec import resolve, yaml
from journey.spec.documents import base_shape, shape_of_file
from journey.spec.validate import Validator
from journey.spec.view import View


class Since(NamedTuple):
    """The moment and commit from which the branch has it; `why` where that is not known."""

    moment: datetime | None
    commit: str = ""
    why: str = ""


def since(view: View, git: Git, service: str, environment: str) -> Since:
    """When the base that an environment runs now came to the branch, along its first parents."""
    head = resolve.follows_head(view, environment)
    file = resolve.service_file(view, service) if head else resolve.promoted_file(view, service, environment)
    now = _counts(view.input(file), head)
    found = Since(None, why=f"{file} is not committed")
    for commit, seconds in _commits(git, file):
        text = git.read(commit, f"./{file}")
        if text is None or _counts(content(text, file), head) != now:
            return found
        found = Since(datetime.fromtimestamp(seconds, UTC), commit)
    if found.commit and git.ask("rev-parse", "--is-shallow-repository")[1].strip() == "true":
        return Since(None, why=f"this clone is shallow: it does not tell since when {environment} runs {service}")
    return found


def content(text: str, file: str) -> Any:
    """What an earlier version of a spec file says, as far as it is in order."""
    parsed = yaml.parse(text.encode(errors="surrogateescape"), file)
    return Validator(file).clean(shape_of_file(file), parsed.value)


def _counts(value: Any, head: bool) -> Any:
    """What counts of a file: all of a promoted one; of service.yaml what a promotion takes."""
    return promotable(base_shape(), value) if head else value


def _commits(git: Git, file: str) -> list[tuple[str, int]]:
    """(commit, seconds since the epoch at which it was made) of those that changed a file, the last first."""
    output = git.run("log", "--first-parent", "--diff-merges=first-parent", "--format=%H %ct", "--", file)
    rows = (line.split(" ") for line in output.splitlines())
    return [(commit, int(when)) for commit, when in rows]
