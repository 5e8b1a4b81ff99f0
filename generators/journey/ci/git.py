"""Questions to git, by its own command (https://git-scm.com/docs). Arguments are lists: there is no shell between."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from journey.ci.refused import Refused

_QUIET = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_BOT = {"NAME": "github-actions[bot]", "EMAIL": "41898282+github-actions[bot]@users.noreply.github.com"}
_IDENTITY = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in _BOT.items()}
"""Who commits where the environment names nobody: the account that GitHub gives to workflows."""


_HEADERS = ("author", "committer", "summary", "previous", "filename", "boundary")
"""What begins a line of `git blame --line-porcelain` that tells of the commit named above it."""


class LineCommit(NamedTuple):
    """Who last changed a line: the commit's id, its author, and the date (ISO 8601) on which it was written."""

    commit: str
    author: str
    date: str


class Git:
    """A repository with its work tree at `root`. `bot`: commits are a workflow's where the environment names nobody."""

    def __init__(self, root: Path, environment: Mapping[str, str], bot: bool = True) -> None:
        self.root = root
        self._environment = {**(_IDENTITY if bot else {}), **environment, **_QUIET}

    def where(self, **environment: str) -> Git:
        """The same repository, asked with more in the environment."""
        return Git(self.root, {**self._environment, **environment}, bot=False)

    def ask(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output and error of a command."""
        code, output, error = self._call(arguments, b"")
        return code, output.decode(errors="surrogateescape"), error

    def feed(self, given: bytes, *arguments: str) -> bytes:
        """The output of a command that reads what it is given. Raises Refused when it fails."""
        code, output, error = self._call(arguments, given)
        if code:
            raise Refused("ci/git", f"git {arguments[0]}: {error.strip() or f'exit code {code}'}")
        return output

    def _call(self, arguments: Sequence[str], given: bytes) -> tuple[int, bytes, str]:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self._environment, input=given, capture_output=True
        )
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def run(self, *arguments: str) -> str:
        """A command's output without its last newline. Raises Refused when it fails."""
        code, output, error = self.ask(*arguments)
        if code:
            raise Refused("ci/git", f"git {arguments[0]}: {error.strip() or f'exit code {code}'}")
        return output.rstrip("\n")

    def commit(self, revision: str) -> str | None:
        """The full id of a commit; None where the repository does not have it."""
        code, output, _ = self.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return None if code else output.strip()

    def read(self, revision: str, path: str) -> str | None:
        """A file of a commit as text; None where there is none."""
        code, output, _ = self.ask("cat-file", "blob", f"{revision}:{path}")
        return None if code else output

    def changed(self, old: str, new: str) -> frozenset[str]:
        """Paths that differ between two commits or trees, from the repository's root; a rename counts as both."""
        output = self.run("diff", "--name-only", "--no-renames", "-z", old, new, "--")
        return frozenset(filter(None, output.split("\0")))

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether all of `old` is in `new`."""
        return self.ask("merge-base", "--is-ancestor", old, new)[0] == 0

    def parents(self, commit: str) -> tuple[str, ...]:
        """The parents of a commit, in order."""
        return tuple(self.run("rev-list", "--parents", "--max-count=1", commit).split()[1:])

    def branched(self, base: str, head: str) -> tuple[str, str] | None:
        """From where a change left its base, to its head; None where the base is not known (a first push)."""
        old, new = self.commit(base), self.commit(head)
        if old is None or new is None:
            return None
        code, fork, _ = self.ask("merge-base", old, new)
        return None if code else (fork.strip(), new)

    def counts(self, old: str, new: str) -> Iterator[tuple[str, int, int]]:
        """(path, lines added, lines removed) of what differs; a binary file counts no lines."""
        output = self.run("diff", "--numstat", "--no-renames", "-z", old, new, "--")
        for line in filter(None, output.split("\0")):
            added, removed, path = line.split("\t", 2)
            yield path, int(added) if added != "-" else 0, int(removed) if removed != "-" else 0

    def blame(self, path: str) -> list[LineCommit]:
        """Who last changed each line of a file of the work tree; empty where git does not know the file.

        A line that is not committed yet has a commit of zeros (git-scm.com/docs/git-blame, "The porcelain format").
        """
        code, output, _ = self.ask("blame", "--line-porcelain", "--", path)
        if code:
            return []
        found, commit, author, when = [], "", "", 0
        for line in output.split("\n"):
            if line.startswith("\t"):
                found.append(LineCommit(commit, author, datetime.fromtimestamp(when, UTC).date().isoformat()))
            elif line.startswith("author "):
                author = line.removeprefix("author ")
            elif line.startswith("author-time "):
                when = int(line.removeprefix("author-time "))
            elif not line.startswith(_HEADERS):
                commit = line.split(" ")[0]
        return found
