"""`.github/zizmor.yml`: the findings of zizmor that are passed over, each with its reason.

https://docs.zizmor.sh/configuration/.
"""

from __future__ import annotations

from journey.artifact import Artifact, Format
from journey.formats.yaml import Commented
from journey.problem import Pointer
from journey.spec.resolve import ROOT_FILE
from journey.targets.github_actions import comment

NAME = "zizmor"
PATH = ".github/zizmor.yml"
REASON = "runs code of the default branch alone; what the other run made is read as data, limited and escaped"


def artifact() -> Artifact:
    """The file."""
    ignored = [Commented(f"{comment.NAME}.yaml", REASON)]
    content = {"rules": {"dangerous-triggers": {"ignore": ignored}}}
    return Artifact(PATH, Format.YAML, content, Pointer(ROOT_FILE))
