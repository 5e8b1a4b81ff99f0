"""Commands that sign and tag an image by its digest. They are data, so that a reader sees all that is run.

cosign signs keyless, by the job's OIDC identity (https://docs.sigstore.dev/cosign/signing/signing_with_containers/).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping

from journey.ci.refused import Refused
from journey.ci.release import VERSION_DIGITS

_IMAGE = re.compile(r"[a-z0-9][a-z0-9._/:-]*")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

Command = tuple[str, ...]


def _by_digest(image: str, digest: str) -> str:
    """`image@digest`. Raises Refused where one of them is none: an argument must not be taken for an option."""
    if not _IMAGE.fullmatch(image) or not _DIGEST.fullmatch(digest):
        raise Refused("ci/image", f"`{image}@{digest}` names no image by digest", "run the build again")
    return f"{image}@{digest}"


def sign(image: str, digest: str, sbom: str) -> tuple[Command, ...]:
    """Sign the image, and attest its parts (an SPDX document in JSON) to it."""
    reference = _by_digest(image, digest)
    attest = ("cosign", "attest", "--yes", "--type", "spdxjson", "--predicate", sbom, reference)
    return ("cosign", "sign", "--yes", reference), attest


def sign_statement(statement: str, bundle: str) -> tuple[Command, ...]:
    """Sign an in-toto statement as it is; what comes is a Sigstore bundle."""
    return (("cosign", "attest-blob", "--yes", "--statement", statement, "--bundle", bundle),)


def tag(image: str, digest: str, commit: str) -> tuple[Command, ...]:
    """Give the image its version as a tag."""
    name = f"{image}:{commit[:VERSION_DIGITS]}"
    return (("docker", "buildx", "imagetools", "create", "--tag", name, _by_digest(image, digest)),)


def run(commands: Iterable[Command], environment: Mapping[str, str]) -> None:
    """Run them in order; their output is the caller's. Raises Refused at the first that fails."""
    for command in commands:
        try:
            code = subprocess.run(command, env=dict(environment), stdin=subprocess.DEVNULL).returncode
        except FileNotFoundError as error:
            raise Refused("ci/command", f"there is no program `{command[0]}` here", "install it") from error
        if code:
            raise Refused("ci/command", f"`{' '.join(command[:2])}` ended with exit code {code}")
