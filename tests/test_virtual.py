"""Virtual time is what tests of conversations rest on."""

import asyncio
import contextlib
import time

import pytest

from tests.virtual import VirtualLoop


def test_hours_pass_in_no_time_and_in_order() -> None:
    passed = []

    async def sleeper(seconds: float) -> None:
        await asyncio.sleep(seconds)
        passed.append((seconds, asyncio.get_running_loop().time()))

    async def all_of_them() -> None:
        await asyncio.gather(*(sleeper(seconds) for seconds in (7200.0, 0.04, 1.0)))

    began = time.monotonic()
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(all_of_them())
    assert passed == [(0.04, 0.04), (1.0, 1.0), (7200.0, 7200.0)]
    assert time.monotonic() - began < 60


def test_a_timer_is_reached_to_the_last_bit() -> None:
    async def walk() -> None:
        loop = asyncio.get_running_loop()
        for place in range(1, 5000):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(place / 25):
                    await asyncio.Event().wait()
            assert loop.time() == place / 25

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(walk())


def test_work_for_a_thread_takes_no_time_and_tells_its_errors() -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        assert await loop.run_in_executor(None, lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, lambda: 1 // 0)
        assert loop.time() == 0

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(work())


def test_a_blocked_loop_finds_its_timers_overdue() -> None:
    async def block() -> float:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        late = asyncio.create_task(asyncio.sleep(1))
        await asyncio.sleep(0)
        loop.block(5)
        await late
        return loop.time()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(block()) == 5
