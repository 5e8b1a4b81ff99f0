"""The API of a Kubernetes server, as far as this package needs it: discovery, server-side apply, reading, deleting.

kubernetes.io/docs/reference/using-api. One connection is kept open; warnings that the server sends with an answer are
given with it (RFC 9111, section 5.5).
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

Object = Mapping[str, Any]

TIMEOUT = 60.0
"""Seconds without a byte after which a request is given up."""

APPLY = "application/apply-patch+yaml"
JSON = "application/json"


class KubernetesError(Exception):
    """The server said no, or could not be reached. `status` is HTTP's, 0 where there was no answer; `reason` is the
    API's (`Invalid`, `NotFound`, ...)."""

    def __init__(self, status: int, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Answer(NamedTuple):
    """What came back: an object, whether it was created, and the server's warnings."""

    object: Any
    created: bool
    warnings: tuple[str, ...]


class Resource(NamedTuple):
    """How a kind is reached: the name in its path, and whether it stands in a namespace."""

    plural: str
    namespaced: bool


def certified(authority: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """Trust in an authority, and a client certificate, from PEM files."""
    context = ssl.create_default_context(cafile=str(authority))
    context.load_cert_chain(str(certificate), str(key))
    return context


class Server:
    """One API server at 127.0.0.1 or elsewhere. `token`: a bearer token, where no client certificate says who calls;
    `base`: what its paths begin with, behind a proxy."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext, token: str = "", base: str = "") -> None:
        self._address = (host, port)
        self._context = context
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._base = base
        self._connection: HTTPSConnection | None = None
        self._resources: dict[str, dict[str, Resource]] = {}

    def request(self, method: str, path: str, body: object = None, content: str = JSON) -> Answer:
        """Send one request. Raises KubernetesError."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": JSON, "Content-Type": content, **self._headers}
        try:
            response, text = self._send(method, path, data, headers)
        except (OSError, HTTPException):
            self.close()  # the server may have closed what was kept open
            try:
                response, text = self._send(method, path, data, headers)
            except (OSError, HTTPException) as error:
                self.close()
                raise KubernetesError(0, f"{method} {path}: {error}") from error
        warnings = tuple(response.headers.get_all("Warning") or ())
        found = json.loads(text) if text.startswith(b"{") else text.decode(errors="replace")
        if response.status >= 400:
            status = found if isinstance(found, dict) else {}
            raise KubernetesError(response.status, str(status.get("message", found)), str(status.get("reason", "")))
        return Answer(found, response.status == 201, warnings)

    def _send(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        connection = self._connected()
        connection.request(method, f"{self._base}{path}", data, headers)
        response = connection.getresponse()
        return response, response.read()

    def _connected(self) -> HTTPSConnection:
        if self._connection is None:
            self._connection = HTTPSConnection(*self._address, timeout=TIMEOUT, context=self._context)
        return self._connection

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def ready(self) -> bool:
        """Whether the server says that it is ready (kubernetes.io/docs/reference/using-api/health-checks)."""
        try:
            return bool(self.request("GET", "/readyz").object == "ok")
        except KubernetesError:
            return False

    def resource(self, api_version: str, kind: str) -> Resource | None:
        """How a kind is reached; None where the server does not know it. What is unknown is asked for again."""
        known = self._resources.get(api_version)
        if known is None or kind not in known:
            known = self._resources[api_version] = dict(self._discovered(api_version))
        return known.get(kind)

    def _discovered(self, api_version: str) -> Iterator[tuple[str, Resource]]:
        try:
            found = self.request("GET", _root(api_version)).object
        except KubernetesError as error:
            if error.status == 404:
                return
            raise
        for item in found["resources"]:
            if "/" not in item["name"]:
                yield item["kind"], Resource(item["name"], item["namespaced"])

    def path(self, item: Object) -> str:
        """The path of an object. Raises KubernetesError where the server does not know its kind."""
        api_version, kind = item["apiVersion"], item["kind"]
        resource = self.resource(api_version, kind)
        if resource is None:
            raise KubernetesError(404, f"the server has no {kind} in {api_version}", "NotFound")
        metadata = item["metadata"]
        space = f"/namespaces/{quote(metadata.get('namespace', 'default'))}" if resource.namespaced else ""
        return f"{_root(api_version)}{space}/{resource.plural}/{quote(metadata['name'])}"

    def apply(self, item: Object, manager: str, dry_run: bool = False, strict: bool = True) -> Answer:
        """Server-side apply; conflicts are taken over (kubernetes.io/docs/reference/using-api/server-side-apply)."""
        query = {"fieldManager": manager, "force": "true", "fieldValidation": "Strict" if strict else "Warn"}
        if dry_run:
            query["dryRun"] = "All"
        return self.request("PATCH", f"{self.path(item)}?{urlencode(query)}", item, APPLY)

    def create(self, item: Object, dry_run: bool = False) -> Answer:
        """Make an object that is not there."""
        path = self.path(item).rpartition("/")[0]
        return self.request("POST", f"{path}?dryRun=All" if dry_run else path, item)

    def get(self, item: Object) -> Any:
        """The object as the server has it; None where there is none."""
        try:
            return self.request("GET", self.path(item)).object
        except KubernetesError as error:
            if error.status == 404:
                return None
            raise

    def items(self, api_version: str, kind: str, namespace: str = "") -> list[Any]:
        """All objects of a kind, in one namespace or in all."""
        resource = self.resource(api_version, kind)
        if resource is None:
            return []
        space = f"/namespaces/{quote(namespace)}" if namespace else ""
        found: list[Any] = self.request("GET", f"{_root(api_version)}{space}/{resource.plural}").object["items"]
        return found

    def delete(self, item: Object) -> None:
        """Delete an object; one that is not there is no error."""
        try:
            self.request("DELETE", self.path(item))
        except KubernetesError as error:
            if error.status != 404:
                raise


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
