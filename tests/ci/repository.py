"""A git repository for a test: files in, commits out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from journey.ci.git import Git

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Author",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "Author",
    "GIT_COMMITTER_EMAIL": "author@example.com",
}


class Repository:
    """A repository at `root`, on branch main."""

    def __init__(self, root: Path, url: Path | None = None) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git = Git(root, ENVIRONMENT)
        if url is None:
            self.git.run("init", "--quiet", "--initial-branch=main")
        else:
            subprocess.run(["git", "clone", "--quiet", str(url), str(root)], check=True, env=ENVIRONMENT)

    def commit(self, files: dict[str, str | None], message: str = "change") -> str:
        """Write files (None deletes one), commit, and return the commit."""
        for name, content in files.items():
            path = self.root / name
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
        self.git.run("add", "--all")
        self.git.run("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git.run("rev-parse", "HEAD")

    def switch(self, branch: str, start: str = "HEAD") -> None:
        """Make a branch and go there."""
        self.git.run("switch", "--quiet", "--force-create", branch, start)
