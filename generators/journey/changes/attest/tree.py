"""Attesting and verifying a commit: its spec is rendered in memory, and held against its files in git's objects."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from journey import formats, pipeline
from journey.changes.attest import statement as statements
from journey.changes.attest.statement import Difference, Statement, differences, digest
from journey.changes.diff import revisions
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.pipeline.session import Session
from journey.problem import Problem
from journey.spec import resolve
from journey.targets import is_rendered

RULE = "attest/tree"


class Verified(NamedTuple):
    """What came of verifying: how many files, what is wrong, and versions that differ from the attested ones."""

    files: int
    wrong: tuple[Difference, ...]
    versions: Mapping[str, str]


def attest(root: str, revision: str = "HEAD") -> bytes:
    """The statement of a commit. Raises Refused where its files are not what its spec renders."""
    git = Git(Path(root), os.environ)
    commit = commit_of(git, revision)
    session = _opened(root, git, commit)
    rendered, there = _rendered(session), _committed(git, commit)
    wrong = list(differences(rendered, rendered, there))
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise Refused(RULE, f"{wrong[0].path} {wrong[0].what}{more}", "render, commit, and attest that commit")
    repository = resolve.settings(session.view).repository.url
    return statements.written(Statement(rendered, repository, commit, statements.versions()))


def verify(root: str, claim: Statement) -> Verified:
    """Render the attested commit again, and compare. Raises Refused where this clone cannot tell."""
    git = Git(Path(root), os.environ)
    if git.commit(claim.commit) is None:
        raise Refused(RULE, f"this clone lacks the commit {claim.commit[:10]}", f"git fetch origin {claim.commit}")
    session = _opened(root, git, claim.commit)
    url = resolve.settings(session.view).repository.url
    if url != claim.repository:
        raise Refused(RULE, f"it is of {claim.repository}, and this is {url}", "verify it in a clone of that")
    wrong = tuple(differences(claim.files, _rendered(session), _committed(git, claim.commit)))
    here = statements.versions()
    return Verified(
        len(claim.files), wrong, {key: value for key, value in claim.versions.items() if here.get(key) != value}
    )


def commit_of(git: Git, revision: str) -> str:
    """The full id of a commit. Raises Refused."""
    found = git.commit(revision)
    if found is None:
        raise Refused(RULE, f"there is no revision `{revision}`", "git log and git branch -a list them")
    return found


def _opened(root: str, git: Git, commit: str) -> Session:
    session, problems = pipeline.open_given(root, revisions.spec_files(git, commit))
    if pipeline.has_error(problems) or not session.sources.documents:
        raise Refused(RULE, f"the spec of {commit[:10]} is not in order{_first(problems)}", "journey check tells all")
    return session


def _first(problems: list[Problem]) -> str:
    return f": {problems[0].message}" if problems else ""


def _rendered(session: Session) -> dict[str, str]:
    """The digests of all that a spec renders, by path."""
    return {
        artifact.path: digest(formats.encode(artifact.format, artifact.content))
        for unit in session.units()
        for artifact in session.render(unit, session.view)
    }


def _committed(git: Git, commit: str) -> dict[str, str]:
    """The digests of a commit's files that rendering owns, by path."""
    names = {
        path: name for kind, name, path in revisions.listed(git, commit, "-r") if kind == "blob" and is_rendered(path)
    }
    return dict(zip(names, map(digest, revisions.blobs(git, names.values())), strict=True))
