"""A promotion, planned whole before anything is written: the spec's new files, what they change, and what bars them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from journey.changes import commits, gates, record
from journey.changes.diff import edits
from journey.changes.diff.compare import MISSING, at, scalars
from journey.changes.diff.report import Diff, compared
from journey.changes.diff.revisions import Changed, Range
from journey.changes.gates import Asked, Evidence, Verdict
from journey.changes.impact import acknowledged
from journey.changes.impact import report as impacts
from journey.changes.impact.acknowledged import Answered
from journey.changes.impact.pending import without_spent
from journey.changes.promote import PromotedFile, base_of, base_on, first_of, promoted_blocks, with_base
from journey.changes.since import content
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.pipeline import has_error
from journey.pipeline.preview import Before, Preview, before, preview
from journey.problem import Place, Pointer, Problem
from journey.spec import resolve
from journey.spec.promotion import Kept
from journey.spec.sources import Sources
from journey.spec.validate import did_you_mean
from journey.spec.view import View

RULE = "change/promote"
PENDING = "this change"
"""What a diff's second revision is called while there is no commit yet."""


class Request(NamedTuple):
    """What is asked for. No services: with `every` all that the source runs; `platform` its promoted blocks too.

    `past`: from the first environment, past those between, as a hotfix. `green`: only services whose gates are open.
    """

    target: str
    services: tuple[str, ...] = ()
    every: bool = False
    platform: bool = False
    source: str = ""
    release_only: bool = False
    clusters: tuple[str, ...] = ()
    past: bool = False
    green: bool = False


class Conflict(NamedTuple):
    """A value that somebody edited in the target's promoted file, which the promotion would replace."""

    here: Place
    field: str
    ours: Any
    there: Place
    theirs: Any


class Own(NamedTuple):
    """A value that is the target environment's own, and stays: where it stands, and what it says."""

    place: Place
    field: str
    value: Any


class Plan(NamedTuple):
    """A change of the spec before it is committed. `files`: the spec's new bytes by path, None of what goes.

    `verdicts` of gates are by service; `impact` is what it does to what runs, `answered` with what the spec
    acknowledges of it; `problems` are errors that the new spec would have: then nothing can be done.
    """

    begun: commits.Start
    act: record.Act
    files: Mapping[str, bytes | None]
    seen: Preview
    diff: Diff
    impact: impacts.Impact = impacts.Impact()
    answered: tuple[Answered, ...] = ()
    verdicts: Mapping[str, tuple[Verdict, ...]] = {}
    conflicts: tuple[Conflict, ...] = ()
    own: tuple[Own, ...] = ()
    notes: tuple[str, ...] = ()
    beside: Mapping[str, commits.File] = {}
    """Files outside the spec that the change moves."""

    @property
    def problems(self) -> list[Problem]:
        """What the new spec gets wrong."""
        return self.seen.problems


class Stale(Exception):
    """The tree is not as its spec wants it, so that a change would carry more than itself."""

    def __init__(self, sources: Sources, problems: list[Problem]) -> None:
        super().__init__("the tree is stale")
        self.sources = sources
        self.problems = problems


class Opened(NamedTuple):
    """Where a change begins, the spec that it changes, and the tree."""

    begun: commits.Start
    view: View
    sources: Sources
    tree: Before


def opened(root: str, git: Git) -> Opened:
    """Begin a change. Raises Refused, and Stale."""
    begun = commits.start(git)
    tree = before(root)
    if has_error(tree.problems):
        raise Stale(tree.session.sources, list(tree.problems))
    return Opened(begun, tree.session.view, tree.session.sources, tree)


def planned(root: str, request: Request, now: datetime, evidence: Evidence) -> Plan:
    """What a promotion would do. Raises Refused for what cannot be asked for, and Stale; writes nothing."""
    git = person(root)
    begun, view, sources, tree = opened(root, git)
    source = _source(view, request)
    changed = _all_moved(view, request, source)
    found = {moved.asked.service: tuple(gates.verdicts(view, git, moved.asked, now, evidence)) for moved in changed}
    notes: list[str] = []
    if request.green:
        shut = {name: gates.barred(verdicts, ()) for name, verdicts in found.items()}
        notes = [f"{name} stays: {verdict.gate}: {verdict.why}" for name, those in shut.items() for verdict in those]
        changed = [moved for moved in changed if not shut[moved.asked.service]]
        found = {moved.asked.service: found[moved.asked.service] for moved in changed}
    files = {moved.file.file: moved.file.text.encode() for moved in changed}
    steps = [record.Step(moved.asked.service, moved.before, moved.asked.version, moved.on) for moved in changed]
    if request.platform:
        blocks = promoted_blocks(view, source, request.target)
        if content(blocks.text, blocks.file) != view.input(blocks.file):
            files[blocks.file] = blocks.text.encode()
            steps.append(record.Step(record.PLATFORM, record.NONE, record.NONE))
    files |= without_spent(root, view, files, tree) if files else {}
    kind: record.Kind = "promote" if source == resolve.environment(view, request.target).promotes_from else "hotfix"
    act = record.Act(kind, request.target, source, tuple(steps))
    conflicts = [conflict for moved in changed for conflict in _conflicts(git, view, sources, moved, source)]
    own = [item for moved in changed for item in _own(view, sources, moved.asked)]
    plan = plan_of(root, begun, act, files, now, tree)
    return plan._replace(verdicts=found, conflicts=tuple(conflicts), own=tuple(own), notes=tuple(notes))


