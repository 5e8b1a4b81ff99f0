"""`journey add service`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_args

import click

from journey import pipeline
from journey.cli import report
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.objectschemas import kubernetes_versions
from journey.scaffold import platform, service, writing
from journey.scaffold.judging import judge
from journey.scaffold.service import Wanted
from journey.spec import sources
from journey.spec.service import Kind, Runtime
from journey.spec.sources import Sources


@click.group("add")
def command() -> None:
    """Add to the spec of a platform."""


@command.command("service")
@click.argument("name")
@click.option("--kind", type=click.Choice(get_args(Kind)), default="web", show_default=True, help="Kind of workload.")
@click.option("--runtime", type=click.Choice(get_args(Runtime)), default="generic", help="What its image is built on.")
@click.option("--team", help="The team that owns it; the platform's where it has one.")
@click.option("--description", default=Wanted._field_defaults["description"], help="What it is for, in a sentence.")
@click.option("--port", "ports", multiple=True, help="NUMBER, or NAME=NUMBER; repeatable. The first is the main one.")
@click.option("--route", "routes", multiple=True, help="/PATH, or NAME=/PATH; repeatable.")
@click.option("--need", "needs", multiple=True, help="A service, a datastore, or HOST:PORT; repeatable.")
@click.option("--schedule", default="", help='When a cron service runs, as in "*/15 * * * *".')
@click.pass_obj
def service_(
    shared: Shared, /, name: str, team: str | None, ports: tuple[str, ...], routes: tuple[str, ...], **given: Any
) -> int:
    """Write apps/NAME/service.yaml: a service that checks clean, with what else it may say as comments."""
    found = sources.load(shared.root)
    if not found.documents:
        report.findings(found, found.problems, "text")
        return EXIT_PROBLEMS
    _refuse_unprintable(name, team or "", *ports, *routes, given["description"], given["schedule"], *given["needs"])
    file = _place(found, name)
    root = found.values[sources.ROOT_FILE]
    given["needs"] = tuple(_need(found, need) for need in given["needs"])
    given["ports"] = dict(_parsed(service.parse_port, port) for port in ports)
    given["routes"] = dict(service.parse_route(route, name) for route in routes)
    wanted = Wanted(name, team or _only_team(root), environment=list(root["environments"])[-1], **given)
    return _write(found, file, service.service_text(wanted, file))


def _write(found: Sources, file: str, text: str) -> int:
    """Write a file that brings no problem; what is wrong with it stands at lines that are not there yet."""
    problems = judge({file: text}, found.values, kubernetes_versions()) or writing.write(Path(found.root), {file: text})
    if pipeline.has_error(problems):
        for problem in problems:
            click.echo(f"{problem.rule}: {problem.message}", err=True)
            click.echo(f"    {problem.hint or 'nothing was written'}", err=True)
        click.echo(f"{file} was not written", err=True)
        return EXIT_PROBLEMS
    click.echo(f"wrote {file}")
    _say_next(os.path.dirname(file))
    return 0


def _say_next(folder: str) -> None:
    click.echo("Next:")
    click.echo(f"    edit {folder}/service.yaml; an editor with a YAML language server shows what it may say")
    click.echo(f"    put the code and a Dockerfile into {folder}/")
    click.echo("    journey render, and commit what it writes")


def _refuse_unprintable(*texts: str) -> None:
    if platform.unprintable(texts):
        raise click.UsageError("an option holds what no line of a file may hold")


def _place(found: Sources, name: str) -> str:
    fault = service.name_fault(name)
    if fault:
        raise click.UsageError(fault)
    for file in found.documents:
        if file.endswith("/service.yaml") and sources.service_name(file) == name:
            raise click.UsageError(f"there is a service `{name}` already: {file}")
    place = service.file_of(name, found.values[sources.ROOT_FILE].get("includes", sources.DEFAULT_INCLUDES))
    if place is None:
        raise click.UsageError(
            "no `includes` of platform.yaml ends in /*/service.yaml: write the file where it belongs"
        )
    return place


def _only_team(root: dict[str, Any]) -> str:
    teams = list(root["teams"])
    if len(teams) > 1:
        raise click.UsageError(f"say which team owns it: --team {' | '.join(teams)}")
    return str(teams[0])


def _need(found: Sources, need: str) -> dict[str, Any]:
    known = [sources.service_name(file) for file in found.documents if file.endswith("/service.yaml")]
    stores = found.values[sources.ROOT_FILE].get("datastores", {})
    return dict(_parsed(lambda text: service.parse_need(text, known, stores), need))


def _parsed(parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
