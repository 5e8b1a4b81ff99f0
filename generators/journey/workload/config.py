"""A service's plain configuration: environment variables and files, in ConfigMaps named by their content."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

import msgspec

from journey import names
from journey.facts import datastores, traffic
from journey.spec.service import ConfigValue
from journey.workload import nginx
from journey.workload.place import FIRST, Object, Place

_encode = msgspec.json.encode
_KEY = re.compile(r"[^A-Za-z0-9_.-]")


class Configuration(NamedTuple):
    """What a service's pods read: values and files, and the names of the ConfigMaps that hold them.

    No name: there is nothing to hold, or (`without: configMaps`) the values stand in the pods themselves.

    `files` is path in the container -> content.
    """

    values: dict[str, str]
    files: dict[str, str]
    values_name: str
    files_name: str


def configuration(place: Place) -> Configuration:
    """The configuration of a service; keys that the config service serves at run time are not part of it."""
    values = {**nginx.values(place), **_addresses(place), **_values(place)}
    files = {**nginx.files(place, values), **place.spec.config.files}
    hashed = "hashedNames" not in place.spec.without
    mapped = values if "configMaps" not in place.spec.without else {}
    return Configuration(
        values,
        files,
        _name(place.service, mapped, hashed),
        _name(names.join(place.service, "files"), files, hashed),
    )


def content_hash(content: object) -> str:
    """A short hash of JSON-like content; keys in another order give another."""
    return hashlib.blake2b(_encode(content), digest_size=5).hexdigest()


def _name(stem: str, content: dict[str, str], hashed: bool) -> str:
    if not content:
        return ""
    return names.join(stem, content_hash(sorted(content.items()))) if hashed else stem


def _values(place: Place) -> dict[str, str]:
    found = {}
    for key, value in place.spec.config.values.items():
        if type(value) is not ConfigValue:
            found[key] = _text(value)
        elif not value.runtime:
            found[key] = _text(value.value)
    return found


def _text(value: object) -> str:
    """A scalar as an environment variable has it: as YAML and JSON write it."""
    return value if isinstance(value, str) else _encode(value).decode()


def _addresses(place: Place) -> dict[str, str]:
    """Where the datastores that it needs are reached; a value of the service's own goes before."""
    found = {}
    for store in traffic.stores(place.view, *place.key):
        login = datastores.login(place.view, place.service, store, place.environment, place.cluster)
        if login is not None:
            found[f"{login.prefix}_HOST"] = login.host
            found[f"{login.prefix}_PORT"] = str(login.port)
            if login.database:
                found[f"{login.prefix}_DATABASE"] = login.database
    return found


def file_key(path: str) -> str:
    """The key of a file in its ConfigMap: its path, with `_` for `/`; keys hold letters, digits and `-_.` only."""
    key = path.strip("/").replace("_", "__").replace("/", "_")
    clean = _KEY.sub("-", key)
    return key if clean == key else f"{clean}-{names.short_hash(path)}"


def config_maps(place: Place, config: Configuration) -> list[tuple[str, Object]]:
    """The ConfigMaps, each with its name without the hash."""
    found = []
    if config.values_name:
        found.append((place.service, _config_map(place, config.values_name, config.values)))
    if config.files_name:
        data = {file_key(path): content for path, content in config.files.items()}
        found.append((names.join(place.service, "files"), _config_map(place, config.files_name, data)))
    return found


def _config_map(place: Place, name: str, data: dict[str, str]) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": place.meta(name, FIRST),
        "data": dict(sorted(data.items())),
    }