def judged(root: str, request: Request, now: datetime, evidence: Evidence) -> dict[str, tuple[Verdict, ...]]:
    """The gates of a promotion by service; of what the target runs already there are none. Raises as `planned`."""
    git = person(root)
    view = opened(root, git).view
    moved = _all_moved(view, request, _source(view, request))
    return {item.asked.service: tuple(gates.verdicts(view, git, item.asked, now, evidence)) for item in moved}


def plan_of(
    root: str,
    begun: commits.Start,
    act: record.Act,
    files: Mapping[str, bytes | None],
    now: datetime | None = None,
    tree: Before | None = None,
) -> Plan:
    """The plan of an act that gives files of the spec other bytes. now: by when acknowledgements expire."""
    seen = preview(root, files, tree)
    between = Range(begun.commit, PENDING)
    changed = [Changed(path, old, new) for path, old, new, _ in seen.changed]
    if not changed:
        return Plan(begun, act, files, seen, Diff(between))
    diff = compared(between, changed, seen.before, seen.after)
    impact = impacts.judged(diff, changed, seen.before, seen.after)
    today = (now or datetime.now(UTC)).astimezone(UTC).date()
    # by the spec before: a promotion takes away what it is the last to need
    answered = acknowledged.answered(impact.verdicts, seen.before.view, today)
    return Plan(begun, act, files, seen, diff, impact, tuple(answered))


def carry_out(root: str, plan: Plan, overrides: Sequence[record.Override] = ()) -> str:
    """Write the plan as one commit on the current branch; gives its id. Raises Refused, and then nothing is done."""
    git = person(root)
    with commits.alone(git):
        commit = committed(git, plan, overrides)
        commits.advance(git, plan.begun, commit)
    return commit


def committed(git: Git, plan: Plan, overrides: Sequence[record.Override]) -> str:
    """The plan as a commit that nothing refers to yet, with the gates that were open and those that were passed."""
    barred = {verdict.gate for verdicts in plan.verdicts.values() for verdict in gates.barred(verdicts, ())}
    told = [
        f"{service}: {verdict.gate}: {verdict.why}"
        for service, verdicts in plan.verdicts.items()
        for verdict in verdicts
        if verdict.state == "open"
    ]
    used = tuple(override for override in overrides if override.gate in barred)
    files = {**plan.beside, **{path: commits.File(data) for path, data in plan.files.items()}}
    files |= {path: commits.File(new, executable) for path, _, new, executable in plan.seen.changed}
    act = plan.act._replace(gates=tuple(told), overrides=used)
    return commits.made(git, plan.begun, files, record.message(act))


def person(root: str) -> Git:
    """The repository, with commits by whom the machine's git knows; by the workflow's account under GitHub Actions."""
    return Git(Path(root), os.environ, bot=bool(os.environ.get("GITHUB_ACTIONS")))


class _Moved(NamedTuple):
    """A service that the promotion changes. `on`: the clusters that it reaches, where these are not all."""

    asked: Asked
    before: str
    file: PromotedFile
    on: tuple[str, ...]


def _source(view: View, request: Request) -> str:
    """The environment that the target promotes from."""
    known = resolve.environments(view)
    for name in filter(None, (request.target, request.source)):
        if name not in known:
            raise Refused(RULE, f"there is no environment `{name}`", did_you_mean(name, known))
    if resolve.follows_head(view, request.target):
        raise Refused(RULE, f"nothing is promoted to `{request.target}`: it renders from head", "name a later one")
    environment = resolve.environment(view, request.target)
    before = first_of(view, request.target) if request.past else environment.promotes_from or ""
    if request.source and request.source != before:
        message = f"`{request.target}` is promoted from `{before}`, not from `{request.source}`"
        raise Refused(RULE, message, f"--from {before} --to {request.target}")
    for name in request.clusters:
        if name not in environment.clusters:
            hint = did_you_mean(name, environment.clusters)
            raise Refused(RULE, f"`{request.target}` has no cluster `{name}`", hint)
    return before


