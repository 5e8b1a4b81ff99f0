"""`journey targets`."""

from __future__ import annotations

import json

import click

from journey import targets
from journey.cli.root import Shared


@click.command("targets")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def command(shared: Shared, style: str) -> int:
    """List the targets: what each renders, for which program, and the files that it owns."""
    plugins = {target.NAME: module for module, target in targets.plugins()}
    rows = [
        {
            "name": target.NAME,
            "description": target.DESCRIPTION,
            "consumer": target.CONSUMER,
            "owns": [f"{folder}/" for folder in target.FOLDERS] + list(target.PATTERNS),
            "from": plugins.get(target.NAME, "journey"),
        }
        for target in targets.registered()
    ]
    if style == "json":
        click.echo(json.dumps(rows, indent=2))
        return 0
    for row in rows:
        click.echo(f"{click.style(str(row['name']), bold=True)}: {row['description']}")
        click.echo(
            f"    for {row['consumer']}; owns {', '.join(map(str, row['owns'])) or 'nothing'}; from {row['from']}"
        )
    return 0
