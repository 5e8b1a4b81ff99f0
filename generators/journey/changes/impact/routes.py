"""Public routes and objectives, judged by what the two specs say of them: every gateway serves the same routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from journey.artifact import Unit
from journey.changes.diff.compare import Thing, duration
from journey.changes.diff.edits import Edit
from journey.changes.impact.objectives import OBJECTIVE
from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.facts import routes
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.service import Slos
from journey.spec.view import View

OPENED = Rule(
    "exposure/route",
    Effect.EXPOSURE,
    "A path of a public host answers that did not, to more methods, or to callers who need less.",
    "https://gateway-api.sigs.k8s.io/api-types/httproute/",
)
CLOSED = Rule(
    "route/removed",
    Effect.DELETE,
    "A public path no longer answers.",
    "https://gateway-api.sigs.k8s.io/api-types/httproute/",
)
RULES = (OPENED, CLOSED)

_ASKS = {"none": 0, "user": 1, "token": 1}
_ALL = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def judge(pairs: Sequence[Pair], edits: Sequence[Edit], sides: Sides) -> Iterator[Found]:
    """What edits do to routes and objectives of the services that they can reach."""
    for service in _reached(pairs, edits, sides):
        for environment, cluster in dict.fromkeys((*_places(sides.before.view), *_places(sides.after.view))):
            here = Unit("", environment, cluster, service)
            yield from _routes(here, edits, sides)
            yield from _objectives(here, edits, sides)


def _places(view: View) -> tuple[tuple[str, str], ...]:
    return resolve.places(view)


def _reached(pairs: Sequence[Pair], edits: Sequence[Edit], sides: Sides) -> list[str]:
    """Services that an edit names, or whose files differ; all of them where an edit is the platform's."""
    known = dict.fromkeys((*resolve.services(sides.before.view), *resolve.services(sides.after.view)))
    if any((edit.file == ROOT_FILE and edit.rendered) or edit.file.startswith("promoted/") for edit in edits):
        return list(known)
    files = {edit.file for edit in edits}
    units = {pair.unit.service for pair in pairs}
    return [name for name in known if name in units or any(f"/{name}/" in f"/{file}" for file in files)]


def _known(view: View, unit: Unit) -> bool:
    here = unit.service in resolve.services(view) and (unit.environment, unit.cluster) in resolve.places(view)
    return here and resolve.runs(view, unit.service, unit.environment, unit.cluster)


Answers = dict[tuple[str, str, str], tuple[frozenset[str], int]]


def _answers(view: View, unit: Unit) -> Answers:
    """(host, path, match) -> the methods that answer there, and what callers need."""
    if not _known(view, unit):
        return {}
    return {
        (entry.host, entry.route.path, entry.route.match): (
            frozenset(entry.route.methods) or _ALL,
            _ASKS[entry.route.auth],
        )
        for entry in routes.entries(view, unit.service, unit.environment, unit.cluster)
    }


def _routes(here: Unit, edits: Sequence[Edit], sides: Sides) -> Iterator[Found]:
    before, after = _answers(sides.before.view, here), _answers(sides.after.view, here)
    for key, (methods, asks) in after.items():
        host, path, match = key
        had, asked = before.get(key, (frozenset(), asks))
        where = f"{host}{path}{'' if match == 'exact' else '*'}"
        if not had:
            who = "anyone" if asks == 0 else "whoever is signed in"
            yield _found(OPENED, here, f"{where} answers {who}", f"{path} {match} {asks}", edits, "routes")
        elif asks < asked:
            yield _found(OPENED, here, f"{where} answers anyone", f"{path} {match} auth", edits, "routes")
        elif methods - had:
            more = ", ".join(sorted(methods - had))
            yield _found(OPENED, here, f"{where} answers {more}", f"{path} {match} {more}", edits, "routes")
    for host, path, match in before.keys() - after.keys():
        where = f"{host}{path}{'' if match == 'exact' else '*'}"
        yield _found(CLOSED, here, f"{where} no longer answers", f"{path} {match}", edits, "routes")


def _objectives(here: Unit, edits: Sequence[Edit], sides: Sides) -> Iterator[Found]:
    before, after = _slos(sides.before.view, here), _slos(sides.after.view, here)
    if before is None or after is None or before == after:
        return
    was, now = before.availability.objective, after.availability.objective
    if now < was:
        yield _found(OBJECTIVE, here, f"availability {was:g} % -> {now:g} %", "availability", edits, "slos")
    if before.latency and not after.latency:
        yield _found(OBJECTIVE, here, "latency has no objective any more", "latency", edits, "slos")
    elif before.latency and after.latency:
        if after.latency.objective < before.latency.objective:
            says = f"latency {before.latency.objective:g} % -> {after.latency.objective:g} %"
            yield _found(OBJECTIVE, here, says, "latency objective", edits, "slos")
        if (duration(after.latency.threshold) or 0) > (duration(before.latency.threshold) or 0):
            says = f"latency {before.latency.threshold} -> {after.latency.threshold}"
            yield _found(OBJECTIVE, here, says, "latency threshold", edits, "slos")


def _slos(view: View, unit: Unit) -> Slos | None:
    if not _known(view, unit):
        return None
    said = resolve.part(view, unit.service, unit.environment, unit.cluster, "slos") or {}
    return msgspec.convert(said, Slos)


def _found(rule: Rule, here: Unit, says: str, about: str, edits: Sequence[Edit], block: str) -> Found:
    pair = Pair("", Thing("Route" if block == "routes" else "Objective", here.service), here, None, None, ())
    interrupts = rule is CLOSED
    return Found(rule, pair, says, None, about, interrupts, tuple(_causes(here, edits, block)))


def _causes(here: Unit, edits: Sequence[Edit], block: str) -> Iterable[int]:
    """The edits of the block that reach the service there: its own first, else the platform's, else any of them."""
    own = [n for n, edit in enumerate(edits) if f"/{here.service}/" in f"/{edit.file}" and _says(edit, here, block)]
    shared = [n for n, edit in enumerate(edits) if "/" not in edit.file.removeprefix("promoted/") and edit.rendered]
    return own or [n for n in shared if _says(edits[n], here, block)] or shared


def _holds(value: object, block: str) -> bool:
    return isinstance(value, Mapping) and (block in value or any(_holds(item, block) for item in value.values()))


def _says(edit: Edit, here: Unit, block: str) -> bool:
    steps = edit.before or edit.after
    if block not in steps:
        return _holds(edit.old, block) or _holds(edit.new, block)
    overlay = steps[:1] == ("environments",) and len(steps) > 1 and edit.file != ROOT_FILE
    return not overlay or steps[1] == here.environment
