"""Which services must be built: those whose image would be another one than the recorded release.

The question is asked of git alone: does anything that the Dockerfile takes differ between HEAD and the commit that the
service's release was built from, on this branch or on the branch of a release that waits to be merged? A run that
failed, was replaced or ran twice changes nothing in the answer.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from journey.ci.dockerfile import sources
from journey.ci.git import Git
from journey.facts.builds import NOT_IMAGE
from journey.spec.yaml import parse
from journey.targets import is_rendered

MOST_JOBS = 256
"""GitHub's limit on the jobs of a matrix; what is over it is found by the next run."""


class Service(NamedTuple):
    """A service that may be built: its name, its file in the spec, and the repository of its image."""

    name: str
    file: str
    image: str

    @property
    def folder(self) -> str:
        """Its folder, without a slash at the end."""
        return posixpath.dirname(self.file)

    @property
    def dockerfile(self) -> str:
        """Where its Dockerfile stands."""
        return f"{self.folder}/Dockerfile"


def release_branch(service: str) -> str:
    """The branch on which a release waits to be merged."""
    return f"release/{service}"


def affected(git: Git, services: Iterable[Service], head: str = "HEAD", remote: str = "origin") -> list[Service]:
    """The services to build, in the order given. One without a Dockerfile cannot be built and is left out."""
    found = []
    for service in services:
        text = git.read(head, service.dockerfile)
        if text is not None and _is_new(git, service, sources(text), head, remote):
            found.append(service)
    return found


def _is_new(git: Git, service: Service, paths: tuple[str, ...], head: str, remote: str) -> bool:
    built = list(_built(git, service, head, remote))
    return not any(_same(git, service, paths, commit, head) for commit in built)


def _built(git: Git, service: Service, head: str, remote: str) -> Iterator[str]:
    """Commits that releases of the service were built from, as far as this repository has them."""
    for revision in (head, f"refs/remotes/{remote}/{release_branch(service.name)}"):
        text = git.read(revision, service.file)
        release = _release(text) if text is not None else {}
        commit = release.get("commit")
        known = git.commit(commit) if isinstance(commit, str) else None
        if known is not None:
            yield known


def _release(text: str) -> dict[str, Any]:
    value = parse(text.encode(errors="surrogateescape"), "").value
    release = value.get("release") if isinstance(value, dict) else None
    return release if isinstance(release, dict) else {}


def _same(git: Git, service: Service, paths: tuple[str, ...], old: str, new: str) -> bool:
    changed = git.changed(old, new)
    beside = {service.dockerfile, f"{service.dockerfile}.dockerignore", ".dockerignore"}
    return not any(path in beside or _is_source(service, path, paths) for path in changed)


def _is_source(service: Service, path: str, paths: tuple[str, ...]) -> bool:
    if _is_spec(path) or path in {f"{service.folder}/{name}" for name in NOT_IMAGE}:
        return False
    if any(source and (path == source or path.startswith(f"{source}/")) for source in paths):
        return True
    return "" in paths and not is_rendered(path)


def _is_spec(path: str) -> bool:
    """Whether a release or a promotion writes the file. Were it a source, each release would bring on the next."""
    folder, _, name = path.rpartition("/")
    return name == "service.yaml" or folder.rpartition("/")[2] == "promoted"


def matrix(services: Iterable[Service]) -> list[dict[str, str]]:
    """What the jobs of a matrix are told, one mapping a service."""
    rows = [{"service": item.name, "image": item.image, "dockerfile": item.dockerfile} for item in services]
    return rows[:MOST_JOBS]
