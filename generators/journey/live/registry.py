"""Digests from container registries (github.com/opencontainers/distribution-spec, "Checking if content exists").

A registry that asks for a token names who gives one (distribution.github.io/distribution/spec/auth/token); what is
public is given without a login.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from journey.live import web
from journey.live.web import WebError

KINDS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""What an image may be: first an index of it for several machines, whose digest serves them all."""

DOCKER_HUB = "registry-1.docker.io"
"""Where images named `docker.io/` are (docs.docker.com/docker-hub, "Registry API")."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SAID = re.compile(r'([a-z]+)="([^"]*)"')


def digest(image: str) -> str:
    """The digest of an image by name and tag. Raises WebError where its registry does not say."""
    host, repository, tag = parts(image)
    url = f"{_scheme(host)}://{host}/v2/{repository}/manifests/{tag}"
    accept = {"Accept": ", ".join(KINDS)}
    status, headers = web.head(url, accept)
    if status == 401:
        token = _token(headers.get("www-authenticate") or "", repository, host)
        status, headers = web.head(url, {**accept, "Authorization": f"Bearer {token}"})
    found = headers.get("docker-content-digest") or ""
    if status != 200:
        raise WebError(status, f"{host} answers {status} for {repository}:{tag}")
    if not _DIGEST.fullmatch(found):
        raise WebError(status, f"{host} names no digest for {repository}:{tag}")
    return found


def parts(image: str) -> tuple[str, str, str]:
    """(host, repository, tag) of an image; without a host it is Docker Hub's, and without a folder an official one."""
    name, _, tag = image.rpartition(":")
    host, slash, repository = name.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, repository = "docker.io", name
    if host == "docker.io":
        host, repository = DOCKER_HUB, repository if "/" in repository else f"library/{repository}"
    return host, repository, tag


def _scheme(host: str) -> str:
    """HTTPS but for a registry on this machine, as container engines have it."""
    name = host.partition(":")[0]
    return "http" if name == "localhost" or name.startswith("127.") else "https"


def _token(challenge: str, repository: str, host: str) -> str:
    said = dict(_SAID.findall(challenge))
    realm = said.get("realm", "")
    if not challenge.lower().startswith("bearer ") or urlsplit(realm).scheme not in ("https", _scheme(host)):
        raise WebError(401, f"{host} asks for a login of another kind than a token")
    asked = {"scope": said.get("scope") or f"repository:{repository}:pull"}
    if "service" in said:
        asked["service"] = said["service"]
    answer = web.exchange("GET", f"{realm}?{urlencode(asked)}", {}, asked=f"a token of {host}")
    token = (answer.get("token") or answer.get("access_token")) if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token.isprintable():
        raise WebError(401, f"a token of {host}: there is none in the answer")
    return token
