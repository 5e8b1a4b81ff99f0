"""Values that have the right type and still cannot be: schedules, times, networks, objectives, labels, paths."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

from journey import names
from journey.problem import Pointer, Problem
from journey.spec.resolve import ROOT_FILE
from journey.spec.rules import cron
from journey.spec.rules.fragments import Fragment, promoted_environments
from journey.spec.units import amount, seconds
from journey.spec.view import View

SCHEDULE = "spec/schedule"
ZONE = "spec/time-zone"
DURATION = "spec/duration"
NETWORK = "spec/network"
OBJECTIVE = "spec/objective"
LABEL = "spec/label"
PATH = "spec/mount-path"
PORT_NAME = "spec/port-name"
LIMITS = "spec/limits"
POOL = "spec/node-pool"

RULES = {
    SCHEDULE: "A schedule's fields are in range, and its day comes.",
    ZONE: "A time zone has the shape of an IANA name.",
    DURATION: "A time within which something must happen is more than nothing.",
    NETWORK: "A network is an address with the prefix that belongs to it.",
    OBJECTIVE: "An objective leaves room for an error.",
    LABEL: "A label is one that Kubernetes takes and that is not the platform's own.",
    PATH: "A path in a container is absolute, and leads nowhere else.",
    PORT_NAME: "A port's name is one that Kubernetes takes (RFC 6335).",
    LIMITS: "What is asked for fits into the limit.",
    POOL: "A node pool's fewest nodes are no more than its most.",
}

_DURATION = re.compile(r"[0-9]+(ms|s|m|h|d)")
_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?")
_QUALIFIED = re.compile(rf"(?:{names.DNS_SUBDOMAIN[1:-1]}/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{{0,61}}[A-Za-z0-9])?")
_LEAST_DEADLINE = 10
OWN_LABELS = frozenset(
    {
        names.NAME,
        names.INSTANCE,
        names.VERSION,
        names.COMPONENT,
        names.PART_OF,
        names.MANAGED_BY,
        names.TEAM,
        names.ENVIRONMENT,
        names.DEPLOYMENT_ID,
        names.COMMIT,
    }
)


def length(text: object) -> float:
    """A duration in seconds; 0 where it is none."""
    return seconds(text) if isinstance(text, str) and _DURATION.fullmatch(text) else 0.0


def size(text: object) -> float | None:
    """A quantity as a number; None where it is none."""
    return amount(text) if isinstance(text, str) and _QUANTITY.fullmatch(text) else None


def duration(value: Mapping[str, Any], where: Pointer, *fields: str) -> Iterator[Problem]:
    """Times that may not be 0."""
    for field in fields:
        text = value.get(field)
        if text and not length(text):
            yield Problem(
                where.child(field),
                DURATION,
                f"`{field}: {text}` is no time at all",
                "give it at least 1ms, or leave it out",
            )


def schedule(text: object, where: Pointer) -> Iterator[Problem]:
    """Five fields of cron."""
    if isinstance(text, str) and text and (reason := cron.fault(text)):
        hint = 'minute, hour, day of the month, month, day of the week (0 to 6); example: "*/15 * * * *"'
        yield Problem(where, SCHEDULE, f"`{text}` is no schedule: {reason}", hint)


def zone(text: object, where: Pointer) -> Iterator[Problem]:
    """A time zone's name."""
    if isinstance(text, str) and not _ZONE.fullmatch(text):
        yield Problem(where, ZONE, f"`{text}` is no IANA time zone", "example: Europe/Amsterdam")


def network(text: object, where: Pointer) -> Iterator[Problem]:
    """A network in CIDR notation (RFC 4632)."""
    if not isinstance(text, str) or not text:
        return
    hint = "example: 192.0.2.0/24"
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        reason = str(error)
        if reason.endswith("has host bits set"):
            reason, hint = "the address goes beyond its prefix", f"write {ipaddress.ip_network(text, strict=False)}"
        yield Problem(where, NETWORK, f"`{text}` is no network: {reason}", hint)


