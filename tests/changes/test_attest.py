"""Attestations: what they bind, and each way in which one is refused. The real cosign is asked by `make e2e-attest`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from journey.changes.attest import envelope, statement, tree
from journey.ci.refused import Refused
from tests.changes.shop import WEB_FILE, Shop
from tests.cli.conftest import Journey, journey

__all__ = ["journey"]
DEPLOYMENT = "environments/dev/local/kubernetes/web/deployment-web.yaml"


def keys(folder: Path, password: bytes | None = None, kind: Any = None) -> tuple[Path, Path]:
    """A private and a public key in PEM."""
    key = kind or ec.generate_private_key(ec.SECP256R1())
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    private, public = folder / "key.pem", folder / "key.pub"
    private.write_bytes(key.private_bytes(pem, pkcs8, hidden))
    public.write_bytes(key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    return private, public


def attested(shop: Shop) -> Path:
    return shop.root / "build" / "attestation.json"


def test_a_statement_binds_every_rendered_file_to_the_commit(shop: Shop, journey: Journey) -> None:
    ran = journey("attest")
    assert (ran.code, ran.err) == (0, "wrote build/attestation.json\n")
    content = json.loads(attested(shop).read_bytes())
    assert (content["_type"], content["predicateType"]) == (statement.STATEMENT, statement.PREDICATE)
    subjects = {item["name"]: item["digest"]["sha256"] for item in content["subject"]}
    assert subjects[DEPLOYMENT] == statement.digest((shop.root / DEPLOYMENT).read_bytes())
    tracked = set(shop.git("ls-files").splitlines())
    assert set(subjects) == {path for path in tracked if path.startswith(("environments/", "clusters/"))}
    definition = content["predicate"]["buildDefinition"]
    commit = {"gitCommit": shop.git("rev-parse", "HEAD")}
    assert definition["resolvedDependencies"] == [{"uri": "git+https://github.com/acme/platform.git", "digest": commit}]
    assert set(definition["internalParameters"]["versions"]) == {"journey", "python", *statement.LIBRARIES}
    first = attested(shop).read_bytes()
    journey("attest")
    assert attested(shop).read_bytes() == first, "no time, no machine"


def test_it_is_verified_against_git_and_a_fresh_rendering(shop: Shop, journey: Journey) -> None:
    journey("attest")
    ran = journey("verify")
    commit = shop.git("rev-parse", "--short=10", "HEAD")
    count = len(json.loads(attested(shop).read_bytes())["subject"])
    assert (ran.code, ran.out) == (0, f"{count} files of {commit} are as attested; no signature was asked for\n")
    (shop.root / WEB_FILE).write_text("team: nobody\n")
    assert journey("verify").code == 0, "the work tree is not looked at"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda subjects: subjects.pop(0), "is not attested"),
        (lambda subjects: subjects[0]["digest"].update(sha256="0" * 64), "is attested with other bytes"),
        (
            lambda subjects: subjects.append({"name": "environments/x", "digest": {"sha256": ""}}),
            "is not rendered from",
        ),
    ],
)
def test_each_difference_is_told(shop: Shop, journey: Journey, change: Any, told: str) -> None:
    journey("attest")
    content = json.loads(attested(shop).read_bytes())
    change(content["subject"])
    attested(shop).write_text(json.dumps(content))
    ran = journey("verify")
    assert ran.code == 1 and told in ran.out and len(ran.out.splitlines()) == 1


def test_a_tree_that_its_spec_does_not_render_is_not_attested(shop: Shop, journey: Journey) -> None:
    journey("attest")
    path = shop.root / DEPLOYMENT
    path.write_text(path.read_text().replace("replicas: 1", "replicas: 7"))
    shop.git("commit", "-qam", "by hand")
    ran = journey("attest")
    assert f"{DEPLOYMENT} is committed with other bytes than it is rendered" in ran.err and ran.code != 0
    (shop.root / DEPLOYMENT).unlink()
    shop.git("commit", "-qam", "gone")
    assert "is rendered, and not committed; render, commit, and attest that commit" in journey("attest").err
    assert journey("attest", "HEAD~2", "--output", "-").code == 0, "the commit before is in order"


def test_a_signature_is_the_keys_and_of_these_bytes(shop: Shop, journey: Journey, tmp_path: Path) -> None:
    private, public = keys(tmp_path)
    assert journey("attest", "--key", str(private)).code == 0
    assert journey("verify", "--key", str(public)).out.endswith("are as attested; signed by that key\n")
    data = json.loads(attested(shop).read_bytes())
    other = keys(tmp_path)[1]
    assert "no signature is this key's" in journey("verify", "--key", str(other)).err
    attested(shop).write_text(json.dumps({**data, "payload": data["payload"].replace("A", "B", 1)}))
    assert "no signature is this key's" in journey("verify", "--key", str(public)).err
    attested(shop).write_text(json.dumps({"mediaType": "x", "dsseEnvelope": data}))
    assert journey("verify").code == 0, "a Sigstore bundle holds the envelope"


def test_an_unsigned_one_has_no_signature(shop: Shop, journey: Journey, tmp_path: Path) -> None:
    journey("attest")
    ran = journey("verify", "--key", str(keys(tmp_path)[1]))
    assert ran.code != 0 and "it is not signed; journey attest --key signs it" in ran.err


def test_a_password_opens_a_key(shop: Shop, journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private, public = keys(tmp_path, b"open")
    assert "this is no private key that can be used" in journey("attest", "--key", str(private)).err
    monkeypatch.setenv("JOURNEY_KEY_PASSWORD", "open")
    assert journey("attest", "--key", str(private)).code == 0
    assert journey("verify", "--key", str(public)).code == 0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"{}", "this is no statement of in-toto: '_type'"),
        (b"no", "this is no statement of in-toto"),
        (b'{"payloadType": "text/plain"}', "the envelope holds `text/plain`"),
        (b'{"payloadType": "application/vnd.in-toto+json"}', "this is no envelope of DSSE: 'signatures'"),
        (b'{"_type": "a", "predicateType": "b"}', "this is a b of a"),
    ],
)
def test_what_is_no_attestation_is_refused(shop: Shop, journey: Journey, data: bytes, told: str) -> None:
    (shop.root / "build").mkdir()
    attested(shop).write_bytes(data)
    ran = journey("verify")
    assert ran.code != 0 and told in ran.err and "Traceback" not in ran.err


def test_of_another_kind_of_rendering_nothing_is_known(shop: Shop, journey: Journey) -> None:
    journey("attest")
    text = attested(shop).read_text()
    attested(shop).write_text(text.replace(statement.BUILD_TYPE, "https://example.com/other"))
    assert "it tells of `https://example.com/other`, not of a rendering" in journey("verify").err
    attested(shop).write_text(text.replace(shop.git("rev-parse", "HEAD"), "0" * 40))
    assert "this clone lacks the commit 0000000000; git fetch origin" in journey("verify").err
    attested(shop).write_text(text.replace("acme/platform", "acme/other"))
    assert "it is of https://github.com/acme/other.git" in journey("verify").err
    attested(shop).write_text(text.replace('"python": "', '"python": "2.'))
    ran = journey("verify")
    assert ran.code == 0 and ran.err.startswith("it was rendered by other versions: python 2.")


def test_what_cannot_be_read_or_written_is_said(shop: Shop, journey: Journey, tmp_path: Path) -> None:
    assert "gone.json cannot be read: No such file" in journey("verify", "gone.json").err
    assert "there is no revision `gone`" in journey("attest", "gone").err
    (shop.root / "build").write_text("")
    assert "build/attestation.json cannot be written: " in journey("attest").err
    private = keys(tmp_path, kind=ed25519.Ed25519PrivateKey.generate())[0]
    assert "the private key is on no curve P-256" in journey("attest", "--key", str(private), "--output", "-").err
    (shop.root / "platform.yaml").write_text("name: 5\n")
    shop.git("commit", "-qam", "broken")
    assert "is not in order: " in journey("attest").err


def test_the_bytes_that_are_signed_are_dsses() -> None:
    """The example of the protocol's text, with this payload type."""
    assert envelope.pae(b"hello world") == b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"


def test_the_library_gives_what_the_command_does(shop: Shop) -> None:
    claim = statement.read(tree.attest(str(shop.root)))
    assert tree.verify(str(shop.root), claim) == tree.Verified(len(claim.files), (), {})
    with pytest.raises(Refused, match="no statement of in-toto"):
        statement.read(b"[]")
