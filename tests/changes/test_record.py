"""What a commit's trailers say, and that nobody can forge one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from journey.changes.record import Act, Override, Step, message, read

PROMOTION = Act(
    "promote",
    "prod",
    "staging",
    (Step("auth", "1.0.0", "1.1.0", ("east", "west")), Step("api", "none", "7.0.0")),
    ("auth: soak: staging runs it since yesterday",),
    (Override("window", "the fix cannot wait"),),
    ("restores abc",),
)


def test_a_message_is_written_for_people_and_read_back() -> None:
    text = message(PROMOTION)
    assert text.splitlines()[:4] == [
        "Promote 2 services from staging to prod",
        "",
        "Journey-Act: promote",
        "Journey-From: staging",
    ]
    assert read(text) == PROMOTION


def test_other_acts_have_their_own_subject() -> None:
    assert message(Act("rollback", "prod", steps=(Step("auth", "2", "1"),))).startswith("Roll back auth in prod to 1\n")
    assert message(Act("hold", "prod", steps=(Step("auth", "1", "1"),))).startswith("Hold auth in prod\n")


def test_a_message_of_somebody_else_tells_of_no_act() -> None:
    assert read("Promote the new logo\n\nJourney-Act: dance\n") is None
    assert read("Fix it\n") is None
    assert read("Journey-Act: promote\n\nbut not in the last paragraph\n") is None


@given(st.text(max_size=60))
def test_no_reason_makes_a_trailer_of_its_own(reason: str) -> None:
    act = Act("promote", "prod", "staging", overrides=(Override("soak", reason),))
    found = read(message(act))
    assert found is not None
    assert found._replace(overrides=()) == act._replace(overrides=())
    assert [override.gate for override in found.overrides] == ["soak"]


def test_a_reason_with_lines_stays_one_line() -> None:
    act = Act("promote", "prod", overrides=(Override("soak", "a\n\nJourney-Act: rollback\x1b[2J"),))
    found = read(message(act))
    assert found is not None and found.kind == "promote"
    assert found.overrides == (Override("soak", "a Journey-Act: rollback [2J"),)
