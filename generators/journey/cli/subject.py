"""What the commands that ask about rendered files share: the spec, the file, and what is said when it is not there."""

from __future__ import annotations

import os
from typing import NamedTuple

import click

from journey import formats, pipeline
from journey.artifact import Artifact
from journey.cli import report
from journey.cli.main import EXIT_PROBLEMS
from journey.explain import find
from journey.explain.trials import Trials
from journey.pipeline.session import Session

STYLES = ("text", "json", "markdown", "sarif", "github")


class Refusal(click.ClickException):
    """A question about what is not there: the command's words are at fault."""


def session_of(root: str) -> Session:
    """The spec under a root. Prints what is wrong with it and exits where that is an error."""
    session, problems = pipeline.open_rendered(root)
    if pipeline.has_error(problems) or not session.sources.documents:
        report.findings(session.sources, problems, "text")
        raise click.exceptions.Exit(EXIT_PROBLEMS)
    return session


def below(root: str, file: str) -> str:
    """A file that a person names, from the working folder or from the platform's, as the spec has it."""
    here = os.path.abspath(file)
    inside = os.path.relpath(here, root).replace(os.sep, "/")
    if os.path.exists(here) and not inside.startswith("../"):
        return inside
    return file.replace(os.sep, "/").removeprefix("./")


class Rendered(NamedTuple):
    """A rendered file: its unit, its content as it is rendered now, and its bytes."""

    trials: Trials
    artifact: Artifact
    data: bytes


def rendered(session: Session, root: str, file: str) -> Rendered:
    """A rendered file. Raises Refusal where none has that name; exits where it stands otherwise on the disk."""
    try:
        trials = find.trials_of(session, file)
    except find.NotFound as error:
        raise refused(error) from error
    artifact = trials.artifact(file)
    assert artifact is not None, file
    data = formats.encode(artifact.format, artifact.content)
    if _on_disk(root, file) != data:
        click.echo(f"{file} is stale: bring it up to date first: journey render", err=True)
        raise click.exceptions.Exit(EXIT_PROBLEMS)
    return Rendered(trials, artifact, data)


def _on_disk(root: str, file: str) -> bytes | None:
    try:
        with open(os.path.join(root, file), "rb") as stream:
            return stream.read()
    except OSError:
        return None


def refused(error: find.NotFound) -> Refusal:
    """The refusal that a question that finds nothing becomes."""
    return Refusal("; ".join(filter(None, (error.message, error.hint))))
