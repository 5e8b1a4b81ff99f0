"""Secrets that a service reads: copied from the store by external-secrets, as the service itself."""

from __future__ import annotations

from journey.facts import datastores, secrets, traffic
from journey.spec.platform import SecretStore
from journey.workload.place import FIRST, Object, Place

API = "external-secrets.io/v1"


def secret_objects(place: Place) -> list[Object]:
    """The store as the service may read it, its own secrets, and a login for each datastore that it needs."""
    own = _own(place)
    logins = [item for item in (_login(place, store) for store in traffic.stores(place.view, *place.key)) if item]
    if not own and not logins:
        return []
    role = secrets.role(place.service, place.environment)
    store = secret_store(place.meta(place.service, FIRST), place.here.secret_store, role, place.service)
    return [store, *own, *logins]


def secret_store(metadata: Object, said: SecretStore, role: str, account: str) -> Object:
    """A Vault, read with the identity of one service account (external-secrets.io/latest/provider/hashicorp-vault)."""
    kubernetes = {"mountPath": said.auth_mount, "role": role, "serviceAccountRef": {"name": account}}
    vault = {"server": said.server, "path": said.mount, "version": "v2", "auth": {"kubernetes": kubernetes}}
    return {"apiVersion": API, "kind": "SecretStore", "metadata": metadata, "spec": {"provider": {"vault": vault}}}


def external_secret(metadata: Object, said: SecretStore, store: str, data: list[Object]) -> Object:
    """A Secret of the metadata's name with these data; it stays when the store can no longer be read."""
    return {
        "apiVersion": API,
        "kind": "ExternalSecret",
        "metadata": metadata,
        "spec": {
            "refreshInterval": said.refresh,
            "secretStoreRef": {"kind": "SecretStore", "name": store},
            "target": {"name": metadata["name"], "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": data,
        },
    }


def entry(key: str, remote_key: str, remote_property: str) -> Object:
    """One key of a Secret and where it comes from."""
    return {"secretKey": key, "remoteRef": {"key": remote_key, "property": remote_property}}


def _own(place: Place) -> list[Object]:
    data = [
        entry(name, secrets.remote_key(place.environment, item.path), item.key)
        for name, item in sorted(place.spec.secrets.items())
    ]
    metadata = place.meta(place.service, FIRST)
    return [external_secret(metadata, place.here.secret_store, place.service, data)] if data else []


def _login(place: Place, store: str) -> Object | None:
    login = datastores.login(place.view, place.service, store, place.environment, place.cluster)
    if login is None:
        return None
    remote = secrets.remote_key(place.environment, login.path)
    data = [entry(key, remote, key) for key in ("username", "password")]
    return external_secret(place.meta(login.secret, FIRST), place.here.secret_store, place.service, data)
