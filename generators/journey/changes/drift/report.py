"""All that differs on a cluster, each difference with the line of the spec that says otherwise, by that line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from journey.changes.drift import found as finding
from journey.changes.drift.found import Cluster, Drift
from journey.changes.drift.objects import Found, of_cluster
from journey.explain import find
from journey.explain.answers import Cause, explain
from journey.explain.fields import Name
from journey.explain.trials import Trials
from journey.pipeline.session import Session
from journey.problem import Place, Pointer
from journey.spec import resolve

MANAGERS = {"argocd": finding.MANAGER, "flux": "kustomize-controller"}
"""Field managers of what syncs a cluster (fluxcd.io/flux/components/kustomize, "Controlling the apply behavior")."""


class Located(NamedTuple):
    """A difference, the file that says otherwise (empty: a stray), and the line of the spec that made it say so.

    `cause` is None where the object as a whole is meant, or the target itself says it. `application`: what syncs it.
    """

    drift: Drift
    file: str
    place: Place
    cause: Cause | None
    application: str


class Report(NamedTuple):
    """What came of looking: how many objects were compared, and what differs, by place."""

    objects: int
    found: tuple[Located, ...]

    @property
    def by_place(self) -> dict[Place, list[Located]]:
        """The differences by the line of the spec."""
        groups: dict[Place, list[Located]] = {}
        for item in self.found:
            groups.setdefault(item.place, []).append(item)
        return dict(sorted(groups.items()))


def drift(root: str, session: Session, name: str, cluster: Cluster, services: Sequence[str] = ()) -> Report:
    """Compare a cluster with its tree. services: only objects of these; all unless said. Raises found.Says."""
    manager = MANAGERS[resolve.cluster(session.view, name).gitops]
    items = [item for item in of_cluster(Path(root), name) if not services or _of(item.path, services)]
    applications = _applications(items if not services else of_cluster(Path(root), name))
    teller = _Teller(session)
    located = [
        teller.located(item.path, difference, applications)
        for item in items
        for difference in finding.compared(cluster, item.object, manager)
    ]
    for difference in _strays(cluster, items):
        place = session.sources.place(Pointer(resolve.ROOT_FILE, ("clusters", name), key=True))
        located.append(Located(difference, "", place, None, ""))
    return Report(len(items), tuple(located))


def _of(path: str, services: Sequence[str]) -> bool:
    return any(f"/{service}/" in path for service in services)


def _strays(cluster: Cluster, items: Sequence[Found]) -> Iterator[Drift]:
    """Objects beside those of services, of the kinds and in the namespaces that services have."""
    own = [item.object for item in items if item.path.startswith("environments/") and "/_shared/" not in item.path]
    spaced = [item for item in own if item["metadata"].get("namespace")]
    kinds = list(dict.fromkeys((item["apiVersion"], item["kind"]) for item in spaced))
    return finding.strays(cluster, own, kinds, sorted({item["metadata"]["namespace"] for item in spaced}))


def _applications(items: Sequence[Found]) -> dict[str, str]:
    """Names of Applications by the folder that they sync."""
    found = {}
    for item in items:
        if item.object["kind"] == "Application":
            source: Mapping[str, Any] = item.object.get("spec", {}).get("source") or {}
            if source.get("path"):
                found[str(source["path"]).rstrip("/")] = str(item.object["metadata"]["name"])
    return found


class _Teller:
    """Explains fields of files; each file is rendered once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._trials: dict[str, Trials] = {}

    def located(self, file: str, drift: Drift, applications: Mapping[str, str]) -> Located:
        """The difference with its place in the spec."""
        trials = self._of(file)
        name = self._name(trials, file, drift)
        cause = None
        if name is not None:
            answer = explain(trials, file, [name]).answers[0]
            cause = answer.causes[0] if answer.causes else None
        where = cause.where if cause else trials.artifacts[file].origin
        application = next((applications[folder] for folder in _folders(file) if folder in applications), "")
        return Located(drift, file, self._session.sources.place(where), cause, application)

    def _of(self, file: str) -> Trials:
        if file not in self._trials:
            self._trials[file] = find.trials_of(self._session, file)
        return self._trials[file]

    def _name(self, trials: Trials, file: str, drift: Drift) -> Name | None:
        """The field of the file that differs; None where the tree does not say it."""
        if drift.kind not in ("changed", "removed"):
            return None
        plain = drift.name[: drift.name.index("~")] if "~" in drift.name else drift.name
        known = trials.fields(file).values
        if plain in known:
            return plain
        return next((name for name in known if name[: len(plain)] == plain), None)


def _folders(file: str) -> Iterator[str]:
    folder = file.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
