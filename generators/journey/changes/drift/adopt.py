"""The live value into the spec: as the environment's own, in the overlay of the service there."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from journey.changes.drift.report import Located
from journey.explain.answers import Cause
from journey.explain.fields import leaves
from journey.objectschemas.documents import Loader
from journey.pipeline import has_error
from journey.pipeline.preview import preview
from journey.pipeline.session import Session
from journey.problem import Step
from journey.spec import edit, resolve
from journey.spec.edit import EditError
from journey.spec.sources import is_promoted


class Adopted(NamedTuple):
    """The new bytes of a service.yaml that render what is live, and the path of the value in it."""

    file: str
    path: tuple[Step, ...]
    data: bytes


def adopted(root: str, session: Session, item: Located, so_far: dict[str, bytes]) -> Adopted | str:
    """The edit by which the tree says what is live; where there is none, why.

    Only a value that a field repeats can be taken over. It is proven: the spec with it renders the live value. Edits
    of earlier calls are in `so_far`.
    """
    cause, parts = item.cause, item.file.split("/")
    if item.drift.kind != "changed" or cause is None or not cause.copied or str(cause.value) != str(item.drift.wanted):
        return "no line of the spec says this value as it is"
    if parts[0] != "environments":
        return "it is no field of a service"
    environment, service = parts[1], parts[4]
    steps = _in_service(cause, environment)
    if steps is None or service not in resolve.services(session.view):
        return f"{cause.where.file} is not the service's own"
    file = resolve.service_file(session.view, service)
    value = _like(item.drift.live, cause.value)
    for path in (("environments", environment, *steps), ("environments", environment, "clusters", parts[2], *steps)):
        before = so_far.get(file) or Path(root, file).read_bytes()
        try:
            data = edit.set_value(before, path, value)
        except EditError as error:
            return str(error)
        if _renders(root, {**so_far, file: data}, item):
            return Adopted(file, path, data)
    return "the spec with it would not render what is live"


def _in_service(cause: Cause, environment: str) -> tuple[Step, ...] | None:
    """The steps from a service's root to what a cause says; None for what is no field of a service."""
    path = cause.where.path
    if is_promoted(cause.where.file) and cause.where.file.count("/") > 1:
        return path[2:] if path[:1] == ("clusters",) else path[1:]
    if path[:1] == ("environments",) and cause.where.file.endswith("service.yaml"):
        own = path[2:]
        return own[2:] if own[:1] == ("clusters",) else own
    if "defaults" in path[:3]:
        return path[path.index("defaults") + 1 :]
    return path if cause.where.file.endswith("service.yaml") else None


def _like(live: object, said: object) -> object:
    """The live value in the type in which the spec says it."""
    if isinstance(said, bool) or isinstance(live, type(said)):
        return live
    try:
        return type(said)(live)  # type: ignore[call-arg]
    except (TypeError, ValueError):
        return live


def _renders(root: str, instead: dict[str, bytes], item: Located) -> bool:
    """Whether the spec with other bytes renders the live value, and is in order."""
    seen = preview(root, instead)
    if has_error(seen.problems):
        return False
    file = next((changed for changed in seen.changed if changed.path == item.file), None)
    if file is None or file.new is None:
        return False
    tree = yaml.load(file.new, Loader=Loader)  # noqa: S506 - a SafeLoader
    return any(name == item.drift.name and str(value) == str(item.drift.live) for name, _, value in leaves(tree))
