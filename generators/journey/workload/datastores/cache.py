"""Redis or Valkey: a StatefulSet that appends what it holds to a volume. One instance serves; others copy it."""

from __future__ import annotations

from journey.facts.units import amount
from journey.workload.datastores import common, sets
from journey.workload.datastores.place import StorePlace
from journey.workload.datastores.sets import Server
from journey.workload.place import Object
from journey.workload.pod import from_secret

OFFICIAL = {"redis": "docker.io/library/redis", "valkey": "docker.io/valkey/valkey"}
USER = 999
"""The user of both official images."""

SHARE = 0.75
"""Share of the memory limit for data; the rest is for connections and for the copy while it writes to disk."""

_POD = "statefulset.kubernetes.io/pod-name"


def objects(place: StorePlace) -> list[Object]:
    """The objects, in the order in which they stand on each other."""
    primary = {**place.selector, _POD: f"{place.name}-0"} if place.store.instances > 1 else place.selector
    return [
        common.namespace(place),
        *common.bounds(place),
        common.service_account(place),
        *common.logins(place),
        *common.policies(place, common.consumers(place), []),
        common.service(place, primary),
        common.governing(place),
        sets.stateful_set(place, server(place)),
        sets.disruption_budget(place),
    ]


def server(place: StorePlace) -> Server:
    """What its container is."""
    engine = place.store.engine
    options = ["--dir", "/data", "--appendonly", "yes", "--requirepass", "$(PASSWORD)", "--masterauth", "$(PASSWORD)"]
    if memory := place.resources.limits.memory:
        # keys without an expiry are never thrown away: a full store refuses writes instead
        limit = ["--maxmemory", str(int(amount(memory) * SHARE)), "--maxmemory-policy", "volatile-lru"]
        options.extend(limit)
    command = [f"{engine}-server"]
    if place.store.instances > 1:
        primary = f"{place.name}-0.{common.governing_name(place)}"
        follow = f'[ "$HOSTNAME" = {place.name}-0 ] || set -- "$@" --replicaof {primary} {place.port}'
        command = ["sh", "-ec", f'{follow}; exec {engine}-server "$@"', engine]
    return Server(
        place.image(OFFICIAL[engine]),
        USER,
        options,
        [
            from_secret("PASSWORD", place.name, "password"),
            from_secret("REDISCLI_AUTH", place.name, "password"),
        ],
        ["sh", "-c", f"{engine}-cli ping | grep -q PONG"],
        "/data",
        ("/tmp",),
        command,
    )
