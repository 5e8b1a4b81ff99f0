"""Publishes the rendered charts as OCI artifacts, by Helm's own library (helm.sh/docs/topics/registries)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from journey.ci.refused import Refused

RULE = "ci/charts"


class Published(NamedTuple):
    """A chart in the registry: its reference with the version, its digest, and whether it is there since now."""

    reference: str
    digest: str
    new: bool


def publish(folders: Sequence[Path], registry: str, plain_http: bool = False) -> Iterator[Published]:
    """Push each chart whose version the registry does not have; one that is there is never replaced.

    registry: host and path that charts stand below. plain_http: for a registry on this machine. Raises Refused.
    """
    helm = _helm()
    with helm.RegistryClient(plain_http=plain_http) as client, tempfile.TemporaryDirectory() as scratch:
        for folder in folders:
            with helm.Chart.load(folder) as chart:
                reference = f"oci://{registry}/{chart.name}:{chart.version}"
            digest = _digest(helm, client, reference)
            if digest is None:
                try:
                    client.push(helm.package(folder, destination=scratch), f"oci://{registry}", plain_http=plain_http)
                except helm.HelmError as error:
                    hint = "look at the registry's address and at who is signed in"
                    raise Refused(RULE, f"{reference}: {error}", hint) from error
                yield Published(reference, _digest(helm, client, reference) or "", new=True)
            else:
                yield Published(reference, digest, new=False)


def _digest(helm: ModuleType, client: Any, reference: str) -> str | None:
    """The digest of a published version; None where the registry has none, or says nothing: the push tells why."""
    try:
        found: str = client.resolve(reference)["digest"]
    except helm.HelmError:
        return None
    return found


def _helm() -> ModuleType:
    try:
        import helm_python
    except ImportError as error:
        raise Refused(RULE, "Helm's library is not here", "pip install 'request-journey[charts]'") from error
    module: ModuleType = helm_python
    return module
