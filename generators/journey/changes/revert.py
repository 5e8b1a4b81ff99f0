"""Undoing one act in the middle of others: what it changed in the spec is taken back, what came since stays."""

from __future__ import annotations

from journey.changes import merging, record
from journey.changes.diff.revisions import Range, differing, is_spec
from journey.changes.promotion import RULE, Plan, opened, person, plan_of, version
from journey.changes.since import content
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.spec import resolve
from journey.spec.sources import is_promoted
from journey.spec.view import View


def planned(root: str, said: str) -> Plan:
    """The plan that takes a commit's act back. Raises Refused (for a commit that is no act, and for fields that
    changed since) and Stale."""
    git = person(root)
    begun, view, _, tree = opened(root, git)
    commit = git.commit(said)
    if commit is None or not git.is_ancestor(commit, begun.commit):
        raise Refused(RULE, f"there is no commit `{said}` on this branch", "journey history lists acts")
    act = record.read(git.run("show", "--no-patch", "--format=%B", commit))
    if act is None:
        raise Refused(
            RULE, f"{commit[:10]} is no act of `promote`, `rollback` or `hold`", "git revert takes others back"
        )
    if act.kind in ("rename", "remove", "adopt", "upgrade"):
        message = f"{commit[:10]} is the act `{act.kind}`: what it changed is no environment's"
        raise Refused(RULE, message, "git revert it, then journey render")
    files = _files(git, commit, begun.commit)
    if not files:
        raise Refused(RULE, f"nothing of {commit[:10]} is left to take back", "journey history tells what ran since")
    names = list(dict.fromkeys(step.service for step in act.steps if step.service != record.PLATFORM))
    steps = tuple(_step(view, name, act.target, files) for name in names) or act.steps
    back = record.Act("revert", act.target, act.source, steps, evidence=(f"reverts {commit}",))
    return plan_of(root, begun, back, files, tree=tree)


def _files(git: Git, commit: str, head: str) -> dict[str, bytes]:
    """Each spec file that the commit changed, as it is without that change."""
    found: dict[str, bytes] = {}
    for path in differing(git, Range(f"{commit}~1", commit), "--relative"):
        if not is_spec(path):
            continue
        before, after, now = (merging.blob(git, f"{one}:./{path}") for one in (f"{commit}~1", commit, head))
        if before is None:
            message = f"{commit[:10]} brought {path}: there was nothing before"
            raise Refused(RULE, message, f"to take the service out, remove {path}")
        data = merging.joined(after, now, before, path)
        if data != now:
            found[path] = data
    return found


def _step(view: View, service: str, environment: str, files: dict[str, bytes]) -> record.Step:
    """What the environment runs of the service, and what it will."""
    file = resolve.promoted_file(view, service, environment)
    now = (view.input(file) or {}).get("base")
    then = content(files[file].decode(), file).get("base") if file in files and is_promoted(file) else now
    return record.Step(service, version(now), version(then))
