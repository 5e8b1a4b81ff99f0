"""Findings about rendered files, on the lines of the spec that caused them, each once.

A finding of a check that judges one unit is traced by trying, as causes of fields are: a change of the spec under which
the unit is judged without it is its cause. A finding that stands on a line of a rendered file (an outside program's),
or names a value of it (what nothing defines), is traced by the causes of that field. What cannot be traced stays on the
block of the spec that its file follows from: nothing is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from journey import formats
from journey.artifact import Artifact, Unit
from journey.explain import find
from journey.explain.answers import explain
from journey.explain.candidates import Candidate, candidates, names_of, unsaid
from journey.explain.fields import Name, fields
from journey.explain.search import influences
from journey.explain.trials import Change, Effect, Field, Trials
from journey.objectschemas import Schemas
from journey.pipeline.judging import Checks, Judge
from journey.pipeline.session import Session
from journey.problem import Place, Pointer, Problem
from journey.spec.derived import BROKEN
from journey.spec.view import View

MOST = 200
"""Findings that are traced; the others stay on their blocks."""

_PLACE = re.compile(r"(?P<path>[^\s:]+\.[a-z0-9]+|[^\s:]+/[^\s:]+)(?::(?P<line>\d+))?: (?P<said>.*)", re.DOTALL)


def located(session: Session, problems: Sequence[Problem]) -> list[Problem]:
    """Problems with those about rendered files on the lines that caused them, and each line's told once."""
    finder = _Finder(session)
    return folded([finder.traced(problem) for problem in problems])


def folded(problems: Iterable[Problem]) -> list[Problem]:
    """Problems of the same rule at the same place as one, with the first file named and the others counted."""
    groups: dict[tuple[Pointer | Place, str, str], list[Problem]] = {}
    for problem in dict.fromkeys(problems):
        match = _PLACE.fullmatch(problem.message)
        # without a file it is no finding about one, and says all that it has to say
        key = (problem.where, problem.rule, "" if match else problem.message)
        groups.setdefault(key, []).append(problem)
    return [_one(group) for group in groups.values()]


def _one(group: Sequence[Problem]) -> Problem:
    first, others = group[0], len(group) - 1
    return first if not others else first._replace(message=f"{first.message} (and {others} more from the same line)")


class _About(NamedTuple):
    """What a finding says of a rendered file; line 0 where it names none."""

    path: str
    line: int
    said: str

    def kind(self, rule: str) -> _Kind:
        """What the finding is one of: its file, rule, and what it begins with. The rest may repeat a value."""
        return self.path, rule, self.said.partition(": ")[0]


_Kind = tuple[str, str, str]


def _about(problem: Problem) -> _About | None:
    match = _PLACE.fullmatch(problem.message)
    return _About(match["path"], int(match["line"] or 0), match["said"]) if match else None


class _Judged(Trials):
    """A unit that is judged as often as it is rendered: a finding counts as a field, which a change takes away."""

    def __init__(self, session: Session, trials: Trials, judge: Judge) -> None:
        super().__init__(session.sources.values, trials.unit, session.render, session.engine)
        self._judge = judge
        self.known = self._counted(list(self.artifacts.values()), self.view)

    def _counted(self, artifacts: Sequence[Artifact], view: View) -> Mapping[_Kind, Counter[str]]:
        """What is found by kind, each message as often as it is said."""
        found: dict[_Kind, Counter[str]] = {}
        for problem in self._judge.inspect(self.unit, artifacts, view):
            about = _about(problem)
            if about:
                found.setdefault(about.kind(problem.rule), Counter())[about.said] += 1
        return found

    def field(self, about: _About, rule: str) -> Field:
        """A finding as a field."""
        return about.path, (rule, about.said)

    def effect(self, changes: Iterable[Change], paths: Collection[str]) -> Effect:
        """Findings that changes take away: the rule finds less in the file than it did."""
        del paths
        engine = self.under(changes)
        view = View(engine)
        rendered = self.render(engine)
        if rendered is None:
            return Effect(broke=True)
        try:
            now = self._counted(list(rendered.values()), view)
        except BROKEN:
            return Effect(broke=True)
        changed: set[Field] = set()
        for kind, said in self.known.items():
            path, rule, _ = kind
            after = now.get(kind, Counter())
            if path in rendered and after.total() < said.total():
                changed |= {(path, (rule, text)) for text in said if text not in after}
        return Effect(frozenset(changed))

    def valid(self, changes: Sequence[Change]) -> bool:
        """A change may break another rule: whether the finding goes with it is all that is asked."""
        return True


