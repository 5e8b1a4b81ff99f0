"""A kubeconfig from the cloud that runs a cluster, by that cloud's own command and whoever is signed in there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from journey.live.kubeconfig import KubeconfigError


def kubeconfig(provider: str, region: str, name: str, folder: Path) -> Path:
    """A kubeconfig in a folder. Raises KubeconfigError.

    On AWS by `aws eks update-kubeconfig` (docs.aws.amazon.com/cli/latest/reference/eks/update-kubeconfig.html); its
    tokens come from the same command.
    """
    if provider != "aws":
        raise KubeconfigError(f"there is no sign-in to clusters of provider `{provider}`: name a kubeconfig")
    file = folder / "kubeconfig"
    asked = ("aws", "eks", "update-kubeconfig", "--name", name, "--region", region, "--kubeconfig", str(file))
    try:
        done = subprocess.run(asked, env=dict(os.environ), stdin=subprocess.DEVNULL, capture_output=True)
    except FileNotFoundError as error:
        raise KubeconfigError("there is no program `aws` here: install the AWS CLI, or name a kubeconfig") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"]
        raise KubeconfigError(f"aws eks update-kubeconfig: {said[-1]}")
    return file
