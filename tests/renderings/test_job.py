import asyncio

import pytest

from visavis.renderings.job import SECONDS_BETWEEN, Job, Stopped
from visavis.renderings.order import Progress


@pytest.fixture
def job() -> Job:
    return Job("a" * 32, "ada", frozenset())


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)


async def test_progress_is_told_a_few_times_a_second(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told = Clock(monkeypatch), list[Progress]()
    for frame in range(100):
        clock.now = 100 + frame * 0.01
        job.is_at(frame * 0.04, 4.0)
        if not told or told[-1] is not job.progress.value:
            told.append(job.progress.value)
    assert len(told) == 1 / SECONDS_BETWEEN
    assert told[0] == Progress("running", 0.0, 4.0)
    assert told == sorted(told, key=lambda progress: progress.done)


async def test_it_stops_where_it_stands(job: Job) -> None:
    closed = []

    async def work() -> None:
        with job.stoppable():
            try:
                await asyncio.Event().wait()
            finally:
                for _ in range(10):
                    await asyncio.sleep(0)
                closed.append(True)

    working = asyncio.create_task(work())
    for _ in range(4):  # however often it is told, its cleaning up comes to its end
        await asyncio.sleep(0)
        job.stop("ada")
    with pytest.raises(Stopped):
        await working
    assert closed


async def test_told_beforehand_it_does_not_even_begin(job: Job) -> None:
    job.stop(None)
    with pytest.raises(Stopped), job.stoppable():
        pytest.fail("it began")


async def test_behind_its_stoppable_part_nothing_ends_it(job: Job) -> None:
    with job.stoppable():
        pass
    job.stop("ada")
    await asyncio.sleep(0)


async def test_whatever_a_stopped_part_says_it_was_stopped(job: Job) -> None:
    async def work() -> None:
        with job.stoppable():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise ValueError("closed while it spoke") from None

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    job.stop("ada")
    with pytest.raises(Stopped):
        await working


async def test_being_cancelled_by_others_and_failing_are_not_being_stopped(job: Job) -> None:
    async def work() -> None:
        with job.stoppable():
            await asyncio.Event().wait()

    working = asyncio.create_task(work())
    await asyncio.sleep(0)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    with pytest.raises(ValueError, match="by itself"), job.stoppable():
        raise ValueError("by itself")


def test_who_stopped_it_first_is_remembered(job: Job) -> None:
    job.stop("ada")
    job.stop(None)
    assert job.stopped_by == "ada"
