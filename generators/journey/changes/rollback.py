"""Going back: what an environment ran of a service before, restored by a new commit and held there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from journey.changes import record
from journey.changes.diff import edits
from journey.changes.diff.compare import MISSING
from journey.changes.holds import held, known
from journey.changes.promote import promotable, with_base
from journey.changes.promotion import RULE, Plan, opened, person, plan_of, version
from journey.changes.since import content
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.explain.fields import short
from journey.problem import Pointer
from journey.spec import edit, resolve
from journey.spec.documents import base_shape
from journey.spec.edit import EditError
from journey.spec.sources import ROOT_FILE, Sources
from journey.spec.view import View

LAST_GOOD = "last-good"


class Earlier(NamedTuple):
    """What an environment ran from a commit on: the base, and the kind of act that brought it."""

    commit: str
    base: Mapping[str, Any]
    kind: str = ""


def planned(root: str, service: str, environment: str, to: str, reason: str) -> Plan:
    """The plan of a rollback to a version, to a commit, or to what ran before (`last-good`). Raises Refused and Stale.

    Where services are promoted to the environment it also holds this one there.
    """
    git = person(root)
    begun, view, sources, tree = opened(root, git)
    known(view, service, environment)
    head = resolve.follows_head(view, environment)
    file = resolve.service_file(view, service) if head else resolve.promoted_file(view, service, environment)
    now = _base(view.input(file), head)
    if now is None:
        raise Refused(RULE, f"{service} is not in {environment}", "there is nothing to go back from")
    then = _found(git, file, head, now, to, f"{service} in {environment}")
    own = resolve.service_file(view, service)
    data = Path(root, own).read_bytes()
    files: dict[str, bytes] = {}
    if head:
        files[own] = _restored(data, view.input(own) or {}, then, git, own)
    else:
        back = with_base(view, service, environment, dict(then.base))
        files = {back.file: back.text.encode(), own: held(view, data, service, environment, reason)}
    steps = (record.Step(service, version(now), version(then.base)),)
    evidence = (f"restores {then.commit}", f"reason: {reason}")
    act = record.Act("rollback", environment, steps=steps, evidence=evidence)
    notes = [*_kept(git, view, sources, service, environment, then.commit), *doubts(now, then.base)]
    return plan_of(root, begun, act, files, tree=tree)._replace(notes=tuple(notes))


def _base(value: Any, head: bool) -> dict[str, Any] | None:
    """The base that a file of the spec holds."""
    if not value:
        return None
    found: dict[str, Any] | None = promotable(base_shape(), value) if head else value.get("base")
    return found


def _found(git: Git, file: str, head: bool, now: Mapping[str, Any], to: str, what: str) -> Earlier:
    """The earlier base that is meant."""
    if to == LAST_GOOD:
        return _last_good(git, file, head, now, what)
    for earlier in _earlier(git, file, head):
        if version(earlier.base) == to and earlier.base != now:
            return earlier
    if version(now) == to:
        raise Refused(RULE, f"{what} runs {to} already", "journey history tells what ran before")
    commit = git.commit(to)
    text = git.read(commit, f"./{file}") if commit else None
    base = _base(content(text, file), head) if text is not None else None
    if commit is None or base is None:
        raise Refused(RULE, f"`{to}` is no version or commit at which {what} ran", "journey history lists them")
    if base == now:
        raise Refused(RULE, f"{what} has not changed since {to}", "journey history tells what ran before")
    return Earlier(commit, base)


def _last_good(git: Git, file: str, head: bool, now: Mapping[str, Any], what: str) -> Earlier:
    """What ran before; never what somebody went back from, nor, once there is a release, what was before the first."""
    left: list[Mapping[str, Any]] = [now]
    came_by_rollback = False
    for earlier in _earlier(git, file, head):
        if came_by_rollback:
            left.append(earlier.base)
        if earlier.base not in left and (earlier.base.get("release") or not now.get("release")):
            return earlier
        came_by_rollback = earlier.kind == "rollback"
    raise Refused(RULE, f"nothing ran before what {what} is now", "name a version or a commit: journey history")


def _earlier(git: Git, file: str, head: bool) -> Iterator[Earlier]:
    """Every base along the branch's first parents, the last first."""
    log = git.run("log", "--first-parent", "--diff-merges=first-parent", "-z", "--format=%H%n%B", "--", file)
    for entry in filter(None, log.split("\0")):
        commit, _, text = entry.partition("\n")
        data = git.read(commit, f"./{file}")
        base = _base(content(data, file), head) if data is not None else None
        act = record.read(text)
        if base is not None:
            yield Earlier(commit, base, act.kind if act else "")


def _restored(data: bytes, now: Mapping[str, Any], then: Earlier, git: Git, file: str) -> bytes:
    """service.yaml with the base that it had at a commit; overlays and what acts everywhere stay as they are."""
    before = content(git.read(then.commit, f"./{file}") or "", file)
    try:
        for name in base_shape().fields:
            if name in before and before[name] != now.get(name):
                data = edit.set_value(data, (name,), before[name])
            elif name in now and name not in before:
                data = edit.remove(data, (name,))
    except EditError as error:
        raise Refused(RULE, str(error), "edit service.yaml by hand") from error
    return data


def _kept(git: Git, view: View, sources: Sources, service: str, environment: str, commit: str) -> Iterator[str]:
    """What differed then outside of the base, and is not restored."""
    own = resolve.service_file(view, service)
    clusters = resolve.environment(view, environment).clusters
    blocks: list[tuple[str, tuple[str, ...]]] = [
        (own, ("environments", environment)),
        (ROOT_FILE, ("environments", environment)),
        *((ROOT_FILE, ("clusters", cluster)) for cluster in clusters),
    ]
    blocks += [(ROOT_FILE, ("defaults",))] if resolve.follows_head(view, environment) else []
    if not resolve.follows_head(view, environment):
        blocks.append((f"promoted/{environment}.yaml", ("defaults",)))
    for file, path in blocks:
        text = git.read(commit, f"./{file}")
        then = _below(content(text, file) if text is not None else {}, path)
        for found in edits.between(file, then, _below(view.input(file) or {}, path)):
            steps = (*path, *(found.before if found.new is MISSING else found.after))
            was, now = (short(value) if value is not MISSING else "nothing" for value in (found.old, found.new))
            place = sources.place(Pointer(file, steps))
            yield f"not restored: {'.'.join(map(str, steps))} was {was}, stays {now} ({place})"


def _below(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        value = (value or {}).get(step)
    return value or {}


def doubts(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[str]:
    """What the repository alone cannot tell of the way back."""
    release = then.get("release") or {}
    if release:
        named = release.get("digest") or release.get("version")
        yield f"not checked: whether the registry still has the image {named}"
    if now.get("migrations"):
        yield "not checked: whether the database migrations that ran since can be read by the earlier version"
    for path in _secrets(now, then):
        yield f"not checked: whether the secret {path} is still there; only the earlier version reads it"


def _secrets(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    """Paths and keys of secrets that only the earlier base names."""
    both = [{f"{item['path']}#{item['key']}" for item in (base.get("secrets") or {}).values()} for base in (then, now)]
    return sorted(both[0] - both[1])
