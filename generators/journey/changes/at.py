"""The platform as it was: which version of each service each environment ran at a commit or at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from journey import pipeline
from journey.changes.diff import revisions
from journey.changes.promotion import RULE, version
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.spec import resolve
from journey.spec.view import View


class Ran(NamedTuple):
    """What an environment's cluster ran of a service."""

    service: str
    environment: str
    cluster: str
    version: str


def commit_of(git: Git, said: str) -> str:
    """The commit of a revision, or the last one of HEAD's first parents at a moment (ISO 8601). Raises Refused."""
    found = git.commit(said)
    if found is not None:
        return found
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise Refused(RULE, f"`{said}` is no commit and no time", "example: 2030-01-31T12:00Z") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    found = git.run("rev-list", "--max-count=1", "--first-parent", f"--before={moment.isoformat()}", "HEAD")
    if not found:
        raise Refused(RULE, f"there was no commit yet at {said}", "git log tells when the first was made")
    return found


def at(git: Git, commit: str) -> list[Ran]:
    """What ran, by service, environment and cluster in the order of the spec of that commit."""
    session, problems = pipeline.open_given(str(git.root), revisions.spec_files(git, commit))
    if not session.sources.documents or pipeline.has_error(problems):
        raise Refused(RULE, f"the spec of {commit[:10]} is not in order", f"git show {commit[:10]}:platform.yaml")
    return list(_ran(session.view))


def _ran(view: View) -> Iterator[Ran]:
    for service in resolve.services(view):
        for environment, cluster in resolve.places(view):
            if resolve.runs(view, service, environment, cluster):
                found = resolve.service(view, service, environment, cluster)
                base = {} if found is None or found.release is None else {"release": {"version": found.release.version}}
                yield Ran(service, environment, cluster, version(base))
