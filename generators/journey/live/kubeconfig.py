"""A connection to the API server that a kubeconfig names, as kubectl reads it.

kubernetes.io/docs/reference/config-api/kubeconfig.v1. Client certificates, tokens and credential plug-ins
(client.authentication.k8s.io) are known; what is not is said.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import ssl
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from journey.live.kubernetes import Server

PLUGIN_SECONDS = 60
Part = Mapping[str, Any]


class KubeconfigError(Exception):
    """The file cannot be used; the message says why."""


def file_of(given: str, environment: Mapping[str, str]) -> Path:
    """The kubeconfig that is meant: the one given, the first of KUBECONFIG, or the one in the home folder."""
    named = given or environment.get("KUBECONFIG", "").split(os.pathsep)[0]
    return Path(named) if named else Path(environment.get("HOME", "/"), ".kube", "config")


def connect(file: Path, context: str = "") -> Server:
    """The API server of a context; of the current one unless said. Raises KubeconfigError."""
    config = _read(file)
    name = context or str(config.get("current-context") or "")
    chosen = _named(config, "contexts", name, "context", file)
    cluster = _named(config, "clusters", str(chosen.get("cluster")), "cluster", file)
    user = _named(config, "users", str(chosen.get("user")), "user", file)
    folder = file.parent
    credential = _plugin(user["exec"], file) if user.get("exec") else {}
    trust = _trust(cluster, folder)
    token = _token(user, credential, folder)
    _certify(trust, {**user, **credential}, folder)
    address = urlsplit(str(cluster.get("server", "")))
    if address.scheme != "https" or not address.hostname:
        raise KubeconfigError(f"{file}: the server of `{name}` is no https address")
    return Server(address.hostname, address.port or 443, trust, token, address.path.rstrip("/"))


def _read(file: Path) -> Part:
    try:
        config = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - is safe
    except OSError as error:
        raise KubeconfigError(f"{file}: {error.strerror}: name one with --kubeconfig or KUBECONFIG") from error
    except yaml.YAMLError as error:
        raise KubeconfigError(f"{file} is no YAML") from error
    if not isinstance(config, Mapping):
        raise KubeconfigError(f"{file} is no kubeconfig")
    return config


def _named(config: Part, block: str, name: str, what: str, file: Path) -> Part:
    items = [item for item in config.get(block) or () if isinstance(item, Mapping)]
    for item in items:
        if item.get("name") == name and isinstance(item.get(what), Mapping):
            found: Part = item[what]
            return found
    known = ", ".join(str(item.get("name")) for item in items) or "none"
    raise KubeconfigError(f"{file} has no {what} `{name}`; it has {known}")


def _trust(cluster: Part, folder: Path) -> ssl.SSLContext:
    data = _data(cluster, "certificate-authority", folder)
    try:
        context = ssl.create_default_context(cadata=data.decode() if data else None)
    except (ssl.SSLError, ValueError) as error:
        raise KubeconfigError(f"the certificate-authority is none: {error}") from error
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _certify(context: ssl.SSLContext, user: Part, folder: Path) -> None:
    """Load the client certificate, where there is one; `ssl` reads it from files alone."""
    certificate, key = (_data(user, name, folder) for name in ("client-certificate", "client-key"))
    if not (certificate and key):
        return
    with tempfile.TemporaryDirectory(prefix="journey-") as held:
        files = [Path(held, name) for name in ("certificate", "key")]
        for path, data in zip(files, (certificate, key), strict=True):
            path.touch(0o600)
            path.write_bytes(data)
        try:
            context.load_cert_chain(*map(str, files))
        except ssl.SSLError as error:
            raise KubeconfigError(f"the client certificate is none: {error}") from error


def _data(part: Part, name: str, folder: Path) -> bytes:
    """What stands inline in base64, or in the file that is named."""
    try:
        if part.get(f"{name}-data"):
            return base64.b64decode(str(part[f"{name}-data"]), validate=True)
        return (folder / str(part[name])).read_bytes() if part.get(name) else b""
    except (OSError, binascii.Error) as error:
        raise KubeconfigError(f"{name} cannot be read: {error}") from error


def _token(user: Part, credential: Part, folder: Path) -> str:
    said = credential.get("token") or user.get("token")
    if said:
        return str(said)
    if user.get("tokenFile"):
        return _data({"token": user["tokenFile"]}, "token", folder).decode().strip()
    return ""


def _plugin(plugin: Part, file: Path) -> Part:
    """The status of an ExecCredential, by the names of a user's fields."""
    command = [str(plugin.get("command")), *map(str, plugin.get("args") or ())]
    more = {str(item["name"]): str(item["value"]) for item in plugin.get("env") or ()}
    info = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": {"interactive": False}}
    environment = {**os.environ, **more, "KUBERNETES_EXEC_INFO": json.dumps(info)}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=PLUGIN_SECONDS
        )
        status = json.loads(done.stdout)["status"] if done.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        raise KubeconfigError(f"{file}: the plug-in `{command[0]}` gave no credential: {error}") from error
    if not isinstance(status, Mapping):
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise KubeconfigError(f"{file}: the plug-in `{command[0]}` gave no credential: {said[0]}")
    found = {"token": str(status["token"])} if status.get("token") else {}
    for theirs, ours in (("clientCertificateData", "client-certificate"), ("clientKeyData", "client-key")):
        if status.get(theirs):
            found[f"{ours}-data"] = base64.b64encode(str(status[theirs]).encode()).decode()
    return found
