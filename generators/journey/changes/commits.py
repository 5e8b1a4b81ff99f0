"""One commit of some files on the current branch: made whole in git's objects first, then the branch moves, then files.

A process that is killed before the branch moves leaves nothing that anybody sees. One that is killed after it leaves
a note in git's folder, by which the next command brings the work tree after the branch. Nothing is forced: a branch
that has moved meanwhile is left as it is.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from journey.changes.diff import revisions
from journey.ci.git import Git
from journey.ci.refused import Refused

RULE = "change/repository"
NOTE = "journey-commit.json"
"""The note's name in git's folder: from which commit to which one the work tree has to follow."""


class File(NamedTuple):
    """What a file shall be: its bytes (None: it goes) and whether it is executable."""

    data: bytes | None
    executable: bool = False


class Start(NamedTuple):
    """What a change begins from: the branch's full name, and the commit that it stands at."""

    branch: str
    commit: str


def start(git: Git) -> Start:
    """The branch and commit of a clean work tree. Raises Refused where there is none to begin from."""
    if git.ask("rev-parse", "--git-dir")[0]:
        raise Refused(RULE, "this is no git repository", "run it in a clone")
    code, branch, _ = git.ask("symbolic-ref", "--quiet", "HEAD")
    if code:
        raise Refused(RULE, "HEAD is detached: there is no branch to commit to", "git switch <branch>")
    commit = git.commit("HEAD")
    if commit is None:
        raise Refused(RULE, "there is no commit yet", "commit the platform first")
    revisions.committed(git, "put it aside: git stash --include-untracked")
    return Start(branch.strip(), commit)


@contextmanager
def alone(git: Git) -> Iterator[None]:
    """Hold the lock of changes to this clone, and finish first what a killed command left. Raises Refused."""
    with open(_git_path(git, "journey.lock"), "ab") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(RULE, "another command changes this clone now", "wait for it to end") from None
        recover(git)
        yield


def made(git: Git, begun: Start, files: Mapping[str, File], message: str) -> str:
    """The id of a commit on `begun` with these files, by path below the work folder. Nothing refers to it yet.

    Raises Refused where git has no identity to commit by, or cannot sign where it is told to.
    """
    prefix = git.run("rev-parse", "--show-prefix")
    tree = _tree(git, begun.commit, {f"{prefix}{path}": file for path, file in files.items()})
    signing = git.ask("config", "--type=bool", "commit.gpgSign")[1].strip() == "true"
    code, commit, error = git.ask("commit-tree", *(["-S"] if signing else []), "-p", begun.commit, "-m", message, tree)
    if code:
        raise Refused(RULE, f"git commit-tree: {error.strip().splitlines()[-1]}", "git config user.name and user.email")
    return commit.strip()


def advance(git: Git, begun: Start, commit: str) -> None:
    """Move the branch to a commit, and the work tree after it. Raises Refused where the branch moved meanwhile."""
    note = _git_path(git, NOTE)
    _write(note, json.dumps({"branch": begun.branch, "old": begun.commit, "new": commit}).encode())
    code, _, error = git.ask("update-ref", "-m", "journey", begun.branch, commit, begun.commit)
    if code:
        note.unlink()
        raise Refused(RULE, f"the branch moved meanwhile: {error.strip()}", "run the command again")
    _follow(git, begun.commit, commit)
    note.unlink()


def recover(git: Git) -> None:
    """Bring the work tree after a branch that a killed command moved. Raises Refused where files were edited since."""
    note = _git_path(git, NOTE)
    try:
        said = json.loads(note.read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        said = {}  # killed while writing the note: the branch was not moved
    here = git.ask("symbolic-ref", "--quiet", "HEAD")[1].strip(), git.commit("HEAD")
    if said and here == (said["branch"], said["new"]):
        _follow(git, said["old"], said["new"])
    note.unlink(missing_ok=True)


def _follow(git: Git, old: str, new: str) -> None:
    """Make the files that differ between two commits, and the index, as the new one has them."""
    paths = revisions.differing(git, revisions.Range(old, new))
    here = _work_tree(git, paths)
    edited = [path for path, blobs in paths.items() if here.get(path) not in blobs]
    if edited:
        raise Refused(RULE, f"{edited[0]} was edited meanwhile", f"git diff {new[:10]} -- {edited[0]}, then: git stash")
    _index_lock(git)
    listed = ("--pathspec-from-file=-", "--pathspec-file-nul")
    kept = [path for path, blobs in paths.items() if blobs[1] is not None]
    gone = [path for path, blobs in paths.items() if blobs[1] is None]
    if kept:
        git.feed(_listed(kept), "checkout", "--quiet", new, *listed)
    if gone:
        git.feed(_listed(gone), "rm", "--quiet", "--force", "--ignore-unmatch", *listed)


def _listed(paths: list[str]) -> bytes:
    """Paths as git reads them from its input: as they are, not as patterns."""
    return "\0".join(f":(top,literal){path}" for path in paths).encode(errors="surrogateescape")


def _index_lock(git: Git) -> None:
    lock = _git_path(git, "index.lock")
    if lock.exists():
        raise Refused(RULE, "another git command has the index", f"where none runs, remove {lock}")


def _work_tree(git: Git, paths: Iterable[str]) -> dict[str, str]:
    """The blob that each file of the work tree would be, by its path from the repository's root, where there is one."""
    top = git.run("rev-parse", "--show-toplevel")
    there = [path for path in paths if os.path.lexists(os.path.join(top, path))]
    listed = "".join(f"{os.path.join(top, path)}\n" for path in there).encode(errors="surrogateescape")
    return dict(zip(there, git.feed(listed, "hash-object", "--stdin-paths").decode().split(), strict=True))


def _tree(git: Git, parent: str, files: Mapping[str, File]) -> str:
    """A tree like a commit's with other files, by the repository's own paths."""
    with tempfile.TemporaryDirectory(prefix="journey-") as folder:
        ids = _blobs(git, [file.data for file in files.values() if file.data is not None], Path(folder) / "marks")
        aside = git.where(GIT_INDEX_FILE=f"{folder}/index")
        aside.run("read-tree", parent)
        rows = [
            f"{'100755' if file.executable else '100644'} {next(ids)}\t{path}"
            if file.data is not None
            else f"0 {'0' * 40}\t{path}"
            for path, file in files.items()
        ]
        aside.feed("".join(f"{row}\0" for row in rows).encode(), "update-index", "-z", "--index-info")
        return aside.run("write-tree")


def _blobs(git: Git, contents: list[bytes], marks: Path) -> Iterator[str]:
    """Have contents written as blobs, by one process (git-scm.com/docs/git-fast-import); gives their ids in order."""
    if not contents:
        return iter(())
    stream = b"".join(
        b"blob\nmark :%d\ndata %d\n%s\n" % (number, len(data), data) for number, data in enumerate(contents, 1)
    )
    git.feed(stream, "fast-import", "--quiet", f"--export-marks={marks}")
    found = dict(line.split(" ") for line in marks.read_text(encoding="ascii").splitlines())
    return iter([found[f":{number}"] for number in range(1, len(contents) + 1)])


def _git_path(git: Git, name: str) -> Path:
    return git.root / git.run("rev-parse", "--git-path", name)


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(data)
    os.replace(temporary, path)
