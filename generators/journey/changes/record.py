"""What a commit says of the act that made it: trailers, written and read here alone.

git takes the last paragraph of a message as trailers, `Key: value` a line (git-scm.com/docs/git-interpret-trailers). A
text from outside is put on one line first, so that it can never make a trailer of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, get_args

Kind = Literal["promote", "hotfix", "rollback", "revert", "hold", "unhold", "rename", "remove", "adopt", "upgrade"]
PLATFORM = "platform.yaml"
"""What a step names in place of a service where the platform's own blocks are promoted."""

NONE = "none"
"""What stands for no version: there was no release, or the service was not there."""

_ACT, _FROM, _TO, _STEP, _GATE, _OVERRIDE, _EVIDENCE = (
    f"Journey-{name}" for name in ("Act", "From", "To", "Step", "Gate", "Override", "Evidence")
)


class Step(NamedTuple):
    """What one service ran, and what it runs now; on these clusters alone, where any are named."""

    service: str
    before: str
    after: str
    clusters: tuple[str, ...] = ()


class Override(NamedTuple):
    """A gate that was not open and was passed all the same, and why."""

    gate: str
    reason: str


class Act(NamedTuple):
    """An act on an environment. `gates` are those that were open, each with what it was judged by.

    Of a rename `target` is the new name; of a removal it is what goes, and `source` what kind of thing that is; of
    `adopt` it is the convention.
    """

    kind: Kind
    target: str
    source: str = ""
    steps: tuple[Step, ...] = ()
    gates: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    evidence: tuple[str, ...] = ()


def message(act: Act) -> str:
    """The whole message of the act's commit."""
    return f"{_subject(act)}\n\n" + "".join(f"{key}: {_line(value)}\n" for key, value in _trailers(act))


def read(text: str) -> Act | None:
    """The act that a commit's message tells of; None where it tells of none."""
    said: dict[str, list[str]] = {}
    for line in text.strip().rpartition("\n\n")[2].splitlines():
        key, colon, value = line.partition(": ")
        if colon:
            said.setdefault(key, []).append(value)
    kind = next((kind for kind in get_args(Kind) if [kind] == said.get(_ACT)), None)
    if kind is None:
        return None
    return Act(
        kind,
        _one(said, _TO),
        _one(said, _FROM),
        tuple(_step(value) for value in said.get(_STEP, ())),
        tuple(said.get(_GATE, ())),
        tuple(Override(*_parted(value)) for value in said.get(_OVERRIDE, ())),
        tuple(said.get(_EVIDENCE, ())),
    )


_SUBJECTS: Mapping[Kind, str] = {
    "promote": "Promote {what} from {act.source} to {act.target}",
    "hotfix": "Take {what} from {act.source} to {act.target} as a hotfix",
    "rollback": "Roll back {what} in {act.target} to {act.steps[0].after}",
    "revert": "Take back {what} in {act.target}",
    "hold": "Hold {what} in {act.target}",
    "unhold": "Unhold {what} in {act.target}",
    "rename": "Rename {what} to {act.target}",
    "remove": "Remove the {act.source} {act.target}",
    "upgrade": "Upgrade {what} to version {act.target} of the golden path",
    "adopt": "Switch {act.target} on for {what}",
}


def _subject(act: Act) -> str:
    names = list(dict.fromkeys(step.service for step in act.steps))
    what = names[0] if len(names) == 1 else f"{len(names)} services"
    return _SUBJECTS[act.kind].format(what=what, act=act)


def _trailers(act: Act) -> Iterator[tuple[str, str]]:
    yield _ACT, act.kind
    if act.source:
        yield _FROM, act.source
    yield _TO, act.target
    for step in act.steps:
        where = f" on {','.join(step.clusters)}" if step.clusters else ""
        yield _STEP, f"{step.service} {step.before} {step.after}{where}"
    yield from ((_GATE, gate) for gate in act.gates)
    yield from ((_OVERRIDE, f"{gate}: {reason}") for gate, reason in act.overrides)
    yield from ((_EVIDENCE, item) for item in act.evidence)


def _line(text: str) -> str:
    """A text on one line, without what moves a terminal's cursor."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _step(value: str) -> Step:
    words, _, where = value.partition(" on ")
    service, before, after, *_ = [*words.split(" "), NONE, NONE]
    return Step(service, before, after, tuple(filter(None, where.split(","))))


def _parted(value: str) -> tuple[str, str]:
    gate, _, reason = value.partition(":")
    return gate, reason.strip()


def _one(said: dict[str, list[str]], key: str) -> str:
    return next(iter(said.get(key, ())), "")
