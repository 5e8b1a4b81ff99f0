"""`journey attest`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from journey.changes.attest import envelope, tree
from journey.cli import changing, subject
from journey.cli.root import Shared

FILE = "build/attestation.json"
PASSWORD = "JOURNEY_KEY_PASSWORD"


@click.command("attest")
@click.argument("revision", metavar="[REV]", default="HEAD")
@click.option("--output", default=FILE, show_default=True, help="The file that it is written to; `-` prints it.")
@click.option("--key", default="", help=f"A private key in PEM that signs it; {PASSWORD} holds its password.")
@click.pass_obj
def command(shared: Shared, revision: str, output: str, key: str) -> int:
    """State what a commit's rendered files follow from: the commit, and the versions that rendered them.

    The files are rendered again first, in memory; a commit whose files are not what its spec renders is not attested.
    """
    data = changing.planned(lambda: tree.attest(shared.root, revision))
    if key:
        secret = os.environ.get(PASSWORD)
        private = read(key)
        data = changing.planned(lambda: envelope.sign(data, private, secret.encode() if secret else None))
    if output == "-":
        click.echo(data, nl=False)
        return 0
    target = Path(shared.root, output)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except OSError as error:
        raise subject.Refusal(f"{output} cannot be written: {error.strerror}") from error
    click.echo(f"wrote {output}", err=True)
    return 0


def read(path: str) -> bytes:
    """A file that a command names. Raises Refusal."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise subject.Refusal(f"{path} cannot be read: {error.strerror}") from error
