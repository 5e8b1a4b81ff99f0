"""A statement that binds rendered files to the commit of the spec and to what rendered them.

in-toto Statement v1 (github.com/in-toto/attestation, spec/v1/statement.md) with the SLSA provenance predicate v1
(slsa.dev/spec/v1.0/provenance). It holds no time and no machine: the same commit, rendered by the same versions, gives
the same bytes.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib import metadata
from typing import NamedTuple

import journey
from journey.ci.refused import Refused

RULE = "attest/statement"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://request-journey.dev/render/v1"
BUILDER = "https://request-journey.dev/journey"
LIBRARIES = ("jinja2", "msgspec", "pyyaml")
"""What has a hand in rendered bytes."""


class Statement(NamedTuple):
    """What is claimed: sha256 digests of files by path, the repository and its commit, and versions by name."""

    files: Mapping[str, str]
    repository: str
    commit: str
    versions: Mapping[str, str]


def versions() -> dict[str, str]:
    """This package, Python, and the libraries that have a hand in rendered bytes."""
    found = {"journey": journey.__version__, "python": ".".join(platform.python_version_tuple()[:2])}
    return found | {name: metadata.version(name) for name in LIBRARIES}


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return sha256(data).hexdigest()


def written(statement: Statement) -> bytes:
    """The statement as JSON, keys in order and a file a line."""
    own = statement.versions["journey"]
    content = {
        "_type": STATEMENT,
        "subject": [{"name": path, "digest": {"sha256": found}} for path, found in sorted(statement.files.items())],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"repository": statement.repository},
                "internalParameters": {"versions": dict(sorted(statement.versions.items()))},
                "resolvedDependencies": [
                    {"uri": f"git+{statement.repository}", "digest": {"gitCommit": statement.commit}}
                ],
            },
            "runDetails": {"builder": {"id": BUILDER, "version": {"journey": own}}},
        },
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def read(data: bytes) -> Statement:
    """The statement that bytes hold. Raises Refused for what is none."""
    try:
        content = json.loads(data)
        if (content["_type"], content["predicateType"]) != (STATEMENT, PREDICATE):
            raise Refused(RULE, f"this is a {content['predicateType']} of {content['_type']}", _HINT)
        definition = content["predicate"]["buildDefinition"]
        if definition["buildType"] != BUILD_TYPE:
            raise Refused(RULE, f"it tells of `{definition['buildType']}`, not of a rendering", _HINT)
        source = definition["resolvedDependencies"][0]
        return Statement(
            {str(item["name"]): str(item["digest"]["sha256"]) for item in content["subject"]},
            str(definition["externalParameters"]["repository"]),
            str(source["digest"]["gitCommit"]),
            {str(key): str(value) for key, value in definition["internalParameters"]["versions"].items()},
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Refused(RULE, f"this is no statement of in-toto: {error}", _HINT) from error


_HINT = "journey attest writes what journey verify reads"


class Difference(NamedTuple):
    """A file, and what is wrong with it."""

    path: str
    what: str


def differences(
    claimed: Mapping[str, str], rendered: Mapping[str, str], there: Mapping[str, str]
) -> Iterator[Difference]:
    """Where digests that are claimed, those of a fresh rendering and those of the committed files are not the same."""
    for path in sorted({*claimed, *rendered, *there}):
        if path not in rendered:
            yield Difference(path, "is not rendered from this commit's spec")
        elif path not in there:
            yield Difference(path, "is rendered, and not committed")
        elif there[path] != rendered[path]:
            yield Difference(path, "is committed with other bytes than it is rendered")
        elif path not in claimed:
            yield Difference(path, "is not attested")
        elif claimed[path] != rendered[path]:
            yield Difference(path, "is attested with other bytes than it is rendered")


def told(found: Mapping[str, str]) -> str:
    """Versions on a line."""
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items()))
