"""Every rendered GitHub workflow fits the schema that SchemaStore publishes for them.

Source: https://json.schemastore.org/github-workflow.json, as `data/schemas.lock.json` records it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from journey.artifact import Artifact, Format, Unit
from journey.objectschemas import Validator, workflow_validator
from journey.problem import Problem

INVALID = "workflow/invalid"
FOLDER = ".github/workflows/"

RULES: dict[str, str] = {INVALID: "A workflow fits the schema of GitHub's workflows."}

_HINT = "GitHub would refuse the workflow"


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: object) -> Iterator[Problem]:
    """Problems of the unit's workflows."""
    for artifact in artifacts:
        content = artifact.content
        if not artifact.path.startswith(FOLDER) or artifact.format is not Format.YAML:
            continue
        if not isinstance(content, Mapping):
            yield Problem(artifact.origin, INVALID, f"{artifact.path}: a workflow is a mapping", _HINT)
        elif not _validator().is_valid(content):
            for finding in _validator().findings(content):
                yield Problem(artifact.origin, INVALID, f"{artifact.path}: {finding}", _HINT)


@cache
def _validator() -> Validator:
    return workflow_validator()
