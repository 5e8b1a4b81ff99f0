"""What contradicts itself once all layers are merged: judged for a service in each place where it runs."""

from __future__ import annotations

from collections.abc import Iterator

from journey.problem import Level, Problem
from journey.spec import resolve
from journey.spec.rules.place import Place
from journey.spec.rules.presence import LISTENING, SCALED, presence
from journey.spec.rules.values import length, size
from journey.spec.service import Need, Probe, Resources, Scaling
from journey.spec.sources import SERVICES
from journey.spec.validate import did_you_mean

KIND = "spec/kind"
PORT = "spec/unknown-port"
PORT_TWICE = "spec/port-twice"
PROBE = "spec/probe"
SCALING = "spec/scaling"
LIMITS = "spec/limits"
SIZE = "spec/size"
DATASTORE = "spec/unknown-datastore"
NEED_HERE = "spec/need-not-here"
LATENCY = "spec/latency"
PRIVILEGE = "spec/privilege"

RULES = {
    KIND: "A service says what its kind of workload has, and nothing that it has not.",
    PORT: "A port that is named is one of the service's, and a need's port is one of what it dials.",
    PORT_TWICE: "Two ports of a service differ in their number.",
    PROBE: "A probe says what its kind asks, and nothing else.",
    SCALING: "The fewest pods are no more than the most, and more than none without a measure of requests.",
    LIMITS: "What is asked for fits into the limit.",
    SIZE: "A service has a size or resources of its own, not both.",
    DATASTORE: "A datastore that is needed is there, in each environment that needs it.",
    NEED_HERE: "A service that is needed runs where it is needed.",
    LATENCY: "A latency objective is shorter than the longest time a request may take.",
    PRIVILEGE: "A process runs as `restricted` has it: not as root, with no capability but NET_BIND_SERVICE.",
}


_ONE_POD = Scaling()


def kind(here: Place) -> Iterator[Problem]:
    """What belongs to one kind of workload."""
    found = here.service
    if found.kind == "cron":
        if found.schedule is None:
            message = "a service of kind `cron` has no `schedule`"
            yield Problem(here.where("kind"), KIND, message, 'schedule: {cron: "*/15 * * * *"}')
    elif found.schedule is not None and here.says("schedule"):
        message = f"`schedule` is said of a service of kind `{found.kind}`"
        yield Problem(here.where("schedule")._replace(key=True), KIND, message, "kind: cron, or remove it")
    if found.routes and found.kind not in LISTENING and here.says("routes"):
        message = f"`routes` are said of a service of kind `{found.kind}`, which answers no requests from outside"
        yield Problem(here.where("routes")._replace(key=True), KIND, message, "kind: web, or remove them")
    if found.scaling != _ONE_POD and found.kind not in SCALED and here.says("scaling"):
        message = f"`scaling` is said of a service of kind `{found.kind}`, which has no number of replicas"
        yield Problem(here.where("scaling")._replace(key=True), KIND, message, "kind: worker, or remove it")
    if found.kind == "web" and not found.ports:
        message = "a service of kind `web` has no `ports`"
        yield Problem(here.where("kind"), KIND, message, "ports: {http: {port: 8080}}, or kind: worker")


def ports(here: Place) -> Iterator[Problem]:
    """Numbers that stand twice, in the container or in front of it."""
    found = here.service.ports
    if len(found) < 2:
        return
    inner: dict[tuple[int, str], str] = {}
    outer: dict[tuple[int, str], str] = {}
    for name, port in found.items():
        other = inner.setdefault((port.port, port.protocol), name)
        if other != name:
            message = f"ports `{other}` and `{name}` are both {port.port}/{port.protocol}"
            yield Problem(here.where("ports", name, "port"), PORT_TWICE, message, "give each a number of its own")
            continue
        other = outer.setdefault((port.expose or port.port, port.protocol), name)
        if other != name:
            message = f"ports `{other}` and `{name}` are both exposed as {port.expose or port.port}/{port.protocol}"
            where = here.where("ports", name, "expose" if port.expose else "port")
            yield Problem(where, PORT_TWICE, message, "give each an `expose` of its own")


def port_names(here: Place) -> Iterator[Problem]:
    """Ports named by routes, probes and metrics."""
    found = here.service
    known = found.ports
    if found.kind == "web" and not known:
        return
    for name, route in found.routes.items():
        if route.port not in known and found.kind in LISTENING:
            yield _no_port(here, route.port, "routes", name, "port")
    health = found.health
    for field, probe in (("liveness", health.liveness), ("readiness", health.readiness), ("startup", health.startup)):
        if probe is not None:
            if probe.kind != "exec" and probe.port not in known:
                yield _no_port(here, probe.port, "health", field, "port")
            yield from _probe(here, field, probe)
    if found.metrics is not None and found.metrics.port not in known:
        yield _no_port(here, found.metrics.port, "metrics", "port")


def _no_port(here: Place, name: str, *path: str) -> Problem:
    hint = did_you_mean(name, here.service.ports) or f"ports: {{{name}: {{port: 8080}}}}"
    said = "" if here.says(*path) else f", which `{path[-2]}` means where it says none"
    return Problem(here.where(*path), PORT, f"there is no port `{name}`{said}", hint)


