"""`journey doctor`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

import click

from journey import doctor, pipeline
from journey.cli import report, terminal
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.options import FORMATS
from journey.cli.root import Shared
from journey.facts import github as settings
from journey.live import repository_settings
from journey.live.github import API, GitHub, GitHubError
from journey.pipeline.session import Session
from journey.problem import Place, Problem

TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
"""Variables that may hold GitHub's token, the first that is set counts."""


@click.command("doctor")
@click.option("--github", "remote", is_flag=True, help="Look at the repository's settings on GitHub instead.")
@click.option("--apply", is_flag=True, help="With --github: set what differs, after asking.")
@click.option("--yes", is_flag=True, help="With --apply: do not ask.")
@click.option("--api", envvar="GITHUB_API_URL", default=API, show_default=True, help="Address of GitHub's API.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True)
@click.pass_obj
def command(shared: Shared, remote: bool, apply: bool, yes: bool, api: str, style: str) -> int:
    """Look for what is missing or wrong around the repository; each finding says what to do.

    --github reads the token from GITHUB_TOKEN or GH_TOKEN.
    """
    if (apply and not remote) or (yes and not apply):
        raise click.UsageError("--apply belongs to --github, and --yes to --apply")
    if not api.startswith(("https://", "http://")):
        raise click.UsageError(f"--api: `{api}` is no address such as {API}")
    session, problems = pipeline.open_spec(shared.root)
    if not session.sources.documents or (remote and pipeline.has_error(problems)):
        report.findings(session.sources, problems, style)
        return EXIT_PROBLEMS
    if remote:
        return _github(session, api, style, apply, yes)
    found = doctor.examine(session.sources, session.owned(), os.environ, shutil.which)
    return _tell(session, found, style, "nothing is missing")


def _tell(session: Session, found: Sequence[Problem], style: str, otherwise: str) -> int:
    report.findings(session.sources, found, style)
    if style == "text":
        click.echo(report.counted(found) or otherwise)
    return EXIT_PROBLEMS if pipeline.has_error(found) else 0


def _github(session: Session, api: str, style: str, apply: bool, yes: bool) -> int:
    token = next((os.environ[name] for name in TOKENS if os.environ.get(name)), None)
    if token is None:
        raise click.UsageError(f"set {' or '.join(TOKENS)} to a token that may read the repository's settings")
    wanted = settings.wanted(session.view)
    try:
        github = GitHub(wanted.owner, wanted.repository, token, api)
        differences = repository_settings.differences(github, wanted)
        code = _tell(session, [item.problem for item in differences], style, "GitHub has what the spec asks for")
        return _apply(differences, yes) if apply and differences else code
    except GitHubError as error:
        hint = "look at the token's rights, at --api and at GitHub's status"
        return _tell(session, [Problem(Place(""), "github/refused", str(error), hint)], style, "")


def _apply(differences: Sequence[repository_settings.Difference], yes: bool) -> int:
    """Set what was shown, and nothing else."""
    if not yes:
        if not terminal.asking():
            raise click.UsageError("there is no terminal to ask on: say --yes to set it")
        if not click.confirm("Set it?", err=True):
            return EXIT_PROBLEMS
    for difference in differences:
        difference.act()
    click.echo(f"{len(differences)} set", err=True)
    return 0
