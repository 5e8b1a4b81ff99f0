"""Signed statements: DSSE envelopes (github.com/secure-systems-lab/dsse, protocol.md), ECDSA on P-256 with SHA-256.

It is what `cosign verify-blob-attestation` reads and `cosign attest-blob` writes, there inside a Sigstore bundle.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from journey.ci.refused import Refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

RULE = "attest/signature"
PAYLOAD = "application/vnd.in-toto+json"


class Envelope(NamedTuple):
    """What is signed, and its signatures."""

    payload: bytes
    signatures: tuple[bytes, ...]


def pae(payload: bytes) -> bytes:
    """The bytes that are signed: the pre-authentication encoding."""
    kind = PAYLOAD.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, key: bytes, password: bytes | None = None) -> bytes:
    """The envelope of a payload, signed by a private key in PEM (PKCS 8). Raises Refused."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    signature = _private(key, password).sign(pae(payload), ec.ECDSA(hashes.SHA256()))
    content = {
        "payloadType": PAYLOAD,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"sig": base64.b64encode(signature).decode()}],
    }
    return (json.dumps(content) + "\n").encode()


def read(data: bytes) -> Envelope | None:
    """The envelope that bytes hold, alone or in a Sigstore bundle; None for what is none. Raises Refused."""
    try:
        content = json.loads(data)
    except ValueError:
        return None
    if isinstance(content, dict) and isinstance(content.get("dsseEnvelope"), dict):
        content = content["dsseEnvelope"]
    if not isinstance(content, dict) or "payloadType" not in content:
        return None
    try:
        if content["payloadType"] != PAYLOAD:
            raise Refused(RULE, f"the envelope holds `{content['payloadType']}`", f"it must hold {PAYLOAD}")
        signatures = tuple(base64.b64decode(item["sig"], validate=True) for item in content["signatures"])
        return Envelope(base64.b64decode(content["payload"], validate=True), signatures)
    except (LookupError, TypeError, binascii.Error) as error:
        raise Refused(RULE, f"this is no envelope of DSSE: {error}", "journey attest --key writes one") from error


def verify(envelope: Envelope, key: bytes) -> None:
    """Raises Refused unless one of the signatures is the public key's (PEM)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    public = _public(key)
    for signature in envelope.signatures:
        try:
            public.verify(signature, pae(envelope.payload), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return
    raise Refused(RULE, "no signature is this key's", "it was signed by another key, or changed after it was signed")


def _private(key: bytes, password: bytes | None) -> ec.EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return _on_p256(lambda: load_pem_private_key(key, password), "private")  # type: ignore[no-any-return]


def _public(key: bytes) -> ec.EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    return _on_p256(lambda: load_pem_public_key(key), "public")  # type: ignore[no-any-return]


def _on_p256(load: Any, which: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec

    hint = f"a {which} key in PEM on the curve P-256, as cosign and `openssl ecparam -name prime256v1` make it"
    try:
        found = load()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused(RULE, f"this is no {which} key that can be used: {error}", hint) from error
    curve = getattr(found, "curve", None)
    if not isinstance(curve, ec.SECP256R1):
        raise Refused(RULE, f"the {which} key is on no curve P-256", hint)
    return found
