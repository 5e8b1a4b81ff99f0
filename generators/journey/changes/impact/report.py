"""The whole answer to "what will this change do": verdicts by effect, each found once however many places have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from journey.changes.diff.causes import Field
from journey.changes.diff.edits import Edit
from journey.changes.diff.report import Diff, Located, compared
from journey.changes.diff.revisions import Changed, Range
from journey.changes.impact import (
    access,
    capacity,
    cloudformation,
    exposure,
    immutable,
    lifecycle,
    objectives,
    rollout,
    routes,
    secrets,
    storage,
    verdict,
    versions,
)
from journey.changes.impact.pairs import Pair, Side, Sides, pairs
from journey.changes.impact.verdict import ORDER, Effect, Found, Places, Rule, Said, Verdict
from journey.facts import traffic
from journey.pipeline.session import Session
from journey.spec import resolve

FAMILIES = (
    lifecycle,
    immutable,
    rollout,
    storage,
    access,
    exposure,
    secrets,
    versions,
    objectives,
    capacity,
    cloudformation,
)
"""Rules that judge a file at a time: an object of Kubernetes, a template of CloudFormation. Terraform's are asked where
a file of its differs."""


class Revision(NamedTuple):
    """A spec, and the rendered files beside it; those that are the same in both revisions may be left out."""

    spec: Session
    files: Mapping[str, bytes]


class Impact(NamedTuple):
    """What a change does, the gravest first, and what changed workloads request before and after, by place."""

    verdicts: tuple[Verdict, ...] = ()
    requests: Mapping[str, tuple[capacity.Amounts, capacity.Amounts]] = {}

    def of(self, *effects: Effect) -> list[Verdict]:
        """The verdicts of some effects."""
        return [found for found in self.verdicts if found.effect in effects]


def impact(before: Revision, after: Revision) -> Impact:
    """What a change from one revision to the other does. Both specs must be in order."""
    paths = sorted(before.files.keys() | after.files.keys())
    changed = [
        Changed(path, before.files.get(path), after.files.get(path))
        for path in paths
        if before.files.get(path) != after.files.get(path)
    ]
    return judged(compared(Range("", ""), changed, before.spec, after.spec), changed, before.spec, after.spec)


def judged(diff: Diff, changed: Sequence[Changed], old: Session, new: Session) -> Impact:
    """What a change does, where its diff is known. `changed` are the files that differ."""
    sides = Sides(Side(old), Side(new))
    files = pairs(changed, diff.fields)
    found = list(_found(files, [item.edit for item in diff.edits], sides))
    verdicts = _verdicts(found, diff.edits, sides)
    return Impact(tuple(verdicts), capacity.total(files, sides))


def rules() -> Iterator[Rule]:
    """Every rule, in the order in which families are asked."""
    from journey.changes.impact import terraform

    for family in (*FAMILIES, routes, terraform):
        yield from family.RULES


def _found(files: Sequence[Pair], edits: Sequence[Edit], sides: Sides) -> Iterator[Found]:
    for pair in files:
        for family in FAMILIES:
            yield from family.judge(pair, sides)
        if pair.path.endswith(".tf"):
            from journey.changes.impact import terraform  # its reader takes a while to load

            yield from terraform.judge(pair, sides)
    yield from routes.judge(files, edits, sides)


def _verdicts(found: Sequence[Found], edits: Sequence[Located], sides: Sides) -> Iterator[Verdict]:
    places = Places(_words(sides))
    by_id: dict[str, list[Found]] = {}
    for item in _telling(found):
        by_id.setdefault(verdict.id_of(item, places), []).append(item)
    for name, same in sorted(by_id.items(), key=lambda item: (ORDER.index(item[1][0].rule.effect), item[0])):
        yield _verdict(name, same, edits, sides)


def _telling(found: Sequence[Found]) -> Iterator[Found]:
    """The findings without those that a graver one of the same file says already."""
    grave = {(item.pair.path, item.rule.effect) for item in found if item.pair.path}
    for item in found:
        path = item.pair.path
        if item.rule in _MEANWHILE and any((path, effect) in grave for effect in _MEANWHILE[item.rule]):
            continue
        yield item


_MEANWHILE: Mapping[Rule, tuple[Effect, ...]] = {
    lifecycle.DELETED: (Effect.DATA_LOSS,),
    lifecycle.CREATED: (Effect.EXPOSURE, Effect.PERMISSION),
    rollout.IN_PLACE: (Effect.RECREATE, Effect.DATA_LOSS),
    lifecycle.READ_ANEW: tuple(effect for effect in Effect if effect is not Effect.RELOAD),
}
"""Rules that only say what follows from a graver finding anyhow."""


def _words(sides: Sides) -> Iterator[str]:
    for side in sides:
        for environment in resolve.environments(side.view):
            yield from (environment, resolve.domain(side.view, environment))
        yield from resolve.clusters(side.view)


def _verdict(name: str, same: Sequence[Found], edits: Sequence[Located], sides: Sides) -> Verdict:
    first = same[0]
    said: dict[str, list[str]] = {}
    for item in same:
        said.setdefault(item.says, []).append(item.pair.place or "platform")
    numbers = dict.fromkeys(number for item in same for number in _causes(item))
    notice = dict.fromkeys(caller for item in same if item.interrupts for caller in _callers(item, sides))
    return Verdict(
        name,
        first.rule,
        first.pair.unit.service,
        " ".join(filter(None, first.pair.thing[:2])),
        tuple(Said(text, tuple(dict.fromkeys(where))) for text, where in said.items()),
        tuple(edits[number] for number in sorted(numbers)),
        tuple(sorted(notice)),
    )


def _causes(item: Found) -> Iterator[int]:
    if item.edits is not None:
        yield from item.edits
        return
    fields: Sequence[Field] = item.pair.fields
    about = [field for field in fields if item.names is None or field.difference.name in item.names]
    sure = [field for field in about or fields if not field.joint]
    for field in sure or about or fields:
        yield from field.edits


def _callers(item: Found, sides: Sides) -> Iterator[str]:
    unit = item.pair.unit
    for side in sides:
        view = side.view
        if (unit.environment, unit.cluster) not in resolve.places(view):
            continue
        matrix = traffic.matrix(view, unit.environment, unit.cluster)
        yield from (caller for caller in matrix.get(unit.service, ()) if caller != unit.service)
        if unit.service in resolve.datastores(view, unit.environment):
            peers = traffic.store_callers(view, unit.service, unit.environment, unit.cluster)
            yield from (peer.name for peer in peers)
