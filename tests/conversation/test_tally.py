import pytest

from visavis.conversation.onlookers import SessionFigures
from visavis.conversation.stage import Timed
from visavis.conversation.tally import BOUNDS, LAST, Tally, spread


def test_half_and_95_of_a_hundred() -> None:
    assert (spread([0.3]).p50, spread([0.3]).p95) == (0.3, 0.3)
    told = spread([number / 100 for number in range(100, 0, -1)])
    assert (told.p50, told.p95, told.count) == (0.5, 0.95, 100)


def test_the_last_hundred_are_remembered_and_all_are_counted() -> None:
    tally = Tally()
    tally.timed(Timed(number, {"first": 10.0}) for number in range(50))
    tally.timed(Timed(number, {"first": 0.25, "mind": 0.1}) for number in range(LAST))
    assert tally.stages["first"].p95 == 0.25
    assert tally.counts[BOUNDS.index(0.25)] == LAST, "a bound belongs to what is below it"
    assert (tally.counts[-1], sum(tally.counts)) == (50, LAST + 50)
    assert tally.seconds == pytest.approx(50 * 10 + LAST * 0.25)


def test_sessions_that_ended_are_added_up() -> None:
    tally = Tally()
    tally.ended(SessionFigures(moments=5, starved=1))
    tally.ended(SessionFigures(moments=7, interruptions=2))
    assert (tally.performed.moments, tally.performed.starved, tally.performed.interruptions) == (12, 1, 2)
    assert tally.stages == {}
