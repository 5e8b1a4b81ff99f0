"""The group of commands and the options that all of them share."""

from __future__ import annotations

import importlib
import os
import sys

import click

from journey import __version__
from journey.cli.main import COMMANDS

READER_GONE = 141
"""128 + SIGPIPE, as shells have it."""


class Shared:
    """Options of every command. `root` is the folder of platform.yaml, or the working folder where there is none.

    It is empty until the options are read; who starts a command may keep this and look at it after a crash.
    """

    def __init__(self, root: str = "") -> None:
        self.root = root


class Lazy(click.Group):
    """Commands that are imported when one is called: starting costs little."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, as they are registered."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"journey.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse an unknown command with the nearest one."""
        if args and args[0] not in COMMANDS:
            from journey.spec.validate import did_you_mean

            hint = did_you_mean(args[0], COMMANDS) or "`journey --help` lists them"
            ctx.fail(f"there is no command `{args[0]}`; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. When the reader of a pipe goes away, end as programs do that SIGPIPE ends."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # click would make it exit 1, which here means problems; what is not flushed yet has no reader either
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return READER_GONE


def find_root(start: str) -> str:
    """The nearest folder, from `start` upwards, with a platform.yaml; `start` where there is none."""
    folder = os.path.abspath(start)
    while not os.path.isfile(os.path.join(folder, "platform.yaml")):
        above = os.path.dirname(folder)
        if above == folder:
            return os.path.abspath(start)
        folder = above
    return folder


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False),
    help="Folder of platform.yaml; the nearest above unless given.",
)
@click.version_option(__version__, message="journey %(version)s")
@click.pass_context
def cli(ctx: click.Context, root: str | None) -> None:
    """Render one spec of a platform into every file that it runs on."""
    ctx.color = False if os.environ.get("NO_COLOR") else None  # https://no-color.org
    ctx.ensure_object(Shared).root = os.path.abspath(root) if root else find_root(".")
