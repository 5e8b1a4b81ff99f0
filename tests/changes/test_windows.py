"""When sync windows are open, as Argo CD has them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from journey.changes.windows import State, state
from journey.spec.platform import SyncWindow

HOURS = SyncWindow(kind="allow", schedule="0 7 * * 1-4", duration="10h")
FREEZE = SyncWindow(kind="deny", schedule="0 0 20 12 *", duration="14d")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-26T06:59:59", False),
        ("2026-11-26T07:00", True),  # a Thursday
        ("2026-11-26T16:59:59", True),
        ("2026-11-26T17:00", False),
        ("2026-11-27T08:00", False),  # a Friday
    ],
)
def test_a_window_holds_its_start_and_not_its_end(moment: str, is_open: bool) -> None:
    assert state([HOURS], at(moment)).open is is_open


def test_without_windows_all_is_open() -> None:
    assert state([], at("2026-11-27T08:00")) == State(True)


def test_a_denied_time_closes_what_is_allowed_and_tells_when_it_ends() -> None:
    found = state([HOURS, FREEZE], at("2026-12-21T08:00"))
    assert found == State(False, "the window `0 0 20 12 *` for 14d denies it", at("2027-01-04T07:00"))


def test_a_denied_time_alone_ends_with_the_window() -> None:
    assert state([FREEZE], at("2026-12-21T08:00")).opens == at("2027-01-03T00:00")


def test_a_schedule_is_read_in_its_time_zone() -> None:
    window = SyncWindow(kind="allow", schedule="0 9 * * *", duration="1h", time_zone="Asia/Tokyo")
    assert state([window], at("2026-11-26T00:30")).open
    assert not state([window], at("2026-11-26T09:30")).open


def test_a_zone_that_the_machine_lacks_closes() -> None:
    window = SyncWindow(kind="deny", schedule="0 9 * * *", duration="1h", time_zone="Mars/Olympus")
    assert state([window], at("2026-11-26T00:30")) == State(
        False, "this machine does not know the time zone Mars/Olympus of a window"
    )
