"""`journey completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from journey.cli.root import Shared, cli


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_obj
def command(shared: Shared, shell: str) -> int:
    """Print the script that completes commands and options in your shell.

    For bash: journey completion bash > ~/.local/share/bash-completion/completions/journey
    """
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "journey", "_JOURNEY_COMPLETE").source())
    return 0
