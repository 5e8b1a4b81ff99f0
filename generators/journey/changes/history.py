"""What ran where, from when to when, by git alone: the commits of the branch that changed a base.

Who acted, through which gates and past which, stands in the trailers of their commits (`journey.changes.record`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import yaml

from journey.changes import record
from journey.changes.diff.revisions import blobs
from journey.changes.promote import ABSENT
from journey.ci.git import Git
from journey.problem import Step
from journey.spec import resolve
from journey.spec.sources import is_promoted, service_name
from journey.spec.view import View

NONE = record.NONE


class Run(NamedTuple):
    """What an environment ran of a service from a commit on, to the next (`until` None: it runs now).

    `built` is the image's source commit. `act` is None where the commit tells of none: a build, or an edit by hand.
    """

    service: str
    environment: str
    version: str
    built: str
    commit: str
    author: str
    begun: datetime
    until: datetime | None
    act: record.Act | None
    configuration: bool = False

    @property
    def overrides(self) -> tuple[record.Override, ...]:
        """The gates that were passed."""
        return self.act.overrides if self.act else ()


def history(view: View, git: Git, services: Sequence[str] = (), environments: Sequence[str] = ()) -> list[Run]:
    """Every run, in the order of the branch's commits; through `renamedFrom` and moves of a service's folder.

    services, environments: only these; all unless said.
    """
    alias = _former_names(view)
    head = [name for name in resolve.environments(view) if resolve.follows_head(view, name)]
    wanted = set(services) or {*resolve.services(view)}
    last: dict[tuple[str, str], tuple[Run, Any]] = {}
    found: list[Run] = []
    names = sorted(wanted | {old for old, new in alias.items() if new in wanted})
    for commit, changed in _commits(git, names):
        bases: dict[tuple[str, str], Any] = {}
        for path, value in changed:
            name = _owner(path) if is_promoted(path) else service_name(path)
            for environment, base in _bases(path, value, head):
                where = alias.get(name, name), environment
                bases[where] = base or bases.get(where)  # a file that moved is gone from one place and new in another
        for where, base in bases.items():
            if where[0] in wanted and (not environments or where[1] in environments):
                _add(found, last, where, base, commit)
    return _ended(found)


class _Commit(NamedTuple):
    id: str
    author: str
    moment: datetime
    act: record.Act | None


def _commits(git: Git, names: Iterable[str]) -> Iterator[tuple[_Commit, list[tuple[str, Any]]]]:
    """Commits of the first parents that change services' spec files, the oldest first, each file with its content."""
    paths = [f":(glob)**/{name}/{file}" for name in names for file in ("service.yaml", "promoted/*.yaml")]
    if len(paths) > 200:
        paths = [":(glob)**/service.yaml", ":(glob)**/promoted/*.yaml"]
    given = ("--first-parent", "--diff-merges=first-parent", "--reverse", "--raw", "-z", "--no-renames", "--no-abbrev")
    output = git.run("log", *given, "--format=%x01%H%x02%an%x02%ct%x02%B%x03", "--", *paths)
    rows = [_parsed(part) for part in output.split("\x01")[1:]]
    wanted = list(dict.fromkeys(blob for _, changed in rows for _, blob in changed if blob))
    contents = dict(zip(wanted, blobs(git, wanted), strict=True))
    values: dict[str, Any] = {"": None}
    for commit, changed in rows:
        for _, blob in changed:
            if blob not in values:
                values[blob] = _loaded(contents[blob])
        yield commit, [(path, values[blob]) for path, blob in changed]


def _parsed(part: str) -> tuple[_Commit, list[tuple[str, str]]]:
    head, _, raw = part.partition("\x03")
    commit, author, when, text = head.split("\x02", 3)
    words = iter(raw.strip("\n\0").split("\0"))
    changed = [(path, row.split()[3]) for row, path in zip(words, words, strict=False) if row.strip()]
    made = _Commit(commit, author, datetime.fromtimestamp(int(when), UTC), record.read(text))
    return made, [(path, blob if blob.strip("0") else "") for path, blob in changed]


def _loaded(data: bytes) -> Any:
    """A spec file's content, each scalar as its text: a version such as 1.10 is no number. None where it is no YAML."""
    try:
        return yaml.load(data, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - makes text alone
    except yaml.YAMLError:
        return None


def _bases(path: str, value: Any, head: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """(environment, base) that a file says."""
    said = value if isinstance(value, Mapping) else {}
    if is_promoted(path):
        base = said.get("base")
        absent = {key: str(item).lower() for key, item in ABSENT.items()}
        yield path.rpartition("/")[2].removesuffix(".yaml"), None if base == absent else base
    else:
        base = {key: item for key, item in said.items() if key != "environments"}
        yield from ((name, base or None) for name in head)


def _add(
    found: list[Run], last: dict[tuple[str, str], tuple[Run, Any]], where: tuple[str, str], base: Any, commit: _Commit
) -> None:
    known = last.get(where)
    if known is not None and known[1] == base:
        return
    if known is None and not base:
        return
    release = (base or {}).get("release") if isinstance(base, Mapping) else None
    said = release if isinstance(release, Mapping) else {}
    version = str(said.get("version") or NONE)
    configuration = known is not None and known[0].version == version
    run = Run(
        *where, version, str(said.get("commit") or ""), commit.id, commit.author, commit.moment, None, commit.act,
        configuration,
    )  # fmt: skip
    last[where] = run, base
    found.append(run)


def _ended(runs: Sequence[Run]) -> list[Run]:
    """Each run with the moment at which the next one of its service in its environment began."""
    after: dict[tuple[str, str], datetime] = {}
    ended: list[Run] = []
    for run in reversed(runs):
        where = (run.service, run.environment)
        ended.append(run._replace(until=after.get(where)))
        after[where] = run.begun
    return ended[::-1]


def _owner(path: str) -> str:
    """The service of a promoted file; empty for the platform's own."""
    return path.rpartition("/promoted/")[0].rpartition("/")[2]


def _former_names(view: View) -> dict[str, str]:
    """Each name that a service had, with its name now."""
    before: dict[str, str] = {}
    for name in resolve.services(view):
        former = (view.input(resolve.service_file(view, name)) or {}).get("renamedFrom")
        if former:
            before[former] = name
    return {old: _followed(before, old) for old in before}


def _followed(before: Mapping[str, str], name: str) -> str:
    seen: set[Step] = set()
    while name in before and name not in seen:
        seen.add(name)
        name = before[name]
    return name
