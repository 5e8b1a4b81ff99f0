"""Diff and impact of two commits at once, for those who tell both."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from journey.changes.diff import report as diffs
from journey.changes.diff import revisions
from journey.changes.diff.report import Diff
from journey.changes.impact import acknowledged
from journey.changes.impact.acknowledged import Answered
from journey.changes.impact.report import Impact, judged
from journey.ci.git import Git
from journey.problem import Problem


class Change(NamedTuple):
    """What a change does. `invalid`: a spec is not in order, so nothing is known; `problems` are the change's own."""

    diff: Diff
    impact: Impact = Impact()
    answered: tuple[Answered, ...] = ()
    problems: tuple[Problem, ...] = ()
    invalid: tuple[Problem, ...] = ()

    @property
    def barred(self) -> bool:
        """Whether it must not be merged as it is."""
        return bool(self.problems or self.invalid) or any(item.bars for item in self.answered)


def between(root: str, said: str, now: datetime) -> Change:
    """What differs between two revisions, as `revisions.resolve` reads `said`, and what that does.

    Raises Refused for revisions that cannot be had.
    """
    span, old, new, wrong = diffs.opened(root, said)
    if wrong:
        return Change(Diff(span), invalid=wrong)
    changed = revisions.rendered(Git(Path(root), os.environ), span)
    diff = diffs.compared(span, changed, old, new)
    impact = judged(diff, changed, old, new)
    answered = acknowledged.answered(impact.verdicts, new.view, now.astimezone(UTC).date())
    problems = [
        problem._replace(where=new.sources.place(problem.where))
        for problem in acknowledged.needless(impact.verdicts, old.view, new.view)
    ]
    return Change(diff, impact, tuple(answered), tuple(problems))
