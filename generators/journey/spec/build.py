"""How the image of a service is built, where this repository renders its Dockerfile."""

from __future__ import annotations

from typing import Annotated

from journey.spec.fields import Record, field, text

IMAGE = r"^[a-z0-9][a-z0-9._/:-]*:[A-Za-z0-9_][A-Za-z0-9_.-]*$"
"""`[host[:port]/]path:tag` (OCI distribution specification, "Pulling manifests")."""

PATH = r"^(?!.*(^|/)\.\.(/|$))[A-Za-z0-9_][A-Za-z0-9_./-]*$"
"""A path that needs no quotes in a Dockerfile and leads nowhere else."""


class Build(Record, kw_only=True):
    """The image is built by a rendered Dockerfile, on what `runtime` says. It acts at once, as the code does."""

    base: (
        Annotated[
            str,
            text(
                "Image to build on, by name and tag; the runtime's own unless said. `make pin` finds its digest.",
                "docker.io/library/python:3.13-slim-bookworm",
                pattern=IMAGE,
            ),
        ]
        | None
    ) = None
    start: Annotated[
        tuple[str, ...],
        field("The image's entry point, without a shell; the runtime's own unless said.", ["node", "server.js"]),
    ] = ()
    health: Annotated[
        tuple[str, ...],
        field(
            "Command that exits 0 while it is healthy; the readiness probe is asked unless said.",
            ["/app/apps/relay/relay", "--healthy"],
        ),
    ] = ()
    lock: Annotated[
        str, text("Requirements with hashes, in the service's folder (`runtime: python`).", "lock.txt", pattern=PATH)
    ] = "requirements.lock"
    sources: Annotated[
        tuple[Annotated[str, text("Path from the repository's root.", "apps/kit", pattern=PATH)], ...],
        field("What it takes of the repository beside its own folder.", ["apps/kit"]),
    ] = ()
    run: Annotated[
        tuple[Annotated[str, text("Command.", "npm run build", pattern=r"^[^\n\\]+$")], ...],
        field("Commands that are run in its folder once its dependencies are there.", ["npm run build"]),
    ] = ()
    ignore: Annotated[
        tuple[Annotated[str, text("Pattern.", "docs", pattern=r"^[^\s!#][^\n]*$")], ...],
        field("What is left out of its folder, as patterns of .dockerignore.", ["docs", "**/*.md"]),
    ] = ()