def _probe(here: Place, field: str, probe: Probe) -> Iterator[Problem]:
    where = ("health", field)
    if probe.kind == "exec" and not probe.command:
        message = "a probe of kind `exec` has no `command`"
        yield Problem(here.where(*where, "kind"), PROBE, message, "command: [redis-cli, ping]")
    elif probe.kind != "exec" and probe.command:
        message = f"`command` is said of a probe of kind `{probe.kind}`"
        yield Problem(here.where(*where, "command")._replace(key=True), PROBE, message, "kind: exec, or remove it")
    if probe.kind != "http" and probe.headers:
        message = f"`headers` are said of a probe of kind `{probe.kind}`"
        yield Problem(here.where(*where, "headers")._replace(key=True), PROBE, message, "kind: http, or remove them")
    if probe.successes > 1 and field != "readiness":
        message = f"`successes: {probe.successes}`: one success is enough for {field}"
        yield Problem(here.where(*where, "successes"), PROBE, message, "successes: 1")


def scaling(here: Place) -> Iterator[Problem]:
    """Numbers of pods."""
    found = here.service.scaling
    least, most = found.min, found.max
    if most is None or here.service.kind not in SCALED:
        return
    strongest = "max" if here.says("scaling", "max") else "min"
    if least > most:
        message = f"`scaling` has at least {least} pods and at most {most}"
        yield Problem(here.where("scaling", strongest), SCALING, message, f"max: {least}, or min: {most}")
    elif least == 0 and found.requests_per_second is None:
        message = "`min: 0`: without `requestsPerSecond` nothing would start the first pod again"
        yield Problem(here.where("scaling", "min"), SCALING, message, "min: 1")


def amounts(here: Place) -> Iterator[Problem]:
    """Requests against limits, and a size beside them."""
    found = here.service.resources
    if found is None:
        return
    for field in ("cpu", "memory", "ephemeral_storage"):
        wanted, allowed = getattr(found.requests, field), getattr(found.limits, field)
        if wanted is not None and allowed is not None and (size(wanted) or 0) > (size(allowed) or 0):
            name = "ephemeralStorage" if field == "ephemeral_storage" else field
            message = f"it asks for {wanted} of {name}, more than its limit of {allowed}"
            hint = f"limits: {{{name}: {wanted}}}, or ask for less"
            yield Problem(here.where("resources", "requests", name), LIMITS, message, hint)
    if here.service.size is not None and here.says("size") and found != _EMPTY:
        message = "`size` has no effect beside `resources`"
        yield Problem(here.where("size")._replace(key=True), SIZE, message, "keep one of them")


_EMPTY = Resources()


def needs(here: Place) -> Iterator[Problem]:
    """Whether what is dialled is there, with that port."""
    stores: tuple[str, ...] | None = None
    for need in here.service.needs:
        if need.service is not None:
            yield from _service(here, need, need.service)
        elif need.datastore is not None:
            if stores is None:
                stores = resolve.datastores(here.view, here.environment)
            if need.datastore not in stores:
                yield _no_store(here, need.datastore, stores)


def _service(here: Place, need: Need, name: str) -> Iterator[Problem]:
    view = here.view
    if name == here.name or not view.input(SERVICES, name):
        return
    other = presence(view, name, here.environment, here.cluster)
    where = ("needs", ("service", name))
    if other is None:
        message = f"`{name}` is needed in {here.environment} and does not run there on {here.cluster}"
        hint = f"promote `{name}` first, or drop the need there"
        yield Problem(here.where(*where, "service"), NEED_HERE, message, hint, Level.WARNING)
    elif not other.ports:
        message = f"`{name}` has no port to dial"
        yield Problem(here.where(*where, "service"), PORT, message, f"give `{name}` a port, or drop the need")
    elif isinstance(need.port, str):
        known = [port.name for port in other.ports]
        if need.port not in known:
            message = f"`{name}` has no port `{need.port}`"
            yield Problem(here.where(*where, "port"), PORT, message, did_you_mean(need.port, known))
    elif need.port is not None and not any(need.port in port[1:] for port in other.ports):
        known = [f"{port.name} ({port.number})" for port in other.ports]
        hint = f"known: {', '.join(known)}"
        yield Problem(here.where(*where, "port"), PORT, f"`{name}` has no port {need.port}", hint)


def _no_store(here: Place, name: str, known: tuple[str, ...]) -> Problem:
    where = here.where("needs", ("datastore", name), "datastore")
    if name in (here.view.input(resolve.ROOT_FILE, "datastores") or {}):
        message = f"datastore `{name}` is not in {here.environment} yet"
        return Problem(where, DATASTORE, message, "promote the platform's own blocks there first")
    return Problem(where, DATASTORE, f"there is no datastore `{name}`", did_you_mean(name, known))


def latency(here: Place) -> Iterator[Problem]:
    """A threshold that every answered request meets."""
    found = here.service
    objective = found.slos.latency
    if objective is None or not found.routes:
        return
    longest = max(found.routes.values(), key=lambda route: length(route.timeout)).timeout
    if length(objective.threshold) >= length(longest):
        message = f"`threshold: {objective.threshold}`: no request takes longer, as the longest timeout is {longest}"
        yield Problem(here.where("slos", "latency", "threshold"), LATENCY, message, "example: 300ms")


def privilege(here: Place) -> Iterator[Problem]:
    """What Pod Security `restricted` refuses (Kubernetes, "Pod Security Standards")."""
    found = here.service.security
    if "securityContext" in here.service.without:
        return
    hint = "leave it to an add-on with `podSecurity`"
    if found.user == 0:
        yield Problem(here.where("security", "user"), PRIVILEGE, "`user: 0` is root", "user: 10001")
    for name in found.add_capabilities:
        if name != "NET_BIND_SERVICE":
            message = f"the capability {name} is not among those that `restricted` allows"
            yield Problem(here.where("security", "addCapabilities"), PRIVILEGE, message, hint)


JUDGEMENTS = (kind, ports, port_names, scaling, amounts, needs, latency, privilege)
"""Every judgement of a place, in the order in which they are told."""
