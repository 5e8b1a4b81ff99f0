"""Attestations and the real cosign, each reading what the other signed: `python -m tests.e2e.attest`.

A clone of this repository is attested. cosign makes a key pair, verifies what `journey attest` signed, and signs the
statement itself, which `journey verify` reads; then a byte of the tree, of the statement and of the signature is
changed, and each is refused. No network is used: nothing goes to Sigstore's log.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.e2e.ending import ended
from tests.e2e.table import Row, Table
from tools import outside

PROOF = "attest"
ROOT = Path(__file__).resolve().parents[2]
JOURNEY = Path(sys.executable).with_name("journey")
PASSWORD = "of the proof"
STATEMENT, BUNDLE = "build/attestation.json", "build/attestation.sigstore.json"


class Desk:
    """A clone of the repository, cosign, and their outputs."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        wanted = outside.of_go("cosign")
        outside.ensure(wanted, outside.CACHE)
        self.cosign = outside.folder_of(wanted, outside.CACHE) / wanted.made
        subprocess.run(["git", "clone", "-q", str(ROOT), str(self.root)], check=True)

    def run(self, program: Path | str, *arguments: str, more: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Exit code, and all that was printed."""
        environment = {**os.environ, "COSIGN_PASSWORD": PASSWORD, **(more or {})}
        command: Sequence[str] = [str(program), *arguments]
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def prove(table: Table, desk: Desk) -> None:
    """Every row."""
    with table.row(PROOF, "this commit, attested and verified") as row:
        for command in ("attest", "verify"):
            code, said = desk.run(JOURNEY, command)
            row.expect(not code, f"journey {command}: {said}")
    with table.row(PROOF, "signed by journey, verified by cosign") as row:
        by_cosign(row, desk)
    with table.row(PROOF, "signed by cosign, verified by journey") as row:
        by_journey(row, desk)
    with table.row(PROOF, "what was changed is refused") as row:
        refused(row, desk)


def by_cosign(row: Row, desk: Desk) -> None:
    """A key in PEM signs in the process; cosign verifies by the public key."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (desk.root / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (desk.root / "key.pub").write_bytes(public)
    code, said = desk.run(JOURNEY, "attest", "--key", "key.pem", "--output", "build/signed.json")
    row.expect(not code, said)
    file, digest = subject(desk)
    asked = (
        "verify-blob-attestation",
        "--key",
        "key.pub",
        "--signature",
        "build/signed.json",
        "--insecure-ignore-tlog",
    )
    code, said = desk.run(desk.cosign, *asked, "--type", "slsaprovenance1", file)
    row.expect(not code, f"cosign, of {file} ({digest[:10]}): {said}")
    code, said = desk.run(desk.cosign, *asked, "--type", "slsaprovenance1", "README.md")
    row.expect(bool(code), "cosign takes a file that is not attested")


def by_journey(row: Row, desk: Desk) -> None:
    """cosign's own key signs the statement as it is; journey reads the bundle."""
    code, said = desk.run(desk.cosign, "generate-key-pair")
    row.expect(not code, said)
    code, said = desk.run(
        desk.cosign,
        "attest-blob",
        "--yes",
        "--key",
        "cosign.key",
        "--statement",
        STATEMENT,
        "--bundle",
        BUNDLE,
        *OFFLINE,
    )
    row.expect(not code, said)
    code, said = desk.run(JOURNEY, "verify", BUNDLE, "--key", "cosign.pub")
    row.expect(not code and "signed by that key" in said, said)


OFFLINE = ("--use-signing-config=false", "--tlog-upload=false")


def refused(row: Row, desk: Desk) -> None:
    """A byte of each of three things."""
    bundle = json.loads((desk.root / BUNDLE).read_bytes())
    envelope = bundle["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"])
    (desk.root / "build/changed.json").write_text(
        json.dumps({**envelope, "payload": base64.b64encode(payload.replace(b'"name"', b'"eman"', 1)).decode()})
    )
    code, said = desk.run(JOURNEY, "verify", "build/changed.json", "--key", "cosign.pub")
    row.expect(bool(code) and "no signature is this key's" in said, f"a changed statement: {said}")
    code, said = desk.run(JOURNEY, "verify", BUNDLE, "--key", "key.pub")
    row.expect(bool(code) and "no signature is this key's" in said, f"another key: {said}")
    file, _ = subject(desk)
    target = desk.root / file
    target.write_bytes(target.read_bytes() + b"# by hand\n")
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")
    desk.run("git", *who, "commit", "-qam", "by hand")
    code, said = desk.run(JOURNEY, "attest")
    row.expect(
        bool(code) and f"{file} is committed with other bytes than it is rendered" in said, f"a changed file: {said}"
    )


def subject(desk: Desk) -> tuple[str, str]:
    """A file that is attested, and its digest."""
    found = json.loads((desk.root / STATEMENT).read_bytes())["subject"]
    first = next(item for item in found if item["name"].startswith("environments/"))
    return str(first["name"]), str(first["digest"]["sha256"])


def main() -> int:
    """Print a table; exit 1 where something is wrong."""
    with tempfile.TemporaryDirectory(prefix="journey-attest-") as folder:
        return ended(lambda table: prove(table, Desk(Path(folder))))


if __name__ == "__main__":
    sys.exit(main())
