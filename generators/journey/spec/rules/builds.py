"""What a service says of its image beside what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator

from journey.problem import Pointer, Problem
from journey.spec import resolve
from journey.spec.build import Build
from journey.spec.rules.fragments import Fragment

BUILD = "spec/build"

RULES = {BUILD: "A rendered Dockerfile can be written: it has an entry point, and says nothing that its runtime lacks."}

_PLAIN = Build()


def build(fragment: Fragment, value: object, where: Pointer) -> Iterator[Problem]:
    """Problems of one service's `build`, which stands in its base alone."""
    service = resolve.head(fragment.view, fragment.name)
    build = service.build or _PLAIN
    if service.runtime == "generic" and not build.start:
        message = "an image of `runtime: generic` has no entry point of its own"
        yield Problem(
            where, BUILD, message, f"start: [/app/{where.file.removesuffix('/service.yaml')}/{fragment.name}]"
        )
    if service.runtime != "python" and build.lock != _PLAIN.lock:
        message = f"`lock` is said of `runtime: {service.runtime}`, which has no such file"
        yield Problem(where.child("lock")._replace(key=True), BUILD, message, "runtime: python, or remove it")
    probe = service.health.readiness or service.health.liveness
    unasked = service.runtime == "generic" and probe is not None and probe.kind != "exec" and not build.health
    if unasked and service.kind not in ("cron", "job"):
        message = "nothing in an image of `runtime: generic` can ask its readiness probe"
        yield Problem(where, BUILD, message, "health: [<a command of its own that exits 0 while it is healthy>]")
