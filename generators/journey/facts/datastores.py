"""Where a datastore is reached, by which name, port and login: what its consumers and its own objects both read."""

from __future__ import annotations

from typing import NamedTuple

from journey import names
from journey.facts.traffic import Peer, identity, namespace
from journey.spec import resolve
from journey.spec.platform import Datastore
from journey.spec.view import View, query

PORTS = {"postgresql": 5432, "redis": 6379, "valkey": 6379}
"""The engines' registered ports (IANA)."""

OPERATOR_LABEL = "cnpg.io/cluster"
"""The label by which CloudNativePG marks an instance's pods (cloudnative-pg.io/docs, "Labels and Annotations")."""


class Login(NamedTuple):
    """How a service reaches a datastore: address, database (empty for a cache), and the Secret with its login.

    The Secret has the keys `username` and `password`, from `path` in the secret store.
    """

    datastore: str
    host: str
    port: int
    database: str
    secret: str
    path: str

    @property
    def prefix(self) -> str:
        """What the environment variables of this login begin with: a letter, or `_` before a digit."""
        prefix = self.datastore.upper().replace("-", "_")
        return f"_{prefix}" if prefix[0].isdigit() else prefix


def is_managed(view: View, environment: str) -> bool:
    """Whether the cloud runs an environment's datastores."""
    return resolve.environment(view, environment).datastores == "managed"


def is_operated(store: Datastore) -> bool:
    """Whether an operator runs it inside a cluster: PostgreSQL with more than one instance (CloudNativePG)."""
    return store.engine == "postgresql" and store.instances > 1


def host(view: View, datastore: str, environment: str, cluster: str) -> str:
    """The one name that pods dial, whoever runs the datastore."""
    return f"{datastore}.{namespace(view, datastore, environment, cluster)}.svc"


def managed_host(view: View, datastore: str, environment: str, cluster: str) -> str:
    """The private DNS record of a managed datastore, which the name that pods dial stands for."""
    return f"{datastore}.{environment}.{cluster}.{resolve.settings(view).name}.internal"


@query
def peer(view: View, datastore: str, environment: str, cluster: str) -> Peer | None:
    """A datastore's pods as one end of a connection; None where it is managed or unknown."""
    store = resolve.datastore(view, environment, datastore)
    if store is None or is_managed(view, environment):
        return None
    selector = {OPERATOR_LABEL: datastore} if is_operated(store) else names.selector(datastore, environment)
    return Peer("datastore", datastore, namespace(view, datastore, environment, cluster), selector)


def login(view: View, service: str, datastore: str, environment: str, cluster: str) -> Login | None:
    """How a service reaches a datastore; None where there is no such.

    A service with a database of its own has a role of its own, named like it, whose credentials stand below the
    datastore's. Others share the datastore's own login, and its database named like it.
    """
    store = resolve.datastore(view, environment, datastore)
    if store is None:
        return None
    name = identity(view, service, environment, cluster)  # a database keeps its name when its service gets another
    own = name in store.databases
    database = (name if own else datastore) if store.engine == "postgresql" else ""
    return Login(
        datastore,
        host(view, datastore, environment, cluster),
        PORTS[store.engine],
        database,
        names.join(service, datastore),
        f"{store.secret}/{name}" if own else store.secret,
    )
