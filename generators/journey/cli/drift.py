"""`journey drift`."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from journey.changes.diff.compare import HIDDEN, MISSING, Difference, Thing, hidden
from journey.changes.drift import adopt
from journey.changes.drift import report as drifts
from journey.changes.drift.found import Says
from journey.changes.drift.report import Located, Report
from journey.cli import options, report, subject
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.explain.fields import short
from journey.explain.find import pointer_text
from journey.facts.terraform import cloud_name
from journey.pipeline.session import Session
from journey.problem import Problem
from journey.spec import resolve
from journey.spec.splice import shown as dotted
from journey.spec.validate import did_you_mean
from journey.tree.model import shown


@click.command("drift")
@click.option("--cluster", "cluster", required=True, envvar="CLUSTER", help="The cluster that is compared.")
@click.option("--service", "services", multiple=True, help="Only objects of this service; repeatable.")
@click.option("--kubeconfig", default="", help="How to reach it; KUBECONFIG or ~/.kube/config unless given.")
@click.option("--context", default="", help="The context of the kubeconfig; its current one unless given.")
@click.option("--sign-in", is_flag=True, help="Ask the cluster's cloud for a kubeconfig, as who is signed in there.")
@click.option("--heal", is_flag=True, help="Print the syncs that restore what the tree says.")
@click.option("--adopt", "adopting", is_flag=True, help="Write live values into the spec, where a line says them.")
@click.option("--format", "style", type=click.Choice(options.FORMATS), default="text", show_default=True)
@click.pass_obj
def command(
    shared: Shared,
    cluster: str,
    services: tuple[str, ...],
    kubeconfig: str,
    context: str,
    sign_in: bool,
    heal: bool,
    adopting: bool,
    style: str,
) -> int:
    """Compare a cluster with its tree: what was changed by hand, by whom, since when, and which line says otherwise.

    Defaults and what controllers own are no drift. Nothing is written to the cluster. Exits 1 where there is drift.
    """
    session = subject.session_of(shared.root)
    _known("cluster", [cluster], resolve.clusters(session.view))
    _known("service", services, resolve.services(session.view))
    with tempfile.TemporaryDirectory(prefix="journey-") as folder:
        asked = _Asked(cluster, services, kubeconfig, context, Path(folder) if sign_in else None)
        found = _found(shared.root, session, asked)
    if style == "text":
        for line in _lines(found, cluster):
            click.echo(shown(line))
    elif style == "json":
        click.echo(json.dumps([_plain(item) for item in found.found], indent=2, ensure_ascii=False, default=str))
    else:
        problems = [Problem(item.place, f"drift/{item.drift.kind}", _told(item)) for item in found.found]
        report.findings(session.sources, problems, style)
    if heal:
        for line in _syncs(found):
            click.echo(line)
    if adopting:
        _adopt(shared.root, session, found)
    return EXIT_PROBLEMS if found.found else 0


def _known(what: str, names: Any, known: Any) -> None:
    for name in names:
        if name not in known:
            raise subject.Refusal(f"there is no {what} `{name}`; {did_you_mean(name, known)}")


class _Asked(NamedTuple):
    """What is compared, and how it is reached. `folder`: where a kubeconfig that the cloud gives may stand."""

    cluster: str
    services: tuple[str, ...]
    kubeconfig: str
    context: str
    folder: Path | None


def _found(root: str, session: Session, asked: _Asked) -> Report:
    from journey.live.clouds import kubeconfig
    from journey.live.cluster import Reading
    from journey.live.kubeconfig import KubeconfigError, connect, file_of

    try:
        if asked.folder is not None:
            cluster = resolve.cluster(session.view, asked.cluster)
            name = cloud_name(session.view, asked.cluster)
            file = kubeconfig(cluster.provider, cluster.region, name, asked.folder)
        else:
            file = file_of(asked.kubeconfig, os.environ)
        reading = Reading(connect(file, asked.context))
        return drifts.drift(root, session, asked.cluster, reading, asked.services)
    except (KubeconfigError, Says) as error:
        raise subject.Refusal(str(error)) from error


def _lines(found: Report, cluster: str) -> Iterator[str]:
    for place, items in found.by_place.items():
        cause = items[0].cause
        said = f" {dotted(cause.where.path)}: {short(cause.value)}" if cause else ""
        yield f"{place}{said}"
        yield from (f"  {_told(item)}" for item in items)
    what = f"{len(found.found)} difference{'' if len(found.found) == 1 else 's'}"
    yield f"{found.objects} objects of {cluster}: {what if found.found else 'no drift'}"


def _told(item: Located) -> str:
    drift = item.drift
    metadata = drift.object["metadata"]
    space = f" in {metadata['namespace']}" if metadata.get("namespace") else ""
    what = f"{drift.object['kind']} {metadata['name']}{space}"
    who = f", by {drift.owner.manager} since {drift.owner.time}" if drift.owner else ""
    if drift.kind == "missing":
        return f"{what} is missing"
    if drift.kind == "stray":
        return f"{what} is not in the tree{who}"
    if drift.kind == "refused":
        return f"{what} cannot be brought back by a sync: {drift.why}{who}"
    return f"{what} {pointer_text(drift.path)}: {_change(item)}{who}"


def _change(item: Located) -> str:
    wanted, live = _values(item)
    if wanted is MISSING:
        return f"added {_short(live)}"
    if live is MISSING:
        return f"removed {_short(wanted)}"
    return f"{_short(wanted)} -> {_short(live)}"


def _values(item: Located) -> tuple[Any, Any]:
    """What the tree says and what is live; of a secret only that there is something."""
    drift = item.drift
    thing = Thing(drift.object["kind"], drift.object["metadata"]["name"])
    told = hidden(thing, Difference(drift.name, drift.path, drift.wanted, drift.live))
    return told.old, told.new


def _short(value: Any) -> str:
    return HIDDEN if value == HIDDEN else short(value)


def _plain(item: Located) -> dict[str, Any]:
    drift = item.drift
    values = {name: value for name, value in zip(("tree", "live"), _values(item), strict=True) if value is not MISSING}
    owner = {"manager": drift.owner.manager, "since": drift.owner.time} if drift.owner else {}
    return {
        "drift": drift.kind,
        "kind": drift.object["kind"],
        "name": drift.object["metadata"]["name"],
        "namespace": drift.object["metadata"].get("namespace", ""),
        "field": pointer_text(drift.path),
        **values,
        **owner,
        "file": item.file,
        "spec": str(item.place),
        "application": item.application,
        "message": _told(item),
    }


def _syncs(found: Report) -> Iterator[str]:
    """One command an Application (argo-cd.readthedocs.io, "argocd app sync")."""
    resources: dict[str, list[str]] = {}
    for item in found.found:
        group, _, _ = item.drift.object["apiVersion"].rpartition("/")
        metadata = item.drift.object["metadata"]
        name = f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else metadata["name"]
        if item.application:
            resources.setdefault(item.application, []).append(f"{group}:{item.drift.object['kind']}:{name}")
    for application, names in sorted(resources.items()):
        yield f"argocd app sync {application} " + " ".join(f"--resource {name}" for name in dict.fromkeys(names))


def _adopt(root: str, session: Session, found: Report) -> None:
    files: dict[str, bytes] = {}
    for item in found.found:
        made = adopt.adopted(root, session, item, files)
        if isinstance(made, str):
            click.echo(shown(f"not adopted: {_told(item)}: {made}"), err=True)
            continue
        files[made.file] = made.data
        click.echo(shown(f"adopted: {made.file} {dotted(made.path)}: {_short(item.drift.live)}"), err=True)
    for file, data in files.items():
        Path(root, file).write_bytes(data)
    if files:
        click.echo("look at the edit, then: journey render", err=True)
