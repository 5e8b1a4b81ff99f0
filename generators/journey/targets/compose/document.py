"""The compose file as a whole, and the variables that it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from journey.facts import builds, locally
from journey.facts.locally import Network, Spot
from journey.spec import resolve
from journey.spec.service import Service
from journey.spec.view import View
from journey.targets.compose import services, stores
from journey.targets.compose.parts import FULL, HARD, OBSERVABILITY, Object, attached
from journey.workload.config import file_key
from journey.workload.datastores.place import StorePlace, store_place
from journey.workload.place import Place, place

PROMETHEUS, JAEGER = "prometheus", "jaeger"
_NOBODY = "65534:65534"


def content(view: View, spot: Spot) -> Object:
    """The file."""
    networks = locally.networks(view, spot.environment, spot.cluster, spot.said.pool)
    servers = _stores(view, spot)
    places = _services(view, spot)
    containers: Object = {}
    for store in servers:
        containers[store.name] = stores.container(store, networks)
        if store.store.databases:
            containers[f"{store.name}-databases"] = stores.databases(store, networks)
    for here in places:
        containers[here.service] = services.container(here, spot, networks)
    containers |= _watching(spot, networks)
    return {
        "name": resolve.settings(view).name,
        "services": containers,
        "networks": {network.name: _network(network) for network in networks},
        **_optional("volumes", _volumes(servers, places)),
        "configs": _configs(spot, places),
        **_optional("secrets", _secrets(spot, servers, places)),
    }


def _optional(key: str, value: Object) -> Object:
    return {key: value} if value else {}


def _stores(view: View, spot: Spot) -> list[StorePlace]:
    names = locally.stores(view, spot.environment, spot.cluster)
    found = (store_place(view, name, spot.environment, spot.cluster) for name in names)
    return [item for item in found if item is not None]


def _services(view: View, spot: Spot) -> list[Place]:
    names = locally.services(view, spot.environment, spot.cluster)
    found = (place(view, name, spot.environment, spot.cluster) for name in names)
    return [item for item in found if item is not None]


def _network(network: Network) -> Object:
    found: Object = {"ipam": {"config": [{"subnet": network.subnet}]}}
    return {"internal": True, **found} if network.internal else found


def _volumes(servers: list[StorePlace], places: list[Place]) -> Object:
    names = [f"{store.name}-data" for store in servers]
    names += [
        f"{here.service}-{name}"
        for here in places
        for name, item in here.spec.volumes.items()
        if item.kind == "persistent"
    ]
    return {name: {} for name in names}


def _configs(spot: Spot, places: list[Place]) -> Object:
    """By file: Compose puts a `content` into no container that it may not write (docker/compose, `secrets.go`)."""
    found = {
        services.config_name(here.service, path): {"file": f"./{_config_file(spot, here.service, path)}"}
        for here in places
        for path in sorted(here.spec.config.files)
    }
    return {**found, PROMETHEUS: {"file": f"./{scrape_file(spot)}"}}


def _folder(spot: Spot) -> str:
    return f"environments/{spot.environment}/{spot.cluster}/compose"


def _config_file(spot: Spot, service: str, path: str) -> str:
    return f"{_folder(spot)}/{service}/{file_key(path)}"


def files(view: View, spot: Spot) -> Iterator[tuple[str, str, str]]:
    """Configuration files of services: where each stands, what it says, and the file of the spec that says it."""
    for here in _services(view, spot):
        for path, text in sorted(here.spec.config.files.items()):
            yield _config_file(spot, here.service, path), text, here.file


def scrape_file(spot: Spot) -> str:
    """Where Prometheus's configuration stands."""
    return f"{_folder(spot)}/prometheus.yaml"


def scrape(view: View, spot: Spot) -> Object:
    """Prometheus's configuration (prometheus.io/docs/prometheus/latest/configuration)."""
    names = locally.scraped(view, spot.environment, spot.cluster)
    return {"scrape_configs": [services.scrape(view, name, spot) for name in names]}


def _secrets(spot: Spot, servers: list[StorePlace], places: list[Place]) -> Object:
    """A file each, below one folder, by path and key of the secret store."""
    found = [secret for store in servers for secret in stores.server_secrets(store)]
    found += [secret for store in servers if store.store.databases for secret in stores.database_secrets(store)]
    found += [secret for here in places for secret in services.service_secrets(here).values()]
    paths = {secret.name: f"./{spot.said.secrets}/{secret.path}/{secret.key}" for secret in found}
    return {name: {"file": paths[name]} for name in sorted(paths)}


def _watching(spot: Spot, networks: tuple[Network, ...]) -> Object:
    """What keeps metrics and traces, in memory: it is gone with its container."""
    profiles = {"profiles": [OBSERVABILITY, FULL]}
    prometheus = {
        **profiles,
        "image": spot.said.prometheus,
        "user": _NOBODY,
        **HARD,
        "configs": [{"source": PROMETHEUS, "target": "/etc/prometheus/prometheus.yml"}],
        "tmpfs": ["/prometheus:size=512m,mode=1777"],
        "ports": ["127.0.0.1:${PROMETHEUS_PORT:-9090}:9090"],
        "deploy": {"resources": {"limits": {"memory": "768M", "pids": 512}}},
        "networks": attached(networks, PROMETHEUS),
    }
    jaeger = {
        **profiles,
        "image": spot.said.jaeger,
        "user": _NOBODY,
        **HARD,
        "tmpfs": ["/tmp:size=64m,mode=1777"],
        "ports": ["127.0.0.1:${JAEGER_PORT:-16686}:16686"],
        "deploy": {"resources": {"limits": {"memory": "512M", "pids": 512}}},
        "networks": attached(networks, JAEGER),
    }
    return {PROMETHEUS: prometheus, JAEGER: jaeger}


def example(view: View, spot: Spot) -> str:
    """What may stand in `.env`, with what holds otherwise."""
    lines = ["# Copy it to .env. Compose reads that by itself; git does not take it.", "COMPOSE_PROFILES=core"]
    if any(isinstance(resolve.head(view, name), Service) for name in builds.built(view)):
        lines += ["# The commit that images built here are labelled with.", "COMMIT=unknown"]
    lines.append("# Ports of this machine; 0 is any free one: docker compose port SERVICE PORT tells which.")
    for name in locally.published(view, spot.environment, spot.cluster):
        lines.append(f"{services.port_variable(name)}=0")
    return "\n".join((*lines, "PROMETHEUS_PORT=9090", "JAEGER_PORT=16686"))
