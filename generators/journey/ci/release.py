"""The record of a release: what was built goes into `release` of `service.yaml`, and nothing else there changes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.spec.edit import EditError, set_value
from journey.spec.yaml import parse

VERSION_DIGITS = 12
MOST_BYTES = 4096
_COMMIT = re.compile(r"[0-9a-f]{40}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}")


class Built(NamedTuple):
    """An image that was pushed: whose it is, its version (and tag), its digest, the commit of its source."""

    service: str
    version: str
    digest: str
    commit: str


def built(service: str, digest: str, commit: str) -> Built:
    """A build of a commit; its version is the commit's first digits. Raises Refused for what is no digest or commit."""
    return _checked(Built(service, commit[:VERSION_DIGITS], digest, commit))


def _checked(release: Built) -> Built:
    for name, pattern in (("version", _VERSION), ("digest", _DIGEST), ("commit", _COMMIT)):
        value = getattr(release, name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise Refused("ci/release", f"{release.service}: `{value}` is no {name}", "run the build again")
    return release


def write(release: Built, folder: Path) -> None:
    """Write the record, and the text of the pull request that will carry it, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "release.json").write_text(json.dumps(release._asdict(), indent=2) + "\n", encoding="utf-8")
    body = (
        f"`{release.service}` was built from {release.commit}, scanned, signed and attested.\n\n"
        f"- version: `{release.version}`\n- digest: `{release.digest}`\n\n"
        "Merging it releases to the first environments; `promote` takes it further.\n"
    )
    (folder / "body.md").write_text(body, encoding="utf-8")


def read(folder: Path, service: str) -> Built:
    """The record that a build of this service left. Raises Refused for anything else."""
    path = folder / "release.json"
    try:
        data = path.read_bytes()[: MOST_BYTES + 1]
        value: Any = json.loads(data) if len(data) <= MOST_BYTES else None
    except (OSError, ValueError):
        value = None
    if not isinstance(value, dict) or set(value) != set(Built._fields) or value["service"] != service:
        raise Refused("ci/release", f"{path.name} is no record of a release of {service}", "run the build again")
    return _checked(Built(**value))


def apply(release: Built, file: Path, git: Git) -> bool:
    """Write the release into its service's file; False where the file has it. Raises Refused.

    A release whose source is older than that of the recorded one is refused: a run that is started again does not turn
    the service back.
    """
    data = file.read_bytes()
    wanted = {"version": release.version, "digest": release.digest, "commit": release.commit}
    value = parse(data, "").value
    known = value.get("release") if isinstance(value, dict) else None
    if known == wanted:
        return False
    before = known.get("commit") if isinstance(known, dict) else None
    if isinstance(before, str) and before != release.commit and git.is_ancestor(release.commit, before):
        message = f"{release.service}: the recorded release was built from a newer commit, {before}"
        raise Refused("ci/release", message, "to go back, use `journey rollback`", str(file))
    try:
        file.write_bytes(set_value(data, ("release",), wanted))
    except EditError as error:
        raise Refused("ci/release", f"{release.service}: {error}", "write `release` by hand", str(file)) from error
    return True
