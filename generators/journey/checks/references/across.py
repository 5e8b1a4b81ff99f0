"""All that a platform defines, held against all that it names: nothing missing on a cluster, nothing twice."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from journey.checks.references.cloud import GROUP
from journey.checks.references.defined import ANYTHING, DERIVED
from journey.checks.references.referred import CLUSTER, FILE, PATH
from journey.problem import Pointer, Problem

MISSING = "references/missing"
DUPLICATE = "references/duplicate"

Defined: TypeAlias = Mapping[str, Sequence[tuple[str, Pointer]]]
"""Identity -> the files that bring it, each with the block of the spec that it follows from."""


class Identity(NamedTuple):
    """The parts of an identity."""

    cluster: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        kind = self.kind.partition(".")[0]
        name, _, part = self.name.partition(":")
        if self.kind.endswith(GROUP):
            return f"{kind} {self.name} in {self.namespace}" if self.namespace else f"{kind} {self.name}"
        whole = f"{kind} {name}" if not part else f"{_PARTS.get(kind, 'part')} {part} of {kind} {name}"
        return f"{whole} in namespace {self.namespace}" if self.namespace else whole

    @property
    def where(self) -> str:
        """Where it stands."""
        if not self.kind.endswith(GROUP):
            return f"on cluster {self.cluster}"
        _, _, environment = self.cluster.partition(":")
        return f"in the AWS account of {environment}" if environment else "on AWS"


_PARTS = {"Service": "port", "Gateway": "listener"}


def judge(
    defined: Defined, referred: Iterable[tuple[str, str, Pointer]], folders: Collection[str]
) -> Iterator[Problem]:
    """What is missing and what is twice.

    referred: (identity, path of the file that names it, its block of the spec). folders: every folder that holds
    rendered files, at any depth; a set, as it is asked for each path.
    """
    yield from _duplicates(defined)
    absent = [found for found in referred if found[0] not in defined and f"{DERIVED}{found[0]}" not in defined]
    clusters = _clusters(folders)
    kinds = {one.split("|", 2)[1] for one in defined} if absent else ()
    missing = [found for found in absent if not _is_there(found[0], defined, folders, clusters, kinds)]
    if missing:
        yield from _missing(defined, missing, folders)


def _clusters(folders: Iterable[str]) -> set[str]:
    """The clusters that something is rendered for: a hub's have shared objects, but no Argo CD of their own."""
    return {folder.split("/")[1] for folder in folders if folder.startswith("clusters/")}


_BY_BOOTSTRAP = (f"Bucket{GROUP}", f"Alias{GROUP}")
"""What a platform has from elsewhere that leaves CloudFormation out of its `targets`: none of it is rendered then."""


def _is_there(
    identity: str, defined: Defined, folders: Collection[str], clusters: Collection[str], kinds: Collection[str]
) -> bool:
    """Whether a folder holds files, a cluster has any, or a chart fills the namespace with what nobody knows here."""
    if identity.startswith(PATH):
        return identity.removeprefix(PATH) in folders
    if identity.startswith(CLUSTER):
        return identity.removeprefix(CLUSTER) in clusters
    cluster, kind, namespace, _ = identity.split("|", 3)
    if kind.endswith(GROUP) and kind in _BY_BOOTSTRAP:
        return kind not in kinds
    return bool(namespace) and f"{DERIVED}{cluster}|{ANYTHING}|{namespace}|{ANYTHING}" in defined


def _duplicates(defined: Defined) -> Iterator[Problem]:
    for identity, files in defined.items():
        if len(files) > 1 and not identity.startswith(DERIVED):
            (first, _), *others = sorted(files)
            what = Identity(*identity.split("|", 3))
            for path, where in others:
                message = f"{path}: {first} defines {what} {what.where} too"
                yield Problem(where, DUPLICATE, message, "rename one of them, or render it once")


def _missing(
    defined: Defined, missing: Iterable[tuple[str, str, Pointer]], folders: Collection[str]
) -> Iterator[Problem]:
    known = _Known(defined, folders)
    for identity, path, where in missing:
        message, hint = known.fault(identity)
        yield Problem(where, MISSING, f"{path}: {known.subject(path)} names {message}", hint)


class _Known:
    """What there is, turned around for messages: made only when something is missing."""

    def __init__(self, defined: Defined, folders: Collection[str]) -> None:
        self.folders = folders
        self.names: dict[tuple[str, str, str], list[str]] = {}
        self.places: dict[tuple[str, str, str], list[str]] = {}
        self.files: dict[str, Identity] = {}
        for identity, files in defined.items():
            found = Identity(*identity.removeprefix(DERIVED).split("|", 3))
            self.names.setdefault((found.cluster, found.kind, found.namespace), []).append(found.name)
            self.places.setdefault((found.cluster, found.kind, found.name), []).append(found.namespace)
            if not identity.startswith(DERIVED):
                for path, _ in files:
                    self.files.setdefault(path, found)

    def subject(self, path: str) -> str:
        """The object in a file."""
        found = self.files.get(path)
        return f"{found.kind.partition('.')[0]} {found.name}" if found else "it"

    def fault(self, identity: str) -> tuple[str, str]:
        """What is missing, and a hint."""
        if identity.startswith(PATH):
            path = identity.removeprefix(PATH)
            return f"folder {path}, which holds no rendered file", _did_you_mean(path, self.folders)
        if identity.startswith(CLUSTER):
            name = identity.removeprefix(CLUSTER)
            return f"cluster {name}, for which nothing is rendered", _did_you_mean(name, _clusters(self.folders))
        wanted = Identity(*identity.split("|", 3))
        if identity.startswith(FILE):
            return f"file {wanted.name}, which nothing renders", self._hint(wanted)
        return f"{wanted}, which nothing renders {wanted.where}", self._hint(wanted)

    def _hint(self, wanted: Identity) -> str:
        """The parts of an object that is there, else a namespace where it is, else the nearest name of its kind."""
        others = self.names.get((wanted.cluster, wanted.kind, wanted.namespace), [])
        name, colon, _ = wanted.name.partition(":")
        parts = [other.partition(":")[2] for other in others if colon and other.startswith(f"{name}:")]
        if parts:
            return f"it has {', '.join(parts)}"
        if wanted.kind.endswith(GROUP):
            return _did_you_mean(wanted.name, others)
        elsewhere = self.places.get((wanted.cluster, wanted.kind, wanted.name))
        if elsewhere:
            return f"it stands in namespace {min(elsewhere)}"
        return _did_you_mean(name, [other for other in others if ":" not in other])


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"did you mean {near[0]}?" if near else ""
