"""When an environment's sync windows let something happen (argo-cd.readthedocs.io, "Sync Windows").

Where there are windows of kind `allow`, one of them must be open; an open window of kind `deny` closes all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from journey.spec.platform import SyncWindow
from journey.spec.units import seconds

MOST_EDGES = 400
"""Starts and ends of windows that are looked at for the next opening: more than a year of daily ones."""


class State(NamedTuple):
    """Whether windows are open at a moment, why not, and when they open next (None: not in sight)."""

    open: bool
    why: str = ""
    opens: datetime | None = None


def state(windows: Sequence[SyncWindow], now: datetime) -> State:
    """What the windows say at a moment, which has a time zone."""
    unknown = next((window.time_zone for window in windows if _zone(window) is None), None)
    if unknown:
        return State(False, f"this machine does not know the time zone {unknown} of a window")
    closed = _closed_by(windows, now)
    if not closed:
        return State(True)
    opens = next((edge for edge in _edges(windows, now) if not _closed_by(windows, edge)), None)
    return State(False, closed, opens)


def _closed_by(windows: Sequence[SyncWindow], now: datetime) -> str:
    denied = next((window for window in windows if window.kind == "deny" and _is_open(window, now)), None)
    if denied is not None:
        return f"the window `{denied.schedule}` for {denied.duration} denies it"
    allowing = [window for window in windows if window.kind == "allow"]
    if allowing and not any(_is_open(window, now) for window in allowing):
        return "none of the windows that allow it is open"
    return ""


def _is_open(window: SyncWindow, now: datetime) -> bool:
    """Whether the window began at most its duration ago. The end itself is outside."""
    begun = next(_starts(window, now + timedelta(minutes=1), back=True), None)
    return begun is not None and begun <= now < begun + _length(window)


def _edges(windows: Sequence[SyncWindow], now: datetime) -> list[datetime]:
    """Moments after now at which a window begins or ends, in order."""
    found = {start + _length(window) for window in windows for start in islice(_starts(window, now, back=True), 1)}
    for window in windows:
        for start in islice(_starts(window, now), MOST_EDGES // 2):
            found |= {start, start + _length(window)}
    return sorted(edge for edge in found if edge > now)


def _length(window: SyncWindow) -> timedelta:
    return timedelta(seconds=seconds(window.duration))


def _starts(window: SyncWindow, now: datetime, back: bool = False) -> Iterator[datetime]:
    """The window's starts after now, or before it from the last on, in UTC."""
    try:
        for start in CronSim(window.schedule, now.astimezone(_zone(window)), reverse=back):
            yield start.astimezone(UTC)
    except CronSimError:
        return  # the rules refuse a schedule that is none


def _zone(window: SyncWindow) -> ZoneInfo | None:
    try:
        return ZoneInfo(window.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
