"""The Dockerfile: one stage installs and stages, the last one starts from nothing.

The last stage holds what the program needs and no shell or package manager: its interpreter or server, the libraries
that the dynamic linker names for it, its dependencies, its own files. The instructions are those of the Dockerfile
reference (docs.docker.com/reference/dockerfile); nothing asks for a frontend that is newer than an engine's own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence

from journey.facts.builds import Image
from journey.facts.units import seconds
from journey.spec.requests import Probe
from journey.spec.resolve import Settings
from journey.spec.service import Service
from journey.targets.images import runtimes
from journey.targets.images.runtimes import APP, CODE, ROOT, Runtime

_INTERVAL, _TIMEOUT, _RETRIES = 30, 3, 3
"""Seconds, seconds and failures in a row where no probe says them; the reference's defaults but for the time-out."""


def text(image: Image, platform: Settings) -> str:
    """The Dockerfile of a service."""
    runtime = runtimes.RUNTIMES[image.service.runtime](image)
    return "\n".join((*_build(image, runtime), "", *_last(image, runtime, platform)))


def _build(image: Image, runtime: Runtime) -> Iterator[str]:
    """The stage in which everything is made. Seconds since 1970 of all files are one argument."""
    yield f"ARG BASE_IMAGE={image.base}"
    yield ""
    yield "FROM ${BASE_IMAGE} AS build"
    yield 'SHELL ["/bin/bash", "-euo", "pipefail", "-c"]'
    yield f"WORKDIR {APP}/{image.folder}"
    yield from runtime.dependencies
    yield from (f"COPY {path.rstrip('/')} {APP}/{path.rstrip('/')}" for path in image.build.sources)
    yield f"COPY {image.folder} {APP}/{image.folder}"
    yield from (f"RUN {command}" for command in image.build.run)
    yield from runtime.finish
    yield "ARG SOURCE_DATE_EPOCH=0"
    yield "WORKDIR /"  # coreutils 9.1: `cp --archive --parents` looks for the folders above below the working folder
    yield _run(runtimes.staged(image, runtime))


def _run(commands: Iterable[str]) -> str:
    return "RUN " + " \\\n && ".join(commands)


def _last(image: Image, runtime: Runtime, platform: Settings) -> Iterator[str]:
    """The stage that becomes the image. What changes with each commit stands last."""
    security = image.service.security
    yield "FROM scratch"
    yield f"COPY --from=build {ROOT}/ /"
    yield f"COPY --from=build {CODE}/ /"
    yield "ENV " + " \\\n    ".join(f"{name}={value}" for name, value in runtime.environment.items())
    yield f"WORKDIR {APP}/{image.folder}"
    yield f"USER {security.user}:{security.group}"
    for port in image.service.ports.values():
        yield f"EXPOSE {port.port}/{port.protocol.lower()}"
    yield f"STOPSIGNAL {runtime.stop}"
    yield _health(image, runtime)
    yield f"ENTRYPOINT {_words(image.build.start or runtime.start)}"
    yield from _labels(image, platform)


def _health(image: Image, runtime: Runtime) -> str:
    """The readiness probe as the engine asks it: compose and engines wait for it, Kubernetes asks its own."""
    probe = image.service.health.readiness or image.service.health.liveness
    command = image.build.health or _asked(image.service, probe, runtime)
    if not command:
        return "HEALTHCHECK NONE"
    startup = image.service.health.startup
    interval = seconds(probe.period) if probe else _INTERVAL
    timeout = seconds(probe.timeout) if probe else _TIMEOUT
    retries = probe.failures if probe else _RETRIES
    grace = math.ceil(seconds(startup.period) * startup.failures) if startup else 0
    options = [f"--interval={_time(interval)}", f"--timeout={_time(timeout)}", f"--retries={retries}"]
    if grace:
        options.insert(2, f"--start-period={grace}s")
    return f"HEALTHCHECK {' '.join(options)} \\\n    CMD {_words(command)}"


def _time(value: float) -> str:
    """Whole seconds, at least one: an engine takes less, and would ask without end."""
    return f"{max(1, math.ceil(value))}s"


def _asked(service: Service, probe: Probe | None, runtime: Runtime) -> tuple[str, ...]:
    """The command that asks what a probe asks; none where nothing in the image can."""
    if probe is None or service.kind in ("cron", "job"):
        return ()
    if probe.kind == "exec":
        return probe.command
    port = service.ports.get(probe.port)
    if probe.kind != "http" or port is None or not runtime.asks:
        return ()
    return (*runtime.asks, f"http://127.0.0.1:{port.port}{probe.path}")


def _words(command: Sequence[str]) -> str:
    return json.dumps(list(command), ensure_ascii=False)


def _labels(image: Image, platform: Settings) -> Iterator[str]:
    """github.com/opencontainers/image-spec/blob/main/annotations.md; no `created`, which would differ each time."""
    source = platform.repository.url.removesuffix(".git")
    values = {
        "title": json.dumps(image.name),
        "description": json.dumps(image.service.description.replace("$", "\\$"), ensure_ascii=False),
        "source": json.dumps(source),
        "base.name": '"${BASE_IMAGE}"',
        "version": '"${VERSION}"',
        "revision": '"${COMMIT}"',
    }
    if not image.service.description:
        del values["description"]
    yield "ARG BASE_IMAGE"
    yield "ARG VERSION=unknown"
    yield "ARG COMMIT=unknown"
    yield "LABEL " + " \\\n    ".join(f"org.opencontainers.image.{name}={value}" for name, value in values.items())
