"""Services of a compose file: what their pods are, as far as one machine has it."""

from __future__ import annotations

import math

from journey.facts import builds, datastores, images, locally, scaling, termination, traffic, waves
from journey.facts.locally import Network, Spot
from journey.facts.units import seconds
from journey.spec import resolve
from journey.spec.view import View
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
    memory,
    named,
    secrets,
)
from journey.workload.config import configuration, file_key
from journey.workload.place import Place

ONCE = ("cron", "job")
TOOLS = "once"
"""The profile of what runs when it is called: `docker compose run`."""


def container(place: Place, spot: Spot, networks: tuple[Network, ...]) -> Object:
    """One service."""
    view, spec = place.view, place.spec
    built = place.service in builds.built(view)
    found: Object = {"profiles": [TOOLS] if spec.kind in ONCE else [CORE, FULL]}
    released = images.own_image(view, *place.key)
    found["image"] = released if released and not built else f"{image_of(view, place.service)}:local"
    if built:
        found["build"] = _build(view, place.service)
        found["develop"] = {"watch": _watched(view, place.service)}
    if spec.command:
        found["entrypoint"] = [literal(word) for word in spec.command]
    if spec.args:
        found["command"] = [literal(word) for word in spec.args]
    found["user"] = f"{spec.security.user}:{spec.security.group}"
    found |= HARD if spec.security.read_only_root else {key: HARD[key] for key in HARD if key != "read_only"}
    if spec.security.add_capabilities:
        found["cap_add"] = list(spec.security.add_capabilities)
    found |= _environment(place)
    found |= _files(place)
    if not built and spec.health.readiness and spec.health.readiness.kind == "exec":
        found["healthcheck"] = check([literal(word) for word in spec.health.readiness.command])
    if before := _before(view, place, spot):
        found["depends_on"] = before
    port = next((item.port for item in spec.ports.values()), None)
    if port is not None and place.service in locally.published(view, spot.environment, spot.cluster):
        found["ports"] = [f"127.0.0.1:${{{port_variable(place.service)}:-0}}:{port}"]
    if spec.kind not in ONCE:
        found["stop_grace_period"] = f"{math.ceil(termination.grace_period(view, *place.key))}s"
        found["restart"] = "unless-stopped"
    found["deploy"] = limits(scaling.resources(view, *place.key))
    found["networks"] = attached(networks, place.service, named(place.service, place.namespace))
    return found


def image_of(view: View, service: str) -> str:
    """The repository of a service's image."""
    return resolve.head(view, service).image or f"{resolve.settings(view).registry}/{service}"


def port_variable(service: str) -> str:
    """The variable that says by which port this machine asks a service; 0 is any free one."""
    return f"{service.upper().replace('-', '_')}_PORT"


def _build(view: View, service: str) -> Object:
    image = builds.image(view, service)
    arguments = {"COMMIT": "${COMMIT:-unknown}", "SOURCE_DATE_EPOCH": "0"}
    return {"context": ".", "dockerfile": f"{image.folder}/{builds.FILES[0]}", "args": arguments}


def _watched(view: View, service: str) -> list[Object]:
    """A change builds anew: nothing can be written into a running one. Layers that it does not touch are kept."""
    image = builds.image(view, service)
    ignored = ["service.yaml", "promoted/", *builds.FILES, *builds.NOT_IMAGE]
    found = [{"action": "rebuild", "path": f"./{image.folder}", "ignore": ignored}]
    return [*found, *({"action": "rebuild", "path": f"./{path.rstrip('/')}"} for path in image.build.sources)]


def _environment(place: Place) -> Object:
    """Plain values as pods have them; of each secret the path of its file, in a variable that ends in `_FILE`."""
    values = {name: literal(value) for name, value in configuration(place).values.items()}
    values["OTEL_SERVICE_NAME"] = place.service
    values["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://jaeger:4318"
    known = service_secrets(place)
    for name, secret in known.items():
        values[name if name.endswith("_FILE") else f"{name}_FILE"] = secret.target
    return {"environment": dict(sorted(values.items())), **({"secrets": secrets(known.values())} if known else {})}


def service_secrets(place: Place) -> dict[str, Secret]:
    """The secrets of a service by variable: its own, and the logins to its datastores."""
    found = {
        name: Secret(secret.path, secret.key, secret.file or f"{SECRETS}/{name}")
        for name, secret in sorted(place.spec.secrets.items())
    }
    for store in traffic.stores(place.view, *place.key):
        login = datastores.login(place.view, place.service, store, place.environment, place.cluster)
        for key in ("username", "password") if login is not None else ():
            assert login is not None
            name = f"{login.prefix}_{key.upper()}"
            found.setdefault(name, Secret(login.path, key, f"{SECRETS}/{name}"))
    return found


def _files(place: Place) -> Object:
    """Volumes: named ones for what is kept, memory for what is not; configuration files by content."""
    found: Object = {}
    kept = [
        f"{place.service}-{name}:{item.path}" for name, item in place.spec.volumes.items() if item.kind == "persistent"
    ]
    scratch = [
        f"{item.path}:size={memory(item.size).lower()},mode=1777"
        for item in place.spec.volumes.values()
        if item.kind != "persistent"
    ]
    if kept:
        found["volumes"] = kept
    if scratch:
        found["tmpfs"] = scratch
    if place.spec.config.files:
        sources = ((config_name(place.service, path), path) for path in sorted(place.spec.config.files))
        found["configs"] = [{"source": source, "target": path} for source, path in sources]
    return found


def config_name(service: str, path: str) -> str:
    """What a configuration file of a service is called in a compose file."""
    return f"{service}.{file_key(path)}"


def _before(view: View, place: Place, spot: Spot) -> Object:
    """What must be well first: as in clusters, `start: before`. What has no health check must have started."""
    running = locally.services(view, spot.environment, spot.cluster)
    found: Object = {}
    needs = resolve.needs(view, *place.key)
    for store in sorted({need.datastore for need in needs if need.datastore}):
        known = resolve.datastore(view, spot.environment, store)
        if known is None or store not in locally.stores(view, spot.environment, spot.cluster):
            continue
        ordered = any(need.datastore == store and need.start != "any" for need in needs)
        if ordered:
            found[store] = {"condition": "service_healthy"}
        # its owner waits for a database in any case: Compose takes the end of what nobody waits for as a failure
        if known.databases and (ordered or place.identity in known.databases):
            found[f"{store}-databases"] = {"condition": "service_completed_successfully"}
    for other in waves.before(view, *place.key):
        if other in running:
            found[other] = {"condition": "service_healthy" if _is_asked(view, other, spot) else "service_started"}
    return found


def _is_asked(view: View, name: str, spot: Spot) -> bool:
    if name in builds.built(view):
        return builds.is_asked(resolve.head(view, name))
    other = resolve.service(view, name, spot.environment, spot.cluster)
    probe = other.health.readiness if other is not None else None
    return probe is not None and probe.kind == "exec"


def scrape(view: View, name: str, spot: Spot) -> Object:
    """How Prometheus asks a service for its metrics."""
    found = resolve.service(view, name, spot.environment, spot.cluster)
    assert found is not None and found.metrics is not None
    port = found.ports[found.metrics.port].port
    return {
        "job_name": name,
        "scrape_interval": f"{max(1, int(seconds(found.metrics.interval)))}s",
        "metrics_path": found.metrics.path,
        "static_configs": [{"targets": [f"{name}:{port}"], "labels": {"service": name}}],
    }
