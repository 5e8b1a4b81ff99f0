"""The lab's own certificates: who signed them, whom they name, and who may read the keys."""

from __future__ import annotations

import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from journey.lab.authority import Authority, Pair


def certificate(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("lab") / "keys")


def test_a_server_is_known_by_its_names_and_addresses(authority: Authority) -> None:
    found = certificate(authority.server("apiserver", ["127.0.0.1", "localhost"]))
    found.verify_directly_issued_by(certificate(authority.pair))
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_a_client_is_a_user_in_groups(authority: Authority) -> None:
    pair = authority.client("system:kube-scheduler", ["a", "b"])
    subject = certificate(pair).subject
    assert [item.value for item in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["system:kube-scheduler"]
    assert [item.value for item in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["a", "b"]
    assert pair.certificate.name == "system-kube-scheduler.crt"


def test_keys_are_their_owners_alone(authority: Authority) -> None:
    pair = authority.signing_key("tokens")
    assert stat.S_IMODE(pair.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(authority.folder.stat().st_mode) == 0o700
    public = load_pem_public_key(pair.certificate.read_bytes())
    assert load_pem_private_key(pair.key.read_bytes(), None).public_key() == public
