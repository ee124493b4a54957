import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.conversation.timeline import MOST_BEHIND, STANDSTILL, Timeline, latest


def taken(line: Timeline, count: int, now: float) -> None:
    for _ in range(count):
        line.taken(now)


def test_moments_are_due_one_after_the_other_from_the_first_on() -> None:
    line, due = Timeline(25), []
    for _ in range(4):
        due.append(line.due(10.0))
        line.taken(10.0)
    assert due == pytest.approx([10.0, 10.04, 10.08, 10.12])
    assert line.end == 0.16


def test_no_error_grows_over_a_day() -> None:
    line = Timeline(30)
    for at in range(24 * 3600):
        assert line.due(5.0 + at / 30) == 5.0 + at / 30
        line.taken(5.0 + at / 30)
    assert line.at == 24 * 3600


def test_a_little_lateness_is_caught_up_with_and_more_is_given_up() -> None:
    line = Timeline(25)
    line.taken(0.0)
    line.taken(MOST_BEHIND)
    assert line.due(MOST_BEHIND) == pytest.approx(0.08)
    line.taken(3.0)
    assert line.due(3.0) == pytest.approx(3.04)


def test_after_a_pause_the_next_moment_is_due_now() -> None:
    line = Timeline(25)
    taken(line, 5, 0.0)
    line.resume(0.1)
    assert line.due(0.1) == pytest.approx(0.2), "not yet over"
    line.resume(7.0)
    assert line.due(7.0) == pytest.approx(7.0)


def test_what_is_void_after_a_cut_is_not_waited_for() -> None:
    line = Timeline(25)
    taken(line, 20, 0.0)
    assert line.is_ahead(0.2)
    line.cut(0.2)
    assert line.due(0.2) == pytest.approx(0.2)


def test_a_cut_where_nothing_is_ahead_keeps_the_beat() -> None:
    line = Timeline(25)
    for at in range(5):
        line.taken(at / 25)
    assert not line.is_ahead(0.17)
    line.cut(0.17)
    assert line.due(0.17) == pytest.approx(0.2)


def test_heard_is_what_was_taken_and_had_time_to_be_heard() -> None:
    line = Timeline(25)
    assert line.heard(9.0) == 0
    taken(line, 20, 9.0)
    assert line.heard(9.3) == pytest.approx(0.3)
    assert line.heard(12.0) == pytest.approx(0.8)


def test_the_client_knows_better_where_it_is() -> None:
    line = Timeline(25)
    taken(line, 20, 0.0)
    line.played(0.1, 0.4)
    assert line.heard(0.4) == pytest.approx(0.1)
    assert line.heard(0.5) == pytest.approx(0.2), "it goes on"
    line.played(5.0, 0.6)
    assert line.heard(0.6) == pytest.approx(0.6), "no client hears what is yet to come"


def test_a_client_that_stands_still_is_not_waited_for_for_ever() -> None:
    line = Timeline(25)
    taken(line, 25, 0.0)
    line.played(0.6, 0.6)
    assert line.left(1.0, 0.7) == pytest.approx(0.3)
    line.played(0.6, 5.0)
    assert line.left(1.0, 5.0) == pytest.approx(0.4)
    line.played(0.6, 1.0 + STANDSTILL)
    assert line.left(1.0, 1.0 + STANDSTILL) <= 0
    assert line.heard(1.0 + STANDSTILL) == pytest.approx(0.6)


def test_news_from_before_a_cut_come_too_late() -> None:
    line = Timeline(25)
    taken(line, 20, 0.0)
    line.cut(0.2)
    line.played(0.25, 0.3)
    taken(line, 5, 0.3)
    assert line.heard(0.3) == pytest.approx(0.9)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["take", "cut", "resume", "played"]), st.floats(0, 2), st.floats(0, 20))
    )
)
def test_nobody_hears_more_than_was_taken(steps: list[tuple[str, float, float]]) -> None:
    line, now = Timeline(25), 100.0
    for what, passed, where in steps:
        now += passed
        if what == "take":
            line.taken(now)
        elif what == "cut":
            line.cut(now)
        elif what == "resume":
            line.resume(now)
        else:
            line.played(where, now)
        assert 0 <= line.heard(now) <= line.end


def test_without_a_lead_a_moment_comes_when_it_is_due() -> None:
    assert latest(7.0, 3.0, 0.0) == 7.0


def test_a_lead_is_built_up_before_it_is_lived_off() -> None:
    given = [latest(at / 25, 0.0, 0.8) for at in range(100)]
    assert given[0] == 0
    assert given[20] == pytest.approx(0.6)
    assert all(at / 25 - 0.4 - 1e-9 <= when <= at / 25 for at, when in enumerate(given))
    assert given[80] == pytest.approx(80 / 25 - 0.4)
