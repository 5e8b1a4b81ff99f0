"""`journey dev`."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from journey.cli import subject
from journey.cli.root import Shared
from journey.facts.locally import FILES
from journey.spec.validate import did_you_mean
from journey.spec.yaml import parse

LOGIN = "username"
"""A secret that is no secret: the name of whose login it is, as the folder that it stands in."""


@click.command("dev")
@click.argument("service", required=False)
@click.option("--profile", default="core", show_default=True, help="core, observability or full.")
@click.option("--prepare", is_flag=True, help="Make the missing files of secrets, and stop.")
@click.pass_obj
def command(shared: Shared, service: str | None, profile: str, prepare: bool) -> int:
    """Run an environment on this machine by compose.yaml, and SERVICE anew at each change of its files.

    Files of secrets that are missing are made, with random values. Ends by Ctrl-C where a service is watched; what
    runs stays until `docker compose --profile full down`.
    """
    root = Path(shared.root)
    found = _compose(root)
    _refuse_unknown(found, service)
    made = make_secrets(root, found.get("secrets") or {})
    for path in made:
        click.echo(f"made {path}")
    if made:
        click.echo("put values of your own into those that a service must understand")
    if prepare:
        return 0
    docker = shutil.which("docker")
    if docker is None:
        raise subject.Refusal("there is no `docker` on PATH: install Docker with its Compose plug-in")
    compose = [docker, "compose", "--profile", profile]
    code = _run([*compose, "up", "--build", "--detach", "--wait"], root)
    return _run([*compose, "watch", "--no-up", service], root) if service and code == 0 else code


def _compose(root: Path) -> dict[str, Any]:
    try:
        value = parse((root / FILES[0]).read_bytes(), FILES[0]).value
    except FileNotFoundError as error:
        message = "there is no compose.yaml: say `compose: {environment: ..., pool: ...}` in platform.yaml, and render"
        raise subject.Refusal(message) from error
    return value if isinstance(value, dict) else {}


def _refuse_unknown(compose: Mapping[str, Any], service: str | None) -> None:
    known = [name for name, item in compose.get("services", {}).items() if "develop" in item]
    if service is not None and service not in known:
        hint = did_you_mean(service, known) if known else "no service says `build`"
        raise subject.Refusal(f"`{service}` is not built here: {hint}")


def make_secrets(root: Path, said: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Make the files that are missing; gives their paths.

    Each can be read by every user, as containers have users of their own, and the folder of all only by its owner.
    """
    made = []
    for item in said.values():
        path = root / item["file"]
        if path.exists():
            continue
        top = root / item["file"].removeprefix("./").partition("/")[0]
        top.mkdir(mode=0o700, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        value = path.parent.name if path.name == LOGIN else secrets.token_urlsafe(32)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        with os.fdopen(handle, "w") as file:
            file.write(value)
        made.append(item["file"].removeprefix("./"))
    return made


def _run(command: Sequence[str], root: Path) -> int:
    return subprocess.run(command, cwd=root, check=False).returncode
