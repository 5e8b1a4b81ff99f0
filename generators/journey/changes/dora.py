"""DORA's metrics of an environment (dora.dev/guides/dora-metrics-four-keys), from what ran there.

A deployment is a run with another version, or with another configuration, that is no rollback. It failed where the
next run of the service there is a rollback, and it is restored by that one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from journey.changes.history import NONE, Run


class Metrics(NamedTuple):
    """Over a period: deployments, a day; median lead time from the source's commit; share that failed; median recovery.

    None: there was nothing to take it from.
    """

    deployments: int
    per_day: float
    lead_time: timedelta | None
    change_failure_rate: float | None
    recovery_time: timedelta | None


def metrics(runs: Sequence[Run], built: Mapping[str, datetime], since: datetime, until: datetime) -> Metrics:
    """The metrics of runs of one environment that began in a period, the oldest first.

    built: when each source commit was made; one that is missing counts for no lead time.
    """
    following: dict[str, Run] = {}
    failed: list[timedelta] = []
    lead: list[timedelta] = []
    count = 0
    for run in reversed(runs):
        after = following.get(run.service)
        following[run.service] = run
        if not since <= run.begun < until or _went_back(run) or run.version == NONE:
            continue
        count += 1
        if after is not None and _went_back(after):
            failed.append(after.begun - run.begun)
        if run.built in built and not run.configuration:
            lead.append(run.begun - built[run.built])
    days = max((until - since) / timedelta(days=1), 1e-9)
    return Metrics(
        count, count / days, _median(lead), len(failed) / count if count else None, _median(failed)
    )  # fmt: skip


def _went_back(run: Run) -> bool:
    return run.act is not None and run.act.kind == "rollback"


def _median(found: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(item.total_seconds() for item in found)) if found else None
