"""What is printed when a command ends otherwise than it should: usage errors, interruption, and bugs."""

from __future__ import annotations

import platform
import sys
import traceback
from pathlib import Path

import click

from journey import __version__
from journey.cli.main import EXIT_CRASH, EXIT_USAGE

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


def report(error: Exception, root: str) -> int:
    """Say what happened; gives the exit code. A bug's traceback goes to a file, not to the terminal.

    root: the folder that the file is written below; the working folder where it is empty.
    """
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        click.echo("stopped", err=True)
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return EXIT_USAGE
    return _bug(error, root)


def _bug(error: Exception, root: str) -> int:
    text = "".join(traceback.format_exception(error))
    where = Path(root, ".journey", "crash.txt")
    versions = f"journey {__version__}, Python {platform.python_version()}, {platform.platform()}"
    try:
        where.parent.mkdir(exist_ok=True)
        where.with_name(".gitignore").write_text("*\n")
        written = f"{versions}\n{' '.join(sys.argv[1:])}\n\n{text}"
        where.write_text(written, encoding="utf-8", errors="backslashreplace")  # an argument may be no text
        here = Path.cwd()
        said = f"report it with the file {where.relative_to(here) if where.is_relative_to(here) else where}"
    except OSError:
        said = f"report it with this:\n{text}"
    click.echo(
        f"journey crashed: {type(error).__name__}: {error}\nThis is a bug, not your spec's fault; {said}", err=True
    )
    return EXIT_CRASH