class _Finder:
    """Traces findings; what was found for one is tried first for the others like it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.left = MOST
        self._judge: Judge | None = None
        self._trials: dict[str, Trials | None] = {}
        self._units: dict[Unit, _Judged] = {}
        self._traced: dict[tuple[Unit, Field], Pointer | None] = {}
        self._likely: dict[str, list[Candidate]] = {}

    def traced(self, problem: Problem) -> Problem:
        """The problem on the line that caused it, where that can be told."""
        about = _about(problem)
        if about is None or not isinstance(problem.where, Pointer) or self.left <= 0:
            return problem
        trials = self.trials(about.path)
        if trials is None:
            return problem
        self.left -= 1
        where = self._by_trying(trials, about, problem.rule) or self._by_field(trials, about)
        return problem if where is None else problem._replace(where=where)

    def trials(self, path: str) -> Trials | None:
        """The unit of a rendered file; None for a file that none renders."""
        if path not in self._trials:
            try:
                self._trials[path] = find.trials_of(self.session, path)
            except find.NotFound:
                self._trials[path] = None
        return self._trials[path]

    def _by_trying(self, trials: Trials, about: _About, rule: str) -> Pointer | None:
        judged = self._judged(trials)
        field = judged.field(about, rule)
        if about.said not in judged.known.get(about.kind(rule), ()):
            return None
        key = (judged.unit, field)
        if key not in self._traced:
            self._traced[key] = self._tried(judged, field, rule)
        return self._traced[key]

    def _tried(self, judged: _Judged, field: Field, rule: str) -> Pointer | None:
        for candidate in self._likely.get(rule, ()):
            if any(field in judged.effect(candidate.change(at), ()).changed for at in range(len(candidate.changes))):
                return candidate.where
        known = names_of(judged.documents, judged.unit.service)
        every = [one for one in candidates(judged, known, judged.artifacts) if not _addresses(one.where)]
        found = [one for one, _ in influences(judged, every, [field])]
        found = _innermost(found) or [one for one, _ in influences(judged, unsaid(judged, known), [field])]
        if not found:
            return None
        best = min(found, key=lambda one: _rank(judged, field, one))
        self._likely.setdefault(rule, []).append(best)
        return _said(judged, best.where)

    def _judged(self, trials: Trials) -> _Judged:
        if trials.unit not in self._units:
            if self._judge is None:
                self._judge = Checks(Schemas(self.session.user_schemas.schemas))
            self._units[trials.unit] = _Judged(self.session, trials, self._judge)
        return self._units[trials.unit]

    def _by_field(self, trials: Trials, about: _About) -> Pointer | None:
        """By the causes of the fields on its line, or of those whose values its message names."""
        artifact = trials.artifacts[about.path]
        names = _on_line(artifact, about.line) if about.line else _named(artifact, about.said)
        for name in names[:_MOST_FIELDS]:
            answer = explain(trials, about.path, [name]).answers[0]
            if answer.causes:
                return answer.causes[0].where
        return None


_MOST_FIELDS = 4


def _innermost(found: Sequence[Candidate]) -> list[Candidate]:
    inner = {(one.where.file, one.where.path[:end]) for one in found for end in range(len(one.where.path))}
    return [one for one in found if (one.where.file, one.where.path) not in inner]


def _rank(judged: _Judged, field: Field, one: Candidate) -> tuple[bool, bool, int]:
    """What the finding repeats comes first, then what the service itself says, then what says most exactly."""
    said = str(field[1][1])
    words = [str(word) for word in (*one.where.path[-1:], *_scalars(one.value)) if not isinstance(word, bool | int)]
    named = any(re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", said) for word in words if word)
    own = bool(judged.unit.service) and f"/{judged.unit.service}/" in f"/{one.where.file}"
    return not named, not own, -len(one.where.path)


def _scalars(node: object) -> Iterator[object]:
    if isinstance(node, dict):
        for item in node.values():
            yield from _scalars(item)
    elif isinstance(node, list):
        for item in node:
            yield from _scalars(item)
    else:
        yield node


def _addresses(where: Pointer) -> bool:
    """Whether a node only says which object a patch is for: it is not what is wrong with the object."""
    return "patches" in where.path and "target" in where.path


def _said(judged: _Judged, where: Pointer) -> Pointer:
    """The node, or the nearest one above it that the spec says."""
    node, path = judged.documents[where.file], list[str | int]()
    for step in where.path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
        path.append(step)
    return Pointer(where.file, tuple(path), where.key)


def _on_line(artifact: Artifact, line: int) -> list[Name]:
    data = formats.encode(artifact.format, artifact.content)
    rows = find.lines_of(artifact, fields(artifact), data)
    return rows[line - 1] if line <= len(rows) else []


def _named(artifact: Artifact, said: str) -> list[Name]:
    """Fields whose values the text names as words, the longest values first."""
    found = [
        (len(str(value)), name)
        for name, value in fields(artifact).values.items()
        if isinstance(value, str)
        and len(value) > 1
        and name[0] not in ("kind", "apiVersion")
        and _has_word(said, value)
    ]
    return [name for _, name in sorted(found, key=lambda item: (item[1][:1] == ("metadata",), -item[0]))]


def _has_word(said: str, value: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])", said) is not None
