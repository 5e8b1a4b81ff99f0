"""Giving a service another name: its folder moves, who names it follows, and what carries its first name keeps it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from journey import names
from journey.changes import commits, record
from journey.changes.draft import Draft, Steps
from journey.changes.promotion import RULE, Plan, opened, person, plan_of, version
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.spec import resolve
from journey.spec.platform import Cluster
from journey.spec.shape import shape_of
from journey.spec.sources import ROOT_FILE, is_promoted
from journey.spec.validate import did_you_mean
from journey.spec.view import View

FILE_MODES = {"100644": False, "100755": True}
"""What git calls a file, and whether that is executable; links and submodules are other modes (gitdatamodel(7))."""


def planned(root: str, old: str, new: str) -> Plan:
    """The plan of a service's rename. Raises Refused and Stale.

    `renamedFrom` keeps namespaces, selectors, volumes and databases; `image` says where its images are so far.
    """
    git = person(root)
    begun, view, sources, tree = opened(root, git)
    former = _asked(view, old, new)
    file = resolve.service_file(view, old)
    folder = os.path.dirname(file)
    target = f"{os.path.dirname(folder)}/{new}".lstrip("/")
    if Path(root, target).exists():
        raise Refused(RULE, f"{target} is there already", "take another name, or move what is there away")
    draft = Draft(root, sources)
    for place, found in draft.references("service", old):
        draft.set(place, found.path, new)
    for cluster in _by_default(view, old):
        draft.set(ROOT_FILE, ("clusters", cluster, "gatewayService"), new)
    release = version(view.input(file))
    for own in [name for name in sources.documents if name.startswith(f"{folder}/")]:
        for base in _bases(own, view.input(own) or {}):
            _remember(draft, view, own, base, old, former)
        draft.files[f"{target}{own.removeprefix(folder)}"] = draft.text(own)
        draft.drop(own)
    beside = dict(_moved(git, root, folder, target, draft.files))
    act = record.Act("rename", new, steps=(record.Step(old, release, release),))
    plan = plan_of(root, begun, act, draft.files, tree=tree)
    if not plan.seen.problems_bar and not resolve.service_file(plan.seen.after.view, new):
        raise Refused(RULE, f"no `includes` of platform.yaml leads to {target}/service.yaml", "add one that does")
    return plan._replace(beside=beside, notes=tuple(_notes(view, old, new, former, beside)))


def _asked(view: View, old: str, new: str) -> str:
    """The name that the service had first, empty where that is today's."""
    services = resolve.services(view)
    if old not in services:
        raise Refused(RULE, f"there is no service `{old}`", did_you_mean(old, services))
    if not re.search(names.DNS_LABEL, new) or len(new) > names.LABEL_LIMIT:
        raise Refused(RULE, f"`{new}` is no name: lower-case letters, digits and `-`, at most 63", "example: sign-in")
    stores = view.input(ROOT_FILE, "datastores") or ()
    taken = {**dict.fromkeys(services, "service"), **dict.fromkeys(stores, "datastore")}
    if new in taken:
        raise Refused(RULE, f"there is a {taken[new]} `{new}` already", "take another name")
    former = str((view.input(resolve.service_file(view, old)) or {}).get("renamedFrom") or "")
    if former and former != new:
        message = f"{old} was {former} before, and its selectors and volumes still carry that name"
        raise Refused(RULE, message, f"journey rename {old} {former} goes back; a third name has nowhere to stand")
    return former


def _by_default(view: View, service: str) -> Iterator[str]:
    """Clusters that name the service as their way in by saying nothing."""
    if shape_of(Cluster).fields["gatewayService"].default == service:
        for name, cluster in (view.input(ROOT_FILE, "clusters") or {}).items():
            if cluster.get("gateway") == "nginx" and "gatewayService" not in cluster:
                yield name


def _bases(file: str, value: dict[str, Any]) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Each base that a file of a service holds, with its path."""
    if not is_promoted(file):
        yield (), value
        return
    yield ("base",), value.get("base") or {}
    for name, base in (value.get("clusters") or {}).items():
        yield ("clusters", name), base or {}


def _remember(draft: Draft, view: View, file: str, base: tuple[Steps, dict[str, Any]], old: str, former: str) -> None:
    """Have a base say what the service was called, and where its images are."""
    path, value = base
    if former:
        draft.remove(file, (*path, "renamedFrom"))
        return
    draft.set(file, (*path, "renamedFrom"), old)
    if value.get("release") and not value.get("image"):
        draft.set(file, (*path, "image"), f"{resolve.settings(view).registry}/{old}")


def _moved(
    git: Git, root: str, folder: str, target: str, spec: dict[str, bytes | None]
) -> Iterator[tuple[str, commits.File]]:
    """The other files of the folder, at their old places as gone and at their new ones."""
    for row in filter(None, git.run("ls-files", "--stage", "-z", "--", folder).split("\0")):
        head, _, path = row.partition("\t")
        if path in spec:
            continue
        mode = head.split(" ")[0]
        if mode not in FILE_MODES:
            raise Refused(RULE, f"{path} is a link or a submodule: only files are moved", "take it out first")
        yield path, commits.File(None)
        yield f"{target}{path.removeprefix(folder)}", commits.File(Path(root, path).read_bytes(), FILE_MODES[mode])


def _notes(view: View, old: str, new: str, former: str, beside: dict[str, commits.File]) -> Iterator[str]:
    moved = len(beside) // 2
    yield f"keeps the name {former or old}: namespaces, selectors, volume claims, databases and their logins"
    if moved:
        yield f"{moved} other files of its folder move; what they say of {old} is yours to change"
    registry = resolve.settings(view).registry
    if not former:
        yield f"its images stay {registry}/{old}: `image` says so; take it out when a build has pushed {registry}/{new}"
