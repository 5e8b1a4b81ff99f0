"""A cluster as `journey.changes.drift` asks it: reading, and applying as a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from journey.changes.drift.found import Says
from journey.live.kubernetes import KubernetesError, Server
from journey.names import join


class Reading:
    """Asks an API server and never writes."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def get(self, item: Mapping[str, Any]) -> Any:
        """The live object; None where there is none, or the server does not know its kind."""
        if self._known(str(item["apiVersion"]), str(item["kind"])):
            try:
                return self._server.get(item)
            except KubernetesError as error:
                raise Says(str(error)) from error
        return None

    def tried(self, item: Mapping[str, Any], manager: str) -> Any:
        """What a server-side apply would make of the object."""
        try:
            return self._server.apply(item, manager, dry_run=True, strict=False).object
        except KubernetesError as error:
            raise Says(str(error)) from error

    def defaulted(self, item: Mapping[str, Any]) -> Any:
        """The object as it would be if it were made anew, under a name that is free."""
        metadata = {**item["metadata"], "name": join("journey-drift", item["metadata"]["name"])}
        try:
            return self._server.create({**item, "metadata": metadata}, dry_run=True).object
        except KubernetesError:
            return None  # a kind of which there is one alone, such as a Namespace with a rule on its name

    def items(self, api_version: str, kind: str, namespace: str) -> list[Any]:
        """All objects of a kind in a namespace; none of a kind that the server does not know."""
        try:
            return self._server.items(api_version, kind, namespace)
        except KubernetesError as error:
            raise Says(str(error)) from error

    def _known(self, api_version: str, kind: str) -> bool:
        try:
            return self._server.resource(api_version, kind) is not None
        except KubernetesError as error:
            raise Says(str(error)) from error
