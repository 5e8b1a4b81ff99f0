"""Commands that sign and tag, as data, and how they are run."""

from __future__ import annotations

import os
import sys

import pytest

from journey.ci.publish import run, sign, sign_statement, tag
from journey.ci.refused import Refused

IMAGE = "ghcr.io/acme/auth"
DIGEST = f"sha256:{'ab' * 32}"


def test_signing_names_the_image_by_digest() -> None:
    reference = f"{IMAGE}@{DIGEST}"
    assert sign(IMAGE, DIGEST, "build/sbom.json") == (
        ("cosign", "sign", "--yes", reference),
        ("cosign", "attest", "--yes", "--type", "spdxjson", "--predicate", "build/sbom.json", reference),
    )


def test_the_tag_is_the_commits_first_digits() -> None:
    assert tag(IMAGE, DIGEST, "0123456789" * 4) == (
        ("docker", "buildx", "imagetools", "create", "--tag", f"{IMAGE}:012345678901", f"{IMAGE}@{DIGEST}"),
    )


@pytest.mark.parametrize(("image", "digest"), [("--key=x", DIGEST), (IMAGE, ""), (IMAGE, "sha256:1"), ("a b", DIGEST)])
def test_what_is_no_image_is_refused(image: str, digest: str) -> None:
    with pytest.raises(Refused, match="names no image by digest"):
        sign(image, digest, "sbom.json")


def test_the_first_command_that_fails_ends_the_run() -> None:
    ends = (sys.executable, "-c", "raise SystemExit(3)")
    with pytest.raises(Refused, match="ended with exit code 3"):
        run([(sys.executable, "-c", ""), ends, ("never-run",)], os.environ)


def test_a_missing_program_is_said() -> None:
    with pytest.raises(Refused, match="there is no program `no-such-program` here"):
        run([("no-such-program", "x")], os.environ)


def test_a_statement_is_signed_as_it_is() -> None:
    (command,) = sign_statement("build/a.json", "build/b.json")
    assert command == ("cosign", "attest-blob", "--yes", "--statement", "build/a.json", "--bundle", "build/b.json")
