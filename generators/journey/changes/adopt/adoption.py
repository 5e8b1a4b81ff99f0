"""The adoption: services made of workloads, patches for what the spec has no word for, and the proof of both."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from journey import names, pipeline
from journey.changes.adopt import closing, inferred
from journey.changes.adopt.manifests import RULE, Manifest, is_taken
from journey.ci.refused import Refused
from journey.formats import yaml
from journey.problem import Pointer, Problem, Step
from journey.scaffold.service import file_of
from journey.spec import resolve
from journey.spec.sources import DEFAULT_INCLUDES, ROOT_FILE, Sources
from journey.spec.validate import did_you_mean
from journey.spec.view import View
from journey.workload.objects import workload_of
from journey.workload.place import Object

PATCH_REASON = "As it ran before; the spec's own words say something else."
MOST_LEFT_OUT = 60
"""Values of a service that may be left to patches because the spec refuses them, before that is given up."""


class Unsound(Exception):
    """The platform's own spec, or what was made for it, has errors."""

    def __init__(self, sources: Sources, problems: Sequence[Problem]) -> None:
        super().__init__("the spec has errors")
        self.sources = sources
        self.problems = problems


class Service(NamedTuple):
    """A service that was made. `by_words` of `leaves` leaf fields of its objects follow from the spec's own words."""

    name: str
    file: str
    objects: int
    by_words: int
    leaves: int
    patches: int
    extra: int


class Adoption(NamedTuple):
    """Files to write by path, the services, and the objects that stay where they are."""

    files: Mapping[str, str]
    services: tuple[Service, ...]
    left: tuple[Manifest, ...]

    @property
    def share(self) -> float:
        """The share of leaf fields that follow from the spec's own words, in percent."""
        return 100 * sum(one.by_words for one in self.services) / max(sum(one.leaves for one in self.services), 1)


class Where(NamedTuple):
    """Into what: the environment, its cluster, the team, and the namespace of objects that name none."""

    environment: str = ""
    cluster: str = ""
    team: str = ""
    namespace: str = "default"


def adopted(root: str, manifests: Sequence[Manifest], where: Where) -> Adoption:
    """The spec that renders the manifests again, proven; nothing is written.

    Raises Refused for what cannot be adopted, and where a field would differ; Unsound for errors of the spec.
    """
    session, problems = pipeline.open_spec(root)
    if pipeline.has_error(problems):
        raise Unsound(session.sources, problems)
    settled = _settled(session.view, where)
    taken = [_placed(item, settled.namespace) for item in manifests if is_taken(item)]
    given = _spec_files(root, session.sources)
    files: dict[str, str] = {}
    made: list[Service] = []
    for workload, around in _grouped(session.view, taken):
        file = _file(session.view, root, workload.name)
        said, service = _service(root, {**given, **_bytes(files)}, file, workload, around, settled)
        files[file] = f"# Adopted from {', '.join(_sources(workload, around))}.\n{yaml.emit(said)}"
        made.append(service)
    _prove(root, {**given, **_bytes(files)}, taken, made, settled)
    return Adoption(files, tuple(made), tuple(item for item in manifests if not is_taken(item)))


def _settled(view: View, where: Where) -> Where:
    """What was not said, filled in. Raises Refused for what there is not."""
    known, teams = resolve.environments(view), resolve.teams(view)
    head = [name for name in known if resolve.follows_head(view, name)]
    environment = where.environment or head[0]
    if environment not in head:
        hint = did_you_mean(environment, head) if environment not in known else f"one that does: {', '.join(head)}"
        raise Refused(RULE, f"no environment `{environment}` renders from head", hint)
    clusters = resolve.environment(view, environment).clusters
    cluster = where.cluster or clusters[0]
    if cluster not in clusters:
        raise Refused(RULE, f"`{environment}` has no cluster `{cluster}`", did_you_mean(cluster, clusters))
    team = where.team or (teams[0] if len(teams) == 1 else "")
    if team not in teams:
        raise Refused(RULE, f"there is no team `{team}`" if team else "say whose it is", f"--team {' | '.join(teams)}")
    return Where(environment, cluster, team, where.namespace)


def _placed(item: Manifest, namespace: str) -> Manifest:
    """The object with its namespace said."""
    metadata = item.content["metadata"]
    if metadata.get("namespace"):
        return item
    ordered = {"name": metadata["name"], "namespace": namespace}
    return item._replace(content={**item.content, "metadata": {**ordered, **metadata, "namespace": namespace}})


def _grouped(view: View, taken: Sequence[Manifest]) -> list[tuple[Manifest, list[Manifest]]]:
    """Each workload with the objects around it; what none claims goes with the first. Raises Refused."""
    workloads = [item for item in taken if item.kind in inferred.KINDS]
    if not workloads:
        message = "there is no workload to make a service of: Deployment, StatefulSet, CronJob, Job"
        raise Refused(RULE, message, "name the files that hold one")
    wrong = []
    known = {*resolve.services(view), *(view.input(ROOT_FILE, "datastores") or ())}
    seen: set[str] = set()
    for item in workloads:
        if not re.search(names.DNS_LABEL, item.name) or len(item.name) > names.LABEL_LIMIT:
            wrong.append(f"{item.file}: {item} has a name that no service can have")
        elif item.name in known or item.name in seen:
            wrong.append(f"{item.file}: there is a service or datastore `{item.name}` already")
        seen.add(item.name)
    if wrong:
        raise Refused(RULE, "; ".join(wrong), "adopt the others, and these under another name by hand")
    left = [item for item in taken if item.kind not in inferred.KINDS]
    groups: list[tuple[Manifest, list[Manifest]]] = []
    for workload in workloads:
        around = list(inferred.owned(workload, left))
        left = [item for item in left if item not in around]
        groups.append((workload, around))
    groups[0][1].extend(left)
    return groups


