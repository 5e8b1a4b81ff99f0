"""`journey init`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from journey import __version__
from journey.cli import terminal
from journey.cli.main import EXIT_PROBLEMS
from journey.objectschemas import kubernetes_versions
from journey.scaffold import platform, writing
from journey.scaffold.platform import Answers, Refusal

QUESTIONS = {
    "name": "Name of the platform",
    "domain": "Domain that hosts are made under",
    "repository": "Git repository that Argo CD pulls",
    "registry": "Image registry",
    "team": "Team that owns it",
    "contact": "Mail address of the team",
    "owner": "Who reviews changes (@organisation/team or @user)",
    "cluster": "First cluster",
    "provider": "Where the cluster runs (local, aws, gcp, azure)",
    "kubernetes": "Its Kubernetes version",
    "environment": "Environments, the first one first",
    "service": "First service",
}
"""What is asked, in the order in which it is asked; `Answers` has a field for each."""

Given = dict[str, Any]
"""Answers by field, None where there is none yet."""


@click.command("init")
@click.argument("folder", required=False, type=click.Path(file_okay=False))
@click.option("--name", help="Name of the platform; the folder's unless given.")
@click.option("--domain", help="Domain that hosts are made under.")
@click.option("--repository", help="Git repository that Argo CD pulls; the remote `origin`, if any, unless given.")
@click.option("--registry", help="Image registry; GitHub's for a repository there.")
@click.option("--team", help="Team that owns it; `platform` unless given.")
@click.option("--contact", help="Mail address of the team.")
@click.option("--owner", help="Who reviews changes: @organisation/team or @user.")
@click.option("--cluster", help="First cluster; `local` unless given.")
@click.option("--provider", help="Where the cluster runs: local, aws, gcp or azure.")
@click.option("--kubernetes", help="Its Kubernetes version, as in 1.34.")
@click.option("--environment", multiple=True, help="An environment, the first one first; repeatable.")
@click.option("--service", help="First service; `web` unless given.")
@click.pass_context
def command(ctx: click.Context, /, folder: str | None, **given: str | tuple[str, ...] | None) -> int:
    """Make a new platform in an empty folder.

    What no option says is asked. Without a terminal it has its default, and what has none must be given: --domain, and
    --repository where the folder has no remote `origin`.
    """
    root = Path(folder or (ctx.parent and ctx.parent.params.get("root")) or ".").resolve()
    _refuse_occupied(root)
    answers = _settle({name: value or None for name, value in given.items()}, root)
    problems = writing.write(root, platform.files(answers, __version__))
    if problems:
        click.echo(f"{problems[0].where}: {problems[0].rule}: {problems[0].message}\n    {problems[0].hint}", err=True)
        return EXIT_PROBLEMS
    _say_next(root, answers, "" if root == Path.cwd() else str(folder or root))
    return 0


def _refuse_occupied(root: Path) -> None:
    try:
        found = writing.in_the_way(root)
    except OSError as error:
        raise click.UsageError(f"{root} cannot be read: {error.strerror}") from error
    if found:
        shown = ", ".join(found[:10]) + (f" and {len(found) - 10} more" if len(found) > 10 else "")
        raise click.UsageError(f"{root} is not empty: {shown}; move them elsewhere, or name another folder")


def _settle(given: Given, root: Path) -> Answers:
    """Answers that the spec allows: asked again where they are not, or refused all at once."""
    if not terminal.asking():
        answers = _filled(given, root, _missing)
        refused = _refused(answers)
        if refused:
            raise click.UsageError(_listed(refused))
        return answers
    while True:
        answers = _filled(given, root, _ask)
        refused = _refused(answers)
        if not refused:
            return answers
        if not all(item.field for item in refused):
            raise click.UsageError(_listed(refused))
        click.echo(_listed(refused), err=True)
        given = {**answers._asdict(), **{item.field: None for item in refused}}


def _refused(answers: Answers) -> list[Refusal]:
    broken = [
        Refusal(field, "it holds what no line of a file may hold")
        for field, value in answers._asdict().items()
        if platform.unprintable(value if isinstance(value, tuple) else [value])
    ]
    return broken or platform.refusals(answers, kubernetes_versions())


def _listed(refused: Sequence[Refusal]) -> str:
    return "\n".join(f"--{item.field}: {item.message}" if item.field else item.message for item in refused)


Answer = Callable[[str, str | None], str]


def _filled(given: Given, root: Path, answer: Answer) -> Answers:
    """What is given, and an answer for the rest; later defaults follow from earlier answers."""
    known = dict(given)

    def settle(field: str, default: str | None) -> str:
        value = known[field]
        if value is None:
            value = known[field] = answer(field, default)
        return value if isinstance(value, str) else " ".join(value)

    name = settle("name", platform.default_name(root.name))
    domain = settle("domain", None)
    repository = settle("repository", _remote(root))
    settle("registry", platform.default_registry(repository, name, domain))
    team = settle("team", "platform")
    settle("contact", f"{team}@{domain}")
    settle("owner", platform.default_owner(repository, team))
    settle("cluster", "local")
    settle("provider", "local")
    settle("kubernetes", platform.default_kubernetes(kubernetes_versions()))
    environments = tuple(settle("environment", "dev").split())
    settle("service", "web")
    missing = [f"--{field}" for field in QUESTIONS if known[field] == ""]
    if missing:
        raise click.UsageError(f"{', '.join(missing)} must be given: there is no terminal to ask on")
    return Answers(**{**known, "environment": environments})


def _missing(field: str, default: str | None) -> str:
    return default or ""


def _ask(field: str, default: str | None) -> str:
    return str(click.prompt(QUESTIONS[field], default=default, err=True))


def _remote(root: Path) -> str | None:
    """The address of the remote `origin`, where the folder is a repository's."""
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "remote", "get-url", "origin"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError:
        return None
    return platform.default_repository(done.stdout.strip()) or None


def _say_next(root: Path, answers: Answers, elsewhere: str) -> None:
    click.echo(f"{answers.name} stands in {root}: platform.yaml and apps/{answers.service}/service.yaml are its spec")
    click.echo("Next:")
    for line in (
        *([f"cd {elsewhere}"] if elsewhere else []),
        *([] if (root / ".git").exists() else ["git init"]),
        "make render && make test",
        "journey add service NAME",
        "journey doctor",
    ):
        click.echo(f"    {line}")
