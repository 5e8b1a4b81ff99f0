"""`journey merge-driver`: what git calls for files whose attribute `merge` names it (gitattributes(5))."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

import click

from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.tree.model import shown

DRIVERS = {"rendered": "keep this side of rendered files; render afterwards", "spec": "join spec files field by field"}
SIDES = ("%O", "%A", "%B", "%P")
"""Files with base, this side and the other side, and the path, as git hands them over."""


@click.group("merge-driver")
def command() -> None:
    """Merge drivers of git for the spec and for what is rendered. `make render` installs them in the clone."""


@command.command("install")
@click.pass_obj
def install(shared: Shared) -> int:
    """Have git call the drivers in this clone. Without git, or outside of a repository, it does nothing."""
    if shutil.which("git") is None:
        return 0
    git = Git(Path(shared.root), os.environ, bot=False)
    if git.ask("rev-parse", "--git-dir")[0]:
        return 0
    program = shlex.quote(_program(git))
    said = git.ask("config", "--get-regexp", r"^merge\.journey-")[1]
    known = dict(line.split(" ", 1) for line in said.splitlines() if " " in line)
    for name, what in DRIVERS.items():
        for key, value in (("name", what), ("driver", f"{program} merge-driver {name} {' '.join(SIDES)}")):
            if known.get(f"merge.journey-{name}.{key}") != value:
                git.run("config", f"merge.journey-{name}.{key}", value)
    return 0


@command.command("rendered")
@click.argument("sides", nargs=len(SIDES))
def rendered(sides: tuple[str, ...]) -> int:
    """Keep this side: what is right is what the merged spec renders."""
    del sides  # git takes what stands in the second, which is this side already
    return 0


@command.command("spec")
@click.argument("sides", nargs=len(SIDES))
def spec(sides: tuple[str, ...]) -> int:
    """Join two sides of a spec file; fields in conflict are told, and the file is left with git's marks."""
    from journey.changes import merging  # not above: each `make render` installs, and this loads the validators

    base, ours, theirs, path = sides
    data = [Path(side).read_bytes() for side in (base, ours, theirs)]
    try:
        Path(ours).write_bytes(merging.joined(data[0], data[1], data[2], path))
    except Refused as refused:
        click.echo(shown(f"{path}: {refused.problem.message}"), err=True)
        Path(ours).write_bytes(merging.marked(data[0], data[1], data[2]))
        return EXIT_PROBLEMS
    return 0


def _program(git: Git) -> str:
    """This program, from the repository's root where it stands below it: git starts drivers there."""
    program = Path(sys.argv[0]).absolute()
    top = Path(git.run("rev-parse", "--show-toplevel"))
    return str(program.relative_to(top)) if program.is_relative_to(top) else str(program)