def _sources(workload: Manifest, around: Iterable[Manifest]) -> list[str]:
    return sorted({os.path.basename(item.file) for item in (workload, *around)})


def _file(view: View, root: str, name: str) -> str:
    file = file_of(name, view.input(ROOT_FILE, "includes") or DEFAULT_INCLUDES)
    if file is None:
        raise Refused(RULE, "no `includes` of platform.yaml ends in /*/service.yaml", "add one: apps/*/service.yaml")
    if Path(root, file).exists():
        raise Refused(RULE, f"{file} is there already", "move it away")
    return file


def _spec_files(root: str, sources: Sources) -> dict[str, bytes]:
    return {file: Path(root, file).read_bytes() for file in (*sources.documents, *sources.schemas)}


def _bytes(files: Mapping[str, str]) -> dict[str, bytes]:
    return {file: text.encode() for file, text in files.items()}


def _service(
    root: str, given: Mapping[str, bytes], file: str, workload: Manifest, around: Sequence[Manifest], where: Where
) -> tuple[dict[str, Any], Service]:
    """What service.yaml says, with what closes the rest, and how much of it that is."""
    said = inferred.service(workload, {item.key: item for item in around}, where.team)
    said, have = _accepted(root, given, file, said, workload.name, where)
    wanted = {item.key: item.content for item in (workload, *around)}
    patches = list(_patches(have, wanted, workload.name))
    extra = [content for key, content in wanted.items() if key not in have]
    counts = [closing.made(have.get(key, {}), content) for key, content in wanted.items()]
    by_words, leaves = (sum(numbers) for numbers in zip(*counts, strict=True))
    summary = Service(workload.name, file, len(wanted), by_words, leaves, len(patches), len(extra))
    more = {"patches": patches, "extra": extra}
    return {**said, **{key: value for key, value in more.items() if value}}, summary


def _accepted(
    root: str, given: Mapping[str, bytes], file: str, said: dict[str, Any], name: str, where: Where
) -> tuple[dict[str, Any], dict[tuple[str, str], Object]]:
    """What the spec takes of it, and the objects that it then renders; what it refuses is left to patches."""
    for _ in range(MOST_LEFT_OUT):
        session, problems = pipeline.open_given(root, {**given, file: yaml.emit(said).encode()})
        errors = [found for found in problems if pipeline.has_error([found])]
        if not errors:
            rendered = workload_of(session.view, name, where.environment, where.cluster).objects
            return said, {(item.kind, str(item.content["metadata"]["name"])): item.content for item in rendered}
        places = [found.where for found in errors if isinstance(found.where, Pointer)]
        path = next((where.path for where in places if where.file == file and where.path), None)
        if path is None or path[0] in ("team", "live", "kind"):
            raise Unsound(session.sources, errors)
        said = _without(said, path)
    raise Refused(RULE, f"the spec refuses too much of {name}", "write its service.yaml by hand")


def _without(value: Any, path: tuple[Step, ...]) -> Any:
    """A copy without what stands at a path, or at the longest part of it that is there."""
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping) and step in value:
        if rest and isinstance(value[step], (Mapping, list)) and value[step]:
            below = _without(value[step], rest)
            return {**value, step: below} if below else {key: item for key, item in value.items() if key != step}
        return {key: item for key, item in value.items() if key != step}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [item for number, item in enumerate(value) if number != step]
    return {}


def _patches(
    have: Mapping[tuple[str, str], Object], wanted: Mapping[tuple[str, str], Object], service: str
) -> Iterator[dict[str, Any]]:
    for key, content in have.items():
        target = {"kind": key[0], **({"name": key[1]} if key[1] != service else {})}
        if key not in wanted:
            yield {"target": target, "merge": {"$patch": "delete"}, "reason": PATCH_REASON}
        elif changes := list(closing.operations(content, wanted[key])):
            yield {"target": target, "json": changes, "reason": PATCH_REASON}


def _prove(
    root: str, given: Mapping[str, bytes], taken: Sequence[Manifest], made: Sequence[Service], where: Where
) -> None:
    """Render all of it and compare with what came in, field for field. Raises Refused, and Unsound."""
    session, problems = pipeline.open_given(root, given)
    if pipeline.has_error(problems):
        raise Unsound(session.sources, problems)
    have = {
        (item.kind, str(item.content["metadata"]["name"])): item.content
        for service in made
        for item in workload_of(session.view, service.name, where.environment, where.cluster).objects
    }
    wrong = [f"{key[0]} `{key[1]}` would be new" for key in have if key not in {item.key for item in taken}]
    for item in taken:
        differing = [found["path"] for found in closing.operations(have.get(item.key, {}), item.content)]
        wrong += [f"{item}: {path or 'all of it'}" for path in differing]
    if wrong:
        raise Refused(RULE, f"would not be rendered as it is: {'; '.join(wrong)}", "write these services by hand")
