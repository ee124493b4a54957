import pytest

from visavis.contracts import Stream
from visavis.stopwatch import Stopwatch
from visavis.streams import stream_of


class Clock:
    """Goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.perf_counter", clock)
    return clock


async def test_a_timed_stream_is_the_same_stream() -> None:
    watch = Stopwatch()
    assert [item async for item in watch.waiting("letters", stream_of("abc"))] == ["a", "b", "c"]


async def test_what_the_consumer_does_is_not_added_to_the_stage(clock: Clock) -> None:
    async def letters() -> Stream[str]:
        for letter in "abc":
            clock.now += 1
            yield letter

    watch = Stopwatch()
    async for _ in watch.waiting("quick", letters()):
        with watch.timing("slow"):
            clock.now += 10
    assert watch.spent == {"quick": 3, "slow": 30}
    assert watch.spans == {"quick": (0, 33), "slow": (1, 33)}


async def test_closing_a_timed_stream_closes_it() -> None:
    closed = []

    async def source() -> Stream[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    timed = Stopwatch().waiting("numbers", source())
    await anext(timed)
    await timed.aclose()
    assert closed == [True]


def test_a_stage_does_not_count_the_one_inside_it() -> None:
    watch = Stopwatch()
    watch.spent.update(text=1.0, speech=3.0, heard=4.0, render=9.0, encode=2.0)
    timings = watch.timings(first_frame=0.5)
    assert (timings.text, timings.speech, timings.render, timings.encode) == (1, 2, 5, 2)
    assert timings.prepare == 0
    assert timings.first_frame == 0.5


def test_stages_that_overlap_are_never_less_than_nothing() -> None:
    watch = Stopwatch()
    watch.spent.update(text=3.0, speech=1.0)
    assert watch.timings(0.0).speech == 0


def test_time_is_added_though_the_work_fails(clock: Clock) -> None:
    def wrong() -> None:
        clock.now += 1
        raise ZeroDivisionError

    watch = Stopwatch()
    with pytest.raises(ZeroDivisionError), watch.timing("wrong"):
        wrong()
    assert watch.spent["wrong"] == 1


def test_it_may_have_begun_before_it_was_made(clock: Clock) -> None:
    assert Stopwatch(since=5.0).now == 5
