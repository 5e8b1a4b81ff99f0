"""`journey lab`."""

from __future__ import annotations

import click

from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.lab.programs import VERSIONS, LabError


@click.group("lab")
def command() -> None:
    """A Kubernetes of your own on this machine, for trying things: built from source, on loopback addresses.

    It has a real API server with its controllers and scheduler. Its nodes are played: pods are scheduled and become
    ready, and nothing runs in them. Linux, a clone of the repository, and Go are needed; the first start builds.
    """


@command.command("up")
@click.option(
    "--kubernetes", "version", type=click.Choice(list(VERSIONS)), default=list(VERSIONS)[-1], show_default=True
)
@click.option("--nodes", type=click.IntRange(0, 500), default=5, show_default=True, help="Nodes that are played.")
@click.option("--argocd", "cluster", default="", metavar="CLUSTER", help="Be this cluster, with its Argo CD.")
@click.pass_obj
def up(shared: Shared, version: str, nodes: int, cluster: str) -> int:
    """Start it, and say how to reach it.

    With --argocd it is one of the platform's clusters: what is committed is cloned, bootstrapped by the rendered
    script, and synced from the clone by a real Argo CD. Commit and push in the clone to see a change arrive.
    """
    from journey.lab import standing

    try:
        found = standing.up(shared.root, version, nodes, cluster)
    except LabError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Kubernetes {found.version} with {nodes} nodes is up\n  export KUBECONFIG={found.kubeconfig}")
    if found.argocd:
        click.echo(f"  Argo CD: {found.argocd}\n  it syncs: {found.clone}")
    click.echo(f"  logs: {found.logs}\n  end it: journey lab down")
    return 0


@command.command("status")
@click.pass_obj
def status(shared: Shared) -> int:
    """Say what of it runs. Exit code 1 where something does not, or there is none."""
    from journey.lab import standing

    found = standing.read(shared.root)
    if found is None:
        click.echo("there is no lab; start one: journey lab up")
        return EXIT_PROBLEMS
    alive = found.alive()
    for name, runs in alive.items():
        click.echo(f"{name:24} {'runs' if runs else 'has ended'}")
    click.echo(f"  export KUBECONFIG={found.kubeconfig}\n  logs: {found.logs}")
    return 0 if all(alive.values()) else EXIT_PROBLEMS


@command.command("down")
@click.pass_obj
def down(shared: Shared) -> int:
    """End it and remove all that it kept."""
    from journey.lab import standing

    click.echo("the lab is down" if standing.down(shared.root) else "there was no lab")
    return 0
