"""What all containers of a compose file share (github.com/compose-spec/compose-spec, "Services top-level elements")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from journey.facts.locally import Network
from journey.facts.units import amount
from journey.spec.service import Resources

Object = dict[str, Any]

CORE, OBSERVABILITY, FULL = "core", "observability", "full"
"""Profiles: the services with their datastores, what watches them, and all."""

SECRETS = "/run/secrets"
MOST_PROCESSES = 512
"""Processes and threads of one container: far more than a service has, far fewer than a machine."""

HARD: Mapping[str, Any] = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}


def literal(text: str) -> str:
    """A text in which Compose replaces nothing."""
    return text.replace("$", "$$")


class Secret(NamedTuple):
    """A secret as a container has it: where it stands in the secret store, and the file that holds it."""

    path: str
    key: str
    target: str

    @property
    def name(self) -> str:
        """What it is called in a compose file."""
        return f"{self.path}/{self.key}".replace("/", ".")


def secrets(found: Iterable[Secret]) -> list[Object]:
    """Secrets of a container."""
    return [{"source": secret.name, "target": secret.target} for secret in found]


def limits(resources: Resources) -> Object:
    """Limits as the clusters have them; a CPU limit only where one is said."""
    said = resources.limits
    found: Object = {"pids": MOST_PROCESSES}
    if said.cpu is not None:
        found = {"cpus": f"{amount(said.cpu):g}", **found}
    if said.memory is not None:
        found = {"memory": memory(said.memory), **found}
    return {"resources": {"limits": found}}


def memory(text: str) -> str:
    """A quantity in whole mebibytes, which Compose calls M."""
    return f"{max(6, int(amount(text)) // 2**20)}M"  # the engine refuses less than 6


def attached(networks: Iterable[Network], name: str, aliases: Iterable[str] = ()) -> Object:
    """The networks that a container is in, with the names that others there dial it by."""
    known = list(aliases)
    mine = (network for network in networks if name in network.members)
    return {network.name: {"aliases": known} if known and name in network.dialled else {} for network in mine}


def named(name: str, namespace: str) -> list[str]:
    """The names by which pods dial a Service (kubernetes.io/docs, "DNS for Services and Pods")."""
    return [f"{name}.{namespace}{suffix}" for suffix in ("", ".svc", ".svc.cluster.local")]


def check(command: Iterable[str]) -> Object:
    """A health check; what fails while the container starts counts for nothing. Engines before 25 know no more."""
    return {"test": ["CMD", *command], "interval": "3s", "timeout": "5s", "retries": 5, "start_period": "60s"}
