"""How images are built: which services have a rendered Dockerfile, where it stands, and what it is built on."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from journey.spec import resolve
from journey.spec.build import Build
from journey.spec.service import Service
from journey.spec.view import View, query

TARGET = "images"
"""The target that renders Dockerfiles: nothing is asked of services where a platform leaves it out."""

BASES = {
    "python": "docker.io/library/python:3.13-slim-bookworm",
    "node": "docker.io/library/node:22-bookworm-slim",
    "nginx": "docker.io/library/nginx:1.28-bookworm",
    "generic": "docker.io/library/debian:12-slim",
}
"""What each runtime is built on unless a service says it: the official images on Debian 12, whose C library wheels
(manylinux) and Node's own builds ask for."""

NOT_IMAGE = ("runbook.md", "README.md")
"""Files of a service's folder that are no part of what runs."""

FILES = ("Dockerfile", "Dockerfile.dockerignore")
"""What is rendered for an image. BuildKit and buildah read the second beside the first
(docs.docker.com/build/concepts/context, "Filename and location")."""


class Image(NamedTuple):
    """A service's image as it is built from head. `base` has its digest where it is pinned."""

    name: str
    folder: str
    service: Service
    build: Build
    base: str


@query
def rendered(view: View) -> bool:
    """Whether the platform asks for Dockerfiles at all."""
    wanted = resolve.target_names(view)
    return not wanted or TARGET in wanted


@query
def built(view: View) -> tuple[str, ...]:
    """Services whose Dockerfile is rendered, sorted."""
    if not rendered(view):
        return ()
    names = resolve.services(view)
    return tuple(name for name in names if view.input(resolve.service_file(view, name), "build") is not None)


def folder(view: View, service: str) -> str:
    """The folder of a service, without a slash at the end."""
    return posixpath.dirname(resolve.service_file(view, service))


def files(view: View) -> tuple[str, ...]:
    """The paths of what is rendered for images: exactly those, for a Dockerfile elsewhere may be somebody's own."""
    return tuple(f"{folder(view, name)}/{file}" for name in built(view) for file in FILES)


def places(view: View) -> tuple[str, ...]:
    """Globs of where such files may have been left by services that are built no more. A header tells ours."""
    above = dict.fromkeys(posixpath.dirname(folder(view, name)) for name in built(view))
    return tuple(posixpath.join(place, "*", file) for place in above for file in FILES)


@query
def bases(view: View) -> tuple[str, ...]:
    """The images that services are built on, by name and tag, sorted."""
    return tuple(sorted({_upstream(resolve.head(view, name)) for name in built(view)}))


@query
def unpinned(view: View) -> tuple[str, ...]:
    """Those of them whose digest is not known."""
    pins = view.input(resolve.ROOT_FILE, "pins") or {}
    return tuple(base for base in bases(view) if base not in pins)


@query
def image(view: View, name: str) -> Image:
    """A service's image; only of one that is built."""
    found = resolve.head(view, name)
    upstream = _upstream(found)
    digest = (view.input(resolve.ROOT_FILE, "pins") or {}).get(upstream)
    base = f"{upstream}@{digest}" if digest else upstream
    return Image(name, folder(view, name), found, found.build or Build(), base)


def is_asked(service: Service) -> bool:
    """Whether its image has a health check: something in it can ask the readiness probe, or liveness without one."""
    build, probe = service.build or Build(), service.health.readiness or service.health.liveness
    if build.health:
        return True
    if probe is None or service.kind in ("cron", "job"):
        return False
    if probe.kind == "exec":
        return bool(probe.command)
    return probe.kind == "http" and probe.port in service.ports and service.runtime != "generic"


def _upstream(service: Service) -> str:
    own = service.build.base if service.build else None
    return own or BASES[service.runtime]
