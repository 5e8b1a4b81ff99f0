"""Pushes a commit with a token that is written nowhere: not in a URL, a file or an argument that others could read."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from journey.ci.git import Git


def push(root: Path, environment: Mapping[str, str], commit: str, branch: str, token: str) -> None:
    """Push a commit to a branch of `origin`; one that has moved on is left as it is, for nothing is forced.

    git takes the header from its environment (https://git-scm.com/docs/git-config, GIT_CONFIG_COUNT). Raises Refused.
    """
    git = Git(root, environment)
    url = git.run("remote", "get-url", "origin")
    git.run("check-ref-format", f"refs/heads/{branch}")
    header = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    given = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{url}.extraheader",
        "GIT_CONFIG_VALUE_0": f"Authorization: basic {header}",
    }
    Git(root, {**environment, **given}).run("push", "--quiet", "origin", f"{commit}:refs/heads/{branch}")
