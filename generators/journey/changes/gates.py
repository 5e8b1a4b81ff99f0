"""What must hold before a service is promoted to an environment: each gate open, closed, or not known.

What is not known counts as closed. A hold and a pin are no gates that one may override: they are taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol

from journey import names
from journey.changes import windows
from journey.changes.since import Since, since
from journey.ci.git import Git
from journey.facts import traffic
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.units import seconds
from journey.spec.view import View

State = Literal["open", "closed", "unknown"]
OVERRIDABLE = ("window", "soak", "healthy", "alerts", "order", "approval")
"""Gates that may be passed with a reason, which stays in the commit."""


class Unreachable(Exception):
    """What a gate asks cannot be had; the message says what and why."""


class Health(NamedTuple):
    """What Argo CD says of an Application, in its own words (`Synced`, `Healthy`)."""

    sync: str
    health: str


class Evidence(Protocol):
    """What gates ask of the world outside the repository. Each raises Unreachable."""

    def health(self, cluster: str, application: str) -> Health:
        """The state of an Application in a cluster's Argo CD."""

    def firing(self, cluster: str, namespace: str) -> list[str]:
        """Names of the alerts that fire in a namespace, by a cluster's Prometheus."""


class Asked(NamedTuple):
    """What is to be promoted: a service, from where, to which clusters of an environment, and its new version."""

    service: str
    source: str
    target: str
    clusters: tuple[str, ...]
    version: str


class Verdict(NamedTuple):
    """A gate's answer. `opens`: when a closed one opens by itself; `where`: the node of the spec that asks for it."""

    gate: str
    state: State
    why: str
    where: Pointer
    opens: datetime | None = None


def verdicts(view: View, git: Git, asked: Asked, now: datetime, evidence: Evidence) -> Iterator[Verdict]:
    """Every gate that the spec puts before a promotion."""
    environment = resolve.environment(view, asked.target)
    here = Pointer(ROOT_FILE, ("environments", asked.target))
    yield from _kept(view, asked, now)
    if environment.sync_windows:
        found = windows.state(environment.sync_windows, now)
        why = found.why or "the sync windows are open"
        yield Verdict("window", "open" if found.open else "closed", why, here.child("syncWindows"), found.opens)
    if environment.rollout == "by-cluster":
        yield _order(view, asked, here.child("rollout"))
    gates = environment.gates
    if gates.soak:
        yield _soak(since(view, git, asked.service, asked.source), gates.soak, now, asked, here.child("gates", "soak"))
    if gates.healthy:
        yield _healthy(view, asked, evidence, here.child("gates", "healthy"))
    if gates.approval:
        team = resolve.team(view, gates.approval)
        owners = ", ".join(team.owners) if team else "nobody"
        why = f"{gates.approval} ({owners}) approves in the pull request: --pr"
        yield Verdict("approval", "closed", why, here.child("gates", "approval"))
    if gates.alerts:
        yield _alerts(view, asked, evidence, here.child("gates", "alerts"))


def _kept(view: View, asked: Asked, now: datetime) -> Iterator[Verdict]:
    """A service's own hold and pin in the environment."""
    file = resolve.service_file(view, asked.service)
    overlay: Mapping[str, Any] = ((view.input(file) or {}).get("environments") or {}).get(asked.target) or {}
    where = Pointer(file, ("environments", asked.target))
    hold, pin = overlay.get("hold"), overlay.get("pin")
    if hold:
        why = f"held by {hold['owner']}: {hold['reason']}"
        yield Verdict("hold", "closed", why, where.child("hold"))
    if pin:
        ends = datetime.combine(date.fromisoformat(pin["until"]) + timedelta(days=1), datetime.min.time(), UTC)
        if now < ends and asked.version != pin["version"]:
            why = f"pinned to {pin['version']} until {pin['until']} by {pin['owner']}: {pin['reason']}"
            yield Verdict("pin", "closed", why, where.child("pin"), ends)


def _order(view: View, asked: Asked, where: Pointer) -> Verdict:
    """Clusters go in the order in which the environment lists them."""
    clusters = resolve.environment(view, asked.target).clusters
    last = max((clusters.index(name) for name in asked.clusters), default=0)
    left = [name for name in clusters[:last] if name not in asked.clusters and not _runs(view, asked, name)]
    why = f"{', '.join(left)} goes first" if left else "the clusters before run it"
    return Verdict("order", "closed" if left else "open", why, where)


def _runs(view: View, asked: Asked, cluster: str) -> bool:
    found = resolve.base_of(view, asked.service, asked.target, cluster)
    said = {} if found is None else found.value.get("release") or {}
    return bool(said) and said.get("version") == asked.version


def _soak(found: Since, wanted: str, now: datetime, asked: Asked, where: Pointer) -> Verdict:
    if found.moment is None:
        return Verdict("soak", "unknown", found.why, where)
    opens = found.moment + timedelta(seconds=seconds(wanted))
    why = f"{asked.source} runs it since {stamp(found.moment)} ({found.commit[:10]}); {wanted} are asked for"
    return Verdict("soak", "open", why, where) if now >= opens else Verdict("soak", "closed", why, where, opens)


def _healthy(view: View, asked: Asked, evidence: Evidence, where: Pointer) -> Verdict:
    """The service in the environment before, and on the target's clusters that run it already."""
    said: list[str] = []
    for environment, cluster in _before(view, asked):
        application = names.application(asked.service, environment, cluster)
        try:
            found = evidence.health(cluster, application)
        except Unreachable as error:
            return Verdict("healthy", "unknown", str(error), where)
        said.append(f"{application} is {found.sync} and {found.health}")
        if (found.sync, found.health) != ("Synced", "Healthy"):
            return Verdict("healthy", "closed", said[-1], where)
    return Verdict("healthy", "open", "; ".join(said), where)


def _alerts(view: View, asked: Asked, evidence: Evidence, where: Pointer) -> Verdict:
    for environment, cluster in _before(view, asked):
        namespace = traffic.namespace(view, asked.service, environment, cluster)
        try:
            firing = evidence.firing(cluster, namespace)
        except Unreachable as error:
            return Verdict("alerts", "unknown", str(error), where)
        if firing:
            return Verdict("alerts", "closed", f"{', '.join(firing)} fires in {environment} on {cluster}", where)
    return Verdict("alerts", "open", "no alert fires", where)


def _before(view: View, asked: Asked) -> Iterator[tuple[str, str]]:
    """Where the new version must have proven itself: (environment, cluster)."""
    yield from ((asked.source, cluster) for cluster in resolve.environment(view, asked.source).clusters)
    for cluster in resolve.environment(view, asked.target).clusters:
        if cluster not in asked.clusters and _runs(view, asked, cluster):
            yield asked.target, cluster


def stamp(moment: datetime) -> str:
    """A moment to the minute, in UTC, as RFC 3339 has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def barred(found: Iterable[Verdict], overrides: Iterable[str]) -> list[Verdict]:
    """The verdicts that are in the way: not open, and not overridden where that may be."""
    passed = set(overrides) & set(OVERRIDABLE)
    return [verdict for verdict in found if verdict.state != "open" and verdict.gate not in passed]
