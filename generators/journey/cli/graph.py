"""`journey graph`."""

from __future__ import annotations

import click

from journey import pipeline
from journey.analysis import graph as picture
from journey.cli import report
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.spec import resolve


@click.command("graph")
@click.option("--env", "environment", help="Environment; the first unless given.")
@click.option("--cluster", help="Cluster; the environment's first unless given.")
@click.option("--service", "services", multiple=True, help="Only this service and its neighbours; repeatable.")
@click.option("--format", "style", type=click.Choice(["mermaid", "svg"]), default="mermaid", show_default=True)
@click.pass_obj
def command(shared: Shared, environment: str | None, cluster: str | None, services: tuple[str, ...], style: str) -> int:
    """Draw services, datastores and hosts outside with what dials what. A thick arrow must be healthy first."""
    session, problems = pipeline.open_spec(shared.root)
    if pipeline.has_error(problems):
        report.findings(session.sources, problems, "text")
        return EXIT_PROBLEMS
    view = session.view
    places = [
        place for place in resolve.places(view) if environment in (None, place[0]) and cluster in (None, place[1])
    ]
    if not places:
        known = ", ".join(f"{env} on {name}" for env, name in resolve.places(view))
        raise click.UsageError(f"there is no such environment on such a cluster; known: {known}")
    unknown = set(services) - set(resolve.services(view))
    if unknown:
        raise click.UsageError(f"there is no service {', '.join(sorted(unknown))}")
    found = picture.graph(view, *places[0], services)
    click.echo({"mermaid": picture.mermaid, "svg": picture.svg}[style](found), nl=False)
    return 0
