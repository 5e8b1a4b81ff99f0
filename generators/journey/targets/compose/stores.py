"""Datastores of a compose file: the servers that clusters run inside them, with their logins from files."""

from __future__ import annotations

from journey.facts import datastores
from journey.facts.locally import Network
from journey.targets.compose.parts import (
    CORE,
    FULL,
    HARD,
    SECRETS,
    Object,
    Secret,
    attached,
    check,
    limits,
    literal,
    named,
    secrets,
)
from journey.workload.datastores import server
from journey.workload.datastores.place import StorePlace
from journey.workload.datastores.postgresql import SCRIPT
from journey.workload.datastores.sets import GRACE

READ = f'for file in {SECRETS}/*; do export "${{file##*/}}=$(cat "$file")"; done; '
"""Makes variables of secret files, for programs that read variables; images of datastores have a shell."""


def container(place: StorePlace, networks: tuple[Network, ...]) -> Object:
    """A server with a volume; of a highly available one a single instance."""
    found = server(place)
    arguments = " ".join(_quoted(word) for word in found.args)
    program = "postgres" if _postgresql(place) else f"{place.store.engine}-server"
    plain = {item["name"]: literal(item["value"]) for item in found.env if "value" in item}
    ready = found.ready[2] if found.ready[:2] == ["sh", "-c"] else " ".join(found.ready)
    return {
        "profiles": [CORE, FULL],
        "image": found.image,
        "entrypoint": ["sh", "-ec", literal(f"{READ}exec docker-entrypoint.sh {program} {arguments}")],
        "user": f"{found.user}:{found.user}",
        **HARD,
        **({"environment": plain} if plain else {}),
        "secrets": secrets(server_secrets(place)),
        "volumes": [f"{place.name}-data:{found.data}"],
        "tmpfs": [f"{path}:uid={found.user},gid={found.user}" for path in found.scratch],
        "healthcheck": check(["sh", "-ec", literal(f"{READ}{ready}")]),
        "stop_grace_period": f"{GRACE}s",
        "restart": "unless-stopped",
        "deploy": limits(place.resources),
        "networks": attached(networks, place.name, named(place.name, place.namespace)),
    }


def _postgresql(place: StorePlace) -> bool:
    return place.store.engine == "postgresql"


def _quoted(word: str) -> str:
    """A word for the shell. `$(NAME)` is a variable, as Kubernetes writes it in arguments."""
    if word.startswith("$(") and word.endswith(")"):
        return f'"${{{word[2:-1]}}}"'
    return f"'{word}'"


def databases(place: StorePlace, networks: tuple[Network, ...]) -> Object:
    """Makes databases and their roles, as the Job in clusters does, and ends."""
    found = server(place)
    name = f"{place.name}-databases"
    host = datastores.host(place.view, place.name, place.environment, place.cluster)
    return {
        "profiles": [CORE, FULL],
        "image": found.image,
        "entrypoint": ["sh", "-ec", literal(READ + SCRIPT), name, *place.store.databases],
        "user": f"{found.user}:{found.user}",
        **HARD,
        "environment": {"PGHOST": host, "PGDATABASE": place.name},
        "secrets": secrets(database_secrets(place)),
        "tmpfs": ["/tmp"],
        "depends_on": {place.name: {"condition": "service_healthy"}},
        "deploy": {"resources": {"limits": {"memory": "64M", "pids": 64}}},
        "networks": attached(networks, name),
    }


def server_secrets(place: StorePlace) -> list[Secret]:
    """The login of a server, a file each named by the variable that its program reads."""
    keys = {item["name"]: item["valueFrom"]["secretKeyRef"]["key"] for item in server(place).env if "valueFrom" in item}
    return [Secret(place.store.secret, key, f"{SECRETS}/{name}") for name, key in keys.items()]


def database_secrets(place: StorePlace) -> list[Secret]:
    """The logins of whoever makes databases, and of their roles."""
    own = (("username", "PGUSER"), ("password", "PGPASSWORD"))
    found = [Secret(place.store.secret, key, f"{SECRETS}/{name}") for key, name in own]
    for database in place.store.databases:
        prefix, path = f"ROLE_{database.upper().replace('-', '_')}", f"{place.store.secret}/{database}"
        found += [Secret(path, key, f"{SECRETS}/{prefix}_{key.upper()}") for key in ("username", "password")]
    return found