def limits(value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Requests against limits."""
    wanted, allowed = value.get("requests") or {}, value.get("limits") or {}
    for field, text in wanted.items():
        most, least = size(allowed.get(field)), size(text)
        if most is not None and least is not None and least > most:
            message = f"it asks for {text} of {field}, more than its limit of {allowed[field]}"
            yield Problem(
                where.child("requests", field), LIMITS, message, f"limits: {{{field}: {text}}}, or ask for less"
            )


def platform(view: View) -> Iterator[Problem]:
    """Values of `platform.yaml` and its promoted files."""
    for name, value in (view.input(ROOT_FILE, "clusters") or {}).items():
        yield from _cluster(value, Pointer(ROOT_FILE, ("clusters", name)))
    for name, value in (view.input(ROOT_FILE, "environments") or {}).items():
        for index, window in enumerate(value.get("syncWindows") or ()):
            where = Pointer(ROOT_FILE, ("environments", name, "syncWindows", index))
            yield from schedule(window.get("schedule"), where.child("schedule"))
            yield from zone(window.get("timeZone"), where.child("timeZone"))
            yield from duration(window, where, "duration")
    for name, value in (view.input(ROOT_FILE, "sizes") or {}).items():
        yield from limits(value, Pointer(ROOT_FILE, ("sizes", name)))
    for file in (ROOT_FILE, *(f"promoted/{env}.yaml" for env in promoted_environments(view))):
        for name, value in (view.input(file, "datastores") or {}).items():
            where = Pointer(file, ("datastores", name))
            yield from _backups(value, where)
            for env, here in (value.get("environments") or {}).items():
                yield from _backups(here or {}, where.child("environments", env))


def _cluster(value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    yield from network(value.get("pods"), where.child("pods"))
    yield from network(value.get("network"), where.child("network"))
    for field in ("apiServer", "managedNetworks", "trustedProxies"):
        for index, text in enumerate(value.get(field) or ()):
            yield from network(text, where.child(field, index))
    for name, pool in (value.get("nodePools") or {}).items():
        least, most = pool.get("min", 1), pool.get("max", 3)
        if least > most:
            message = f"node pool `{name}` has at least {least} nodes and at most {most}"
            place = where.child("nodePools", name)
            yield Problem(place.child("max" if "max" in pool else "min"), POOL, message, f"max: {least}")


def _backups(value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    backups = value.get("backups")
    if backups:
        place = where.child("backups")
        yield from schedule(backups.get("schedule"), place.child("schedule"))
        yield from duration(backups, place, "keep")


def ports(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Names of ports: at least one letter, no two hyphens together (RFC 6335, section 5.1)."""
    for name in value:
        if "--" in name or not any(letter.isalpha() for letter in name):
            message = f"`{name}` is no name of a port: it needs a letter, and no two hyphens together"
            yield Problem(Pointer(where.file, (*where.path, name), True), PORT_NAME, message, "example: http")


def routes(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Times of routes."""
    for name, route in value.items():
        for path, said in _timed(route or {}):
            place = where.child(name, *path[:-1])
            yield from duration(said, place, path[-1])


def _timed(route: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Where a route says a time: the path to it, and the mapping that holds it."""
    if "timeout" in route:
        yield ("timeout",), route
    for field, time in (("rateLimit", "per"), ("maintenance", "retryAfter")):
        if route.get(field):
            yield (field, time), route[field]
    for name, limit in (route.get("limits") or {}).items():
        if limit:
            yield ("limits", name, "per"), limit


def health(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Times of probes."""
    for name, probe in value.items():
        if probe:
            yield from duration(probe, where.child(name), "period", "timeout")


def slos(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Objectives and their times."""
    for name, slo in value.items():
        if not slo:
            continue
        yield from duration(slo, where.child(name), "window", "threshold")
        objective = slo.get("objective")
        if objective is not None and not 0 < objective < 100:
            message = f"an objective of {objective:g} % leaves no error to count against it"
            if objective == 0:
                message = "an objective of 0 % is met by everything"
            yield Problem(where.child(name, "objective"), OBJECTIVE, message, "example: 99.9")


def metrics(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """The scrape interval."""
    return duration(value, where, "interval")


def run(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """The time limit of a run or a migration."""
    return duration(value, where, "timeout")


def schedules(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """A cron service's schedule. Below ten seconds a run may be missed (Kubernetes, "CronJob limitations")."""
    yield from schedule(value.get("cron"), where.child("cron"))
    if value.get("timeZone"):
        yield from zone(value["timeZone"], where.child("timeZone"))
    deadline = value.get("deadline")
    if deadline and length(deadline) < _LEAST_DEADLINE:
        message = f"`deadline: {deadline}` is less than the 10s between two looks at the schedule: runs would be missed"
        yield Problem(where.child("deadline"), DURATION, message, "deadline: 5m")


def labels(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Labels: their syntax (Kubernetes, "Labels and Selectors"), and none that selectors and reports stand on."""
    for key, text in value.items():
        place = Pointer(where.file, (*where.path, key), True)
        if key in OWN_LABELS:
            yield Problem(
                place, LABEL, f"`{key}` is set by the platform", "choose a key of your own, such as example.com/tier"
            )
        elif not _QUALIFIED.fullmatch(key):
            yield Problem(place, LABEL, f"`{key}` is no key of a label", "example: example.com/tier")
        elif text is not None and (len(text) > names.LABEL_LIMIT or not _LABEL_VALUE.fullmatch(text)):
            message = f"`{key}` has no value of a label: letters, digits, `-`, `_` and `.`, at most 63"
            yield Problem(where.child(key), LABEL, message, "put longer texts into `annotations`")


def annotation_keys(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Keys of annotations have the syntax of labels' keys."""
    for key in value:
        if not _QUALIFIED.fullmatch(key):
            place = Pointer(where.file, (*where.path, key), True)
            yield Problem(place, LABEL, f"`{key}` is no key of an annotation", "example: example.com/scrape")


def config(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Paths of configuration files."""
    for path in value.get("files") or ():
        yield from mount(path, Pointer(where.file, (*where.path, "files", path), True))


def secrets(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Paths of secrets that are files."""
    for name, secret in value.items():
        if secret and secret.get("file"):
            yield from mount(secret["file"], where.child(name, "file"))


def volumes(fragment: Fragment, value: Mapping[str, Any], where: Pointer) -> Iterator[Problem]:
    """Paths of volumes."""
    for name, volume in value.items():
        if volume and volume.get("path"):
            yield from mount(volume["path"], where.child(name, "path"))


def mount(path: str, where: Pointer) -> Iterator[Problem]:
    """A path at which something is mounted."""
    parts = path.split("/")
    if not path.startswith("/") or path == "/" or ".." in parts or ":" in path:
        hint = "example: /etc/app/app.yaml"
        yield Problem(where, PATH, f"`{path}` is no path to mount at: absolute, below `/`, without `..` or `:`", hint)
