"""What a kubeconfig says, and what is wrong with one."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from journey.lab.authority import Authority
from journey.live.kubeconfig import KubeconfigError, connect, file_of


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "keys")


def written(folder: Path, cluster: dict[str, Any], user: dict[str, Any], **more: Any) -> Path:
    path = folder / "kubeconfig"
    config = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:6443/k8s/", **cluster}}],
        "users": [{"name": "u", "user": user}],
        **more,
    }
    path.write_text(yaml.safe_dump(config))
    return path


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def test_certificates_inline_and_in_files(tmp_path: Path, authority: Authority) -> None:
    pair = authority.client("me")
    trust = {"certificate-authority-data": encoded(authority.pair.certificate)}
    inline = {"client-certificate-data": encoded(pair.certificate), "client-key-data": encoded(pair.key)}
    server = connect(written(tmp_path, trust, inline))
    assert (server._address, server._base, server._headers) == (("127.0.0.1", 6443), "/k8s", {})
    files = {"client-certificate": str(pair.certificate), "client-key": str(pair.key)}
    connect(written(tmp_path, {"certificate-authority": str(authority.pair.certificate)}, files))


def test_tokens_inline_and_in_a_file_beside(tmp_path: Path) -> None:
    assert connect(written(tmp_path, {}, {"token": "abc"}))._headers == {"Authorization": "Bearer abc"}
    (tmp_path / "token").write_text("def\n")
    assert connect(written(tmp_path, {}, {"tokenFile": "token"}))._headers == {"Authorization": "Bearer def"}


def plugin(folder: Path, script: str) -> dict[str, Any]:
    path = folder / "plug-in"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    env = [{"name": "SAID", "value": "ghi"}]
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(path), "args": ["x"], "env": env}}


def test_a_plug_in_gives_a_token(tmp_path: Path) -> None:
    script = """echo "{\\"status\\": {\\"token\\": \\"$SAID-$1\\"}}" """
    assert connect(written(tmp_path, {}, plugin(tmp_path, script)))._headers == {"Authorization": "Bearer ghi-x"}


def test_a_plug_in_gives_a_certificate(tmp_path: Path, authority: Authority) -> None:
    pair = authority.client("me")
    status = {"clientCertificateData": pair.certificate.read_text(), "clientKeyData": pair.key.read_text()}
    (tmp_path / "answer").write_text(json.dumps({"status": status}))
    connect(written(tmp_path, {}, plugin(tmp_path, f"cat {tmp_path / 'answer'}")))


@pytest.mark.parametrize("script", ["exit 3", "echo no json", "echo '{}'", "echo denied >&2; exit 1"])
def test_a_plug_in_that_fails_is_named(tmp_path: Path, script: str) -> None:
    with pytest.raises(KubeconfigError, match="gave no credential"):
        connect(written(tmp_path, {}, plugin(tmp_path, script)))


def test_trust_can_be_given_up(tmp_path: Path) -> None:
    server = connect(written(tmp_path, {"insecure-skip-tls-verify": True}, {}))
    assert not server._context.check_hostname


@pytest.mark.parametrize(
    ("cluster", "user", "more", "message"),
    [
        ({"server": "http://127.0.0.1"}, {}, {}, "is no https address"),
        ({"certificate-authority-data": "%%"}, {}, {}, "certificate-authority cannot be read"),
        ({"certificate-authority": "gone"}, {}, {}, "certificate-authority cannot be read"),
        ({"certificate-authority-data": "bm9uZQ=="}, {}, {}, "certificate-authority is none"),
        ({}, {"client-certificate-data": "bm9uZQ==", "client-key-data": "bm9uZQ=="}, {}, "client certificate is none"),
        ({}, {}, {"current-context": "there"}, "has no context `there`; it has here"),
        ({}, {}, {"users": []}, "has no user `u`; it has none"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, cluster: dict[str, Any], user: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(KubeconfigError, match=message):
        connect(written(tmp_path, cluster, user, **more))


@pytest.mark.parametrize(("text", "message"), [("[", "is no YAML"), ("- a", "is no kubeconfig")])
def test_a_file_that_is_none(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "kubeconfig").write_text(text)
    with pytest.raises(KubeconfigError, match=message):
        connect(tmp_path / "kubeconfig")
    with pytest.raises(KubeconfigError, match="name one with --kubeconfig or KUBECONFIG"):
        connect(tmp_path / "gone")


def test_which_file_is_meant() -> None:
    assert file_of("given", {"KUBECONFIG": "a"}) == Path("given")
    assert file_of("", {"KUBECONFIG": f"a{os.pathsep}b"}) == Path("a")
    assert file_of("", {"HOME": "/somewhere"}) == Path("/somewhere/.kube/config")
