"""New spec files, judged before they are written: by the same shapes and rules as those on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from journey.problem import Problem
from journey.spec import resolve, rules
from journey.spec.documents import platform_shape, service_shape
from journey.spec.sources import SERVICES, service_name
from journey.spec.validate import Validator
from journey.spec.view import Engine, View
from journey.spec.yaml import parse


def judge(texts: Mapping[str, str], known: Mapping[str, Any], kubernetes: Sequence[str]) -> list[Problem]:
    """Problems that new files bring, at themselves or elsewhere; those that were there before are none of them.

    texts: new files by path. known: what stands already, path -> clean value. kubernetes: versions with schemas.
    """
    values = dict(known)
    found: list[Problem] = []
    for file, text in texts.items():
        parsed = parse(text.encode(), file)
        validator = Validator(file)
        values[file] = validator.clean(
            platform_shape() if file == resolve.ROOT_FILE else service_shape(), parsed.value or {}
        )
        found += parsed.problems or validator.problems
    before = set(_judged(known, known, kubernetes)) if known else set()
    new = [problem for problem in _judged(values, texts, kubernetes) if problem not in before]
    return [*found, *rules.untouched(new, found)]


def _judged(values: Mapping[str, Any], files: Mapping[str, Any], kubernetes: Sequence[str]) -> list[Problem]:
    """Problems of the platform, and of the services among `files`."""
    services = {service_name(file): file for file in values if file.endswith("/service.yaml")}
    view = View(Engine({**values, SERVICES: services}))
    found = [*rules.judge_versions(view, tuple(kubernetes)), *rules.judge_platform(view)]
    for name, file in services.items():
        if file in files:
            found += rules.judge_service(view, name)
    return found
