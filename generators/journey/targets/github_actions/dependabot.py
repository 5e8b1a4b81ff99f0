"""`.github/dependabot.yml`: weekly updates of what people pin by hand.

Not for actions and base images: their pins are rendered, so an update in place would be stale; they come with a newer
`journey`, which this does update. A release is left a week before it is proposed: most bad ones are found by then.
Options: https://docs.github.com/code-security/dependabot/working-with-dependabot/dependabot-options-reference.
"""

from __future__ import annotations

from journey.artifact import Artifact, Format, Node
from journey.facts import ownership
from journey.problem import Pointer
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View

NAME = "dependabot"
PATH = ".github/dependabot.yml"


def artifact(view: View) -> Artifact:
    """The file: Python at the root, where `journey` itself is pinned, and each Node service in its folder."""
    entries = [_entry("pip", ["/"])]
    folders = ownership.folders(view, "node")
    if folders:
        entries.append(_entry("npm", [f"/{folder}" for folder in folders]))
    return Artifact(PATH, Format.YAML, {"version": 2, "updates": entries}, Pointer(ROOT_FILE))


def _entry(ecosystem: str, directories: list[str]) -> Node:
    return {
        "package-ecosystem": ecosystem,
        "directories": directories,
        "schedule": {"interval": "weekly"},
        "cooldown": {"default-days": 7},
        "groups": {ecosystem: {"patterns": ["*"], "update-types": ["minor", "patch"]}},
    }
