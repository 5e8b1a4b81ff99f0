"""One object, one compiled validator: found by the cluster's version, the object's apiVersion and its kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jsonschema_rs

from journey.objectschemas import custom, kubernetes
from journey.objectschemas.kubernetes import JsonSchema
from journey.objectschemas.messages import Finding, findings

Key = tuple[str, str, str]
"""Version of Kubernetes such as `1.34`, apiVersion, kind."""


class Validator:
    """The compiled schema of one kind."""

    __slots__ = ("_compiled", "_source")

    def __init__(self, source: Callable[[], JsonSchema]) -> None:
        """`source` gives the schema, and gives it again when a message needs it: kept, it would take more memory.

        A schema without `$schema` is of the draft 2020-12.
        """
        self._source = source
        self._compiled = jsonschema_rs.validator_for(source(), validate_formats=True)

    def is_valid(self, content: Mapping[str, Any]) -> bool:
        """Whether the API server's decoder and its schema take the object."""
        try:
            return self._compiled.is_valid(content)
        except ValueError:
            return self._compiled.is_valid(plain(content))

    def findings(self, content: Mapping[str, Any]) -> list[Finding]:
        """All faults of the object, in order of their paths."""
        content = plain(content)
        return findings(self._compiled.iter_errors(content), self._source(), content)


class Schemas:
    """Validators of every kind that is known, compiled when first asked for and kept."""

    def __init__(self, user: Mapping[tuple[str, str], JsonSchema] | None = None) -> None:
        """`user` has a user's own schemas by (apiVersion, kind); they go before the vendors', after Kubernetes'."""
        self._user = user or {}
        self._custom: dict[tuple[str, str], Validator | None] = {}
        self._validators: dict[Key, Validator | None] = {}

    def validator(self, kubernetes: str, api_version: str, kind: str) -> Validator | None:
        """The validator of a kind; None when nobody knows the kind. Raises LookupError for a version not held."""
        key = (kubernetes, api_version, kind)
        try:
            return self._validators[key]
        except KeyError:
            return self._validators.setdefault(key, self._find(*key))

    def errors(self, kubernetes: str, content: Mapping[str, Any]) -> list[Finding]:
        """All faults of an object that has an apiVersion and a kind; none if the cluster would take it."""
        validator = self.validator(kubernetes, content["apiVersion"], content["kind"])
        if validator is None:
            return [Finding(("kind",), f"no schema for {content['kind']} of {content['apiVersion']}")]
        return [] if validator.is_valid(content) else validator.findings(content)

    def _find(self, version: str, api_version: str, kind: str) -> Validator | None:
        definitions = kubernetes.definitions(version)
        if (api_version, kind) in definitions:
            return Validator(partial(definitions.schema, api_version, kind))
        key = (api_version, kind)
        if key not in self._custom:
            self._custom[key] = self._find_custom(definitions, *key)
        return self._custom[key]

    def _find_custom(self, definitions: kubernetes.Definitions, api_version: str, kind: str) -> Validator | None:
        """A custom resource's validator serves all versions: the metadata it shares with them are the same in each."""
        if found := self._user.get((api_version, kind)):
            return Validator(lambda: custom.with_metadata(found, definitions))
        if file := custom.find(api_version, kind):
            return Validator(lambda: custom.with_metadata(custom.read(file), definitions))
        return None


def workflow_validator() -> Validator:
    """The validator of a GitHub workflow."""
    return Validator(partial(custom.read, custom.DATA / "github-workflow.json"))


def compose_validator() -> Validator:
    """The validator of a compose file."""
    return Validator(partial(custom.read, custom.DATA / "compose.json"))


def plain(value: Any) -> Any:
    """The same tree of dict, list and str alone: the validator knows neither other mappings nor subclasses of str.

    A key that is no string becomes one, as it does on the way from YAML to the API server's JSON.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(child) for key, child in value.items()}
    if isinstance(value, Sequence):
        return [plain(child) for child in value]
    return value


def _key(key: object) -> str:
    return str.__str__(key) if isinstance(key, str) else json.dumps(key, default=str)
