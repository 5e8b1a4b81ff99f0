"""`journey schema`."""

from __future__ import annotations

import json

import click

from journey.cli.root import Shared
from journey.spec.schema import DOCUMENTS, schema


@click.command("schema")
@click.argument("document", type=click.Choice(list(DOCUMENTS)))
@click.pass_obj
def command(shared: Shared, document: str) -> int:
    """Print the JSON Schema of a spec file, for an editor or a program."""
    click.echo(json.dumps(schema(document), indent=2, ensure_ascii=False))
    return 0
