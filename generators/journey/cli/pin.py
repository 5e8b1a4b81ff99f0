"""`journey pin`."""

from __future__ import annotations

from pathlib import Path

import click

from journey import pipeline
from journey.cli import report
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.facts import builds
from journey.live import registry
from journey.live.web import WebError
from journey.spec import edit
from journey.spec.edit import EditError
from journey.spec.resolve import ROOT_FILE
from journey.tree.model import shown


@click.command("pin")
@click.pass_obj
def command(shared: Shared) -> int:
    """Write the digests of the images that services are built on into platform.yaml.

    Each registry is asked; one that does not answer is told, and what was pinned before stays. Render afterwards.
    """
    session, problems = pipeline.open_spec(shared.root)
    if not session.sources.documents or pipeline.has_error(problems):
        report.findings(session.sources, problems, "text")
        return EXIT_PROBLEMS
    file = Path(shared.root, ROOT_FILE)
    before = data = file.read_bytes()
    known = session.view.input(ROOT_FILE, "pins") or {}
    wanted = builds.bases(session.view)
    failed = 0
    for image in wanted:
        try:
            found = registry.digest(image)
            data = data if known.get(image) == found else edit.set_value(data, ("pins", image), found)
            click.echo(f"{image} {'is still' if known.get(image) == found else 'is now'} {found}")
        except (WebError, EditError) as error:
            failed += 1
            click.echo(shown(f"{image}: {error}"), err=True)
    for image in sorted(known.keys() - set(wanted)):
        data = edit.remove(data, ("pins", image) if len(known) > 1 else ("pins",))
        known = {name: value for name, value in known.items() if name != image}
        click.echo(f"{image} is built on no more")
    if data != before:
        file.write_bytes(data)
    click.echo(f"{len(wanted) - failed} of {len(wanted)} images answered for")
    return EXIT_PROBLEMS if failed else 0