def _all_moved(view: View, request: Request, source: str) -> list[_Moved]:
    services = _services(view, request, source)
    return [found for name in services for found in _moved(view, name, source, request)]


def _services(view: View, request: Request, source: str) -> list[str]:
    known = resolve.services(view)
    unknown = [name for name in request.services if name not in known]
    if unknown:
        said = "; ".join(f"there is no service `{name}`" for name in unknown)
        raise Refused(RULE, said, did_you_mean(unknown[0], known))
    absent = [name for name in request.services if base_of(view, name, source) is None]
    if absent:
        raise Refused(RULE, f"{', '.join(absent)} is not in {source}", f"promote it to {source} first")
    if request.every:
        return [name for name in known if base_of(view, name, source) is not None]
    return list(dict.fromkeys(request.services))


def _moved(view: View, service: str, source: str, request: Request) -> Iterator[_Moved]:
    """The service's promotion; nothing where the target runs that base already."""
    target = request.target
    base = base_of(view, service, source) or {}
    environment = resolve.environment(view, target)
    if request.release_only:
        base = _released(view, service, source, target, base)
    left = tuple(name for name in environment.clusters if base_on(view, service, target, name) != base)
    chosen = request.clusters or (left[:1] if environment.rollout == "by-cluster" else left)
    clusters = tuple(name for name in chosen if name in left)
    if not clusters:
        return
    before = base_on(view, service, target, clusters[0])
    asked = Asked(service, source, target, clusters, version(base))
    on = () if set(clusters) == set(environment.clusters) else clusters
    yield _Moved(asked, version(before), with_base(view, service, target, base, clusters), on)


def _released(view: View, service: str, source: str, target: str, base: Mapping[str, Any]) -> dict[str, Any]:
    """The target's own base with the source's release."""
    mine = base_of(view, service, target)
    if mine is None:
        raise Refused(RULE, f"{service} is not in {target} yet", "promote it whole first, without --only release")
    if not base.get("release"):
        raise Refused(RULE, f"{service} has no release in {source}", "`release` is written by its first build")
    return {**mine, "release": base["release"]}


def version(base: Mapping[str, Any] | None) -> str:
    """The version of a base's release."""
    return str(((base or {}).get("release") or {}).get("version") or record.NONE)


def _conflicts(git: Git, view: View, sources: Sources, moved: _Moved, source: str) -> Iterator[Conflict]:
    """Values of the target's file that are not as an act wrote them, and that the promotion would change."""
    file = moved.file.file
    written = _as_written(git, file)
    now, then = view.input(file), content(moved.file.text, file)
    if written is None or now is None:
        return
    for edit in edits.between(file, content(written, file), now):
        path = edit.before if edit.new is MISSING else edit.after
        theirs = at(then, path)
        if theirs != edit.new:
            steps = path[1:] if path[:1] == ("base",) else path[2:]
            head = resolve.follows_head(view, source)
            service = moved.asked.service
            there = (
                Pointer(resolve.service_file(view, service), steps)
                if head
                else Pointer(resolve.promoted_file(view, service, source), ("base", *steps))
            )
            dotted = ".".join(map(str, steps))
            yield Conflict(sources.place(Pointer(file, path)), dotted, edit.new, sources.place(there), theirs)


def _as_written(git: Git, file: str) -> str | None:
    """A promoted file as the last act wrote it, or as it first came; None where nobody touched it since."""
    log = git.run("log", "--first-parent", "--diff-merges=first-parent", "-z", "--format=%H%n%B", "--", file)
    commit = ""
    for number, entry in enumerate(filter(None, log.split("\0"))):
        commit, _, text = entry.partition("\n")
        if record.read(text) is not None:
            if number == 0:
                return None
            break
    return git.read(commit, f"./{file}") if commit else None


def _own(view: View, sources: Sources, asked: Asked) -> Iterator[Own]:
    """What service.yaml says for the target environment alone."""
    file = resolve.service_file(view, asked.service)
    overlay = ((view.input(file) or {}).get("environments") or {}).get(asked.target) or {}
    for path, value in scalars({key: item for key, item in overlay.items() if key not in Kept.__struct_fields__}):
        where = Pointer(file, ("environments", asked.target, *path))
        yield Own(sources.place(where), ".".join(map(str, path)), value)
