"""`journey verify`."""

from __future__ import annotations

import os

import click

from journey.changes.attest import envelope, statement, tree
from journey.ci.refused import Refused
from journey.cli import changing
from journey.cli.attest import FILE, read
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.tree.model import shown


@click.command("verify")
@click.argument("file", default=FILE)
@click.option("--key", default="", help="A public key in PEM; its signature is asked for.")
@click.pass_obj
def command(shared: Shared, file: str, key: str) -> int:
    """Hold an attestation against a fresh rendering of its commit and against the committed files, byte for byte.

    It needs no network. Without --key a signature is not looked at, and that is said.
    """
    data, public = read(os.path.join(shared.root, file)), read(key) if key else b""
    claim = changing.planned(lambda: _claim(data, public))
    found = changing.planned(lambda: tree.verify(shared.root, claim))
    for wrong in found.wrong:
        click.echo(shown(f"{wrong.path} {wrong.what}"))
    if found.versions:
        click.echo(shown(f"it was rendered by other versions: {statement.told(found.versions)}"), err=True)
    if found.wrong:
        return EXIT_PROBLEMS
    signed = "signed by that key" if key else "no signature was asked for"
    click.echo(f"{found.files} files of {claim.commit[:10]} are as attested; {signed}")
    return 0


def _claim(data: bytes, public: bytes) -> statement.Statement:
    found = envelope.read(data)
    if public:
        if found is None:
            raise Refused(envelope.RULE, "it is not signed", "journey attest --key signs it")
        envelope.verify(found, public)
    return statement.read(found.payload if found else data)
