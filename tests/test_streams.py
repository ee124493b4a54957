import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest

from visavis.streams import Worker, buffered, stepped, stream_of


class Counting:
    """Counts up without end; tells how far it was asked, and whether it was closed."""

    def __init__(self, last: int | None = None, error: Exception | None = None) -> None:
        self.last, self.error = last, error
        self.made = 0
        self.closed = False

    async def stream(self) -> AsyncGenerator[int, None]:
        try:
            while self.last is None or self.made < self.last:
                await asyncio.sleep(0)
                self.made += 1
                yield self.made
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True


def others() -> set[asyncio.Task[Any]]:
    """Tasks besides the one that asks."""
    return asyncio.all_tasks() - {asyncio.current_task()}


async def gather(items: AsyncGenerator[float, None], into: list[float]) -> None:
    async for item in items:
        into.append(item)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_buffer_hands_on_everything_in_order() -> None:
    source = Counting(last=100)
    async with buffered(source.stream(), 3) as items:
        assert [item async for item in items] == list(range(1, 101))
    assert source.closed


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_a_buffer_runs_ahead_by_its_size_and_no_further(size: int) -> None:
    source = Counting()
    async with buffered(source.stream(), size) as items:
        await settle()
        assert source.made == size + 1, "those that wait, and the one that finds no room"
        await anext(items)
        await settle()
        assert source.made == size + 2
    assert source.closed


async def test_an_error_of_the_source_comes_after_what_it_made_before() -> None:
    source = Counting(last=3, error=OSError("broken"))
    seen = list[float]()
    async with buffered(source.stream(), 1) as items:
        with pytest.raises(OSError, match="broken"):
            await gather(items, seen)
    assert seen == [1, 2, 3]
    assert others() == set()


async def test_leaving_early_closes_the_source() -> None:
    source = Counting()
    async with buffered(source.stream(), 4) as items:
        async for item in items:
            if item == 5:
                break
    assert source.closed
    assert others() == set()


async def test_an_error_of_the_consumer_closes_the_source() -> None:
    source = Counting()

    async def consume() -> None:
        async with buffered(source.stream(), 4) as items:
            async for item in items:
                assert item < 3

    with pytest.raises(AssertionError):
        await consume()
    assert source.closed
    assert others() == set()


async def test_a_source_is_closed_though_it_was_never_asked() -> None:
    async def never() -> AsyncGenerator[int, None]:
        await asyncio.Event().wait()
        yield 1

    async with buffered(never(), 1):
        pass
    assert others() == set()


async def test_a_source_that_fails_to_close_keeps_nobody_waiting() -> None:
    async def stubborn() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
        finally:
            raise ValueError("does not close")

    async with asyncio.timeout(5), buffered(stubborn(), 1) as items:
        await anext(items)
        await settle()
    assert others() == set()


async def test_a_source_that_is_cancelled_from_within_does_not_hang_its_consumer() -> None:
    async def gives_up() -> AsyncGenerator[int, None]:
        yield 1
        raise asyncio.CancelledError

    async with asyncio.timeout(5), buffered(gives_up(), 1) as items:
        assert await anext(items) == 1
        with pytest.raises(RuntimeError, match="cancelled from within"):
            await anext(items)


async def test_a_buffer_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        async with buffered(stream_of([1]), 0):
            pass


async def test_two_hundred_interruptions_of_a_whole_pipeline_leave_no_task_and_nothing_open() -> None:
    async def doubled(source: AsyncGenerator[int, None]) -> AsyncGenerator[int, None]:
        async for item in source:
            yield 2 * item

    async def reply(source: Counting, heard: list[int]) -> None:
        async with (
            buffered(source.stream(), 2) as thoughts,
            buffered(doubled(thoughts), 2) as words,
            buffered(doubled(words), 2) as pictures,
        ):
            async for picture in pictures:
                heard.append(picture)

    sources = []
    for turns in range(200):
        source, heard = Counting(), list[int]()
        sources.append(source)
        speaking = asyncio.create_task(reply(source, heard))
        for _ in range(turns % 40):
            await asyncio.sleep(0)
        speaking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await speaking
        assert heard == [4 * n for n in range(1, len(heard) + 1)]
    assert others() == set()
    assert all(source.closed or not source.made for source in sources)


async def test_a_worker_steps_a_generator_on_one_thread_of_its_own() -> None:
    def steps() -> Iterator[str]:
        for _ in range(3):
            yield threading.current_thread().name

    with contextlib.closing(Worker("stepper")) as worker:
        names = {name async for name in worker.iterate(steps())}
    assert len(names) == 1
    assert names.pop().startswith("stepper")


async def test_a_worker_steps_no_further_than_it_is_asked() -> None:
    made = []

    def steps() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with contextlib.closing(Worker("stepper")) as worker:
        async with contextlib.aclosing(worker.iterate(steps())) as items:
            await anext(items)
            await anext(items)
        await worker.run(lambda: None)
    assert made == [0, 1]


@pytest.mark.parametrize("closed_first", [False, True])
async def test_closing_a_stepped_generator_runs_its_end(closed_first: bool) -> None:
    ended = []

    def steps() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.append(True)

    worker = Worker("stepper")
    items = worker.iterate(steps())
    await anext(items)
    if closed_first:
        worker.close()
        await items.aclose()
    else:
        await items.aclose()
        worker.close()
    assert ended == [True]


async def test_a_generator_in_the_middle_of_a_step_is_closed_though_its_worker_goes_at_once() -> None:
    stepping, gate, ended = threading.Event(), threading.Event(), []

    def steps() -> Iterator[int]:
        try:
            stepping.set()
            gate.wait(10)
            yield 1
        finally:
            ended.append(True)

    worker = Worker("stepper")
    waiting = asyncio.ensure_future(anext(worker.iterate(steps())))
    await asyncio.to_thread(stepping.wait, 10)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    closing = asyncio.ensure_future(asyncio.to_thread(worker.close))
    await asyncio.sleep(0.01)
    gate.set()
    await closing
    assert ended == [True]


async def test_errors_of_a_step_surface_where_it_is_awaited() -> None:
    def steps() -> Iterator[int]:
        yield 1
        raise OSError("no such device")

    with contextlib.closing(Worker("stepper")) as worker:
        items = worker.iterate(steps())
        assert await anext(items) == 1
        with pytest.raises(OSError, match="no such device"):
            await anext(items)
        with pytest.raises(ZeroDivisionError):
            await worker.run(lambda: 1 // 0)


async def test_a_pipelined_worker_keeps_the_order_and_uses_its_threads() -> None:
    both = threading.Barrier(2, timeout=10)

    def work(item: int) -> int:
        if item < 2:
            both.wait()  # only two threads at once get past it
        time.sleep(0.002 * (item % 3))
        return item * item

    source = Counting(last=30)
    with contextlib.closing(Worker("pair", threads=2)) as worker:
        numbers = (item - 1 async for item in source.stream())
        done = [item async for item in worker.pipelined(work, numbers)]
    assert done == [item * item for item in range(30)]


async def test_a_pipelined_worker_runs_ahead_by_two_items_a_thread_and_one() -> None:
    gate = threading.Event()
    source = Counting()
    with contextlib.closing(Worker("pair", threads=2)) as worker:
        results = worker.pipelined(lambda item: gate.wait(10) and item, source.stream())
        first = asyncio.ensure_future(anext(results))
        await settle()
        await asyncio.sleep(0.02)
        assert source.made == 5
        gate.set()
        assert await first == 1
        await results.aclose()
    assert source.closed
    assert others() == set()


async def test_a_pipelined_result_does_not_wait_for_the_next_item() -> None:
    more = asyncio.Event()

    async def hesitating() -> AsyncGenerator[int, None]:
        yield 1
        await more.wait()
        yield 2

    with contextlib.closing(Worker("one")) as worker:
        results = worker.pipelined(lambda item: 10 * item, hesitating())
        assert await asyncio.wait_for(anext(results), 5) == 10
        more.set()
        assert await anext(results) == 20
        await results.aclose()
    assert others() == set()


async def test_a_generator_is_stepped_by_one_thread_only() -> None:
    with (
        contextlib.closing(Worker("pair", threads=2)) as worker,
        pytest.raises(ValueError, match="one thread"),
    ):
        await anext(worker.iterate(iter([1])))


async def test_an_error_in_pipelined_work_comes_in_its_turn() -> None:
    def work(item: int) -> float:
        return 1 / (3 - item)

    seen = list[float]()
    with contextlib.closing(Worker("pair", threads=2)) as worker, pytest.raises(ZeroDivisionError):
        await gather(worker.pipelined(work, Counting(last=9).stream()), seen)
    assert seen == [0.5, 1.0]


async def test_what_a_closed_worker_has_not_begun_is_dropped() -> None:
    gate = threading.Event()
    done = []

    def slow() -> None:
        gate.wait(10)
        done.append("slow")

    worker = Worker("one")
    running = asyncio.ensure_future(worker.run(slow))
    waiting = asyncio.ensure_future(worker.run(lambda: done.append("never")))
    await settle()
    closing = asyncio.ensure_future(asyncio.to_thread(worker.close))
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.set()
    await closing
    await running
    assert done == ["slow"]


async def test_an_iterator_that_waits_is_interrupted() -> None:
    """As when text is typed in, and nothing more comes."""
    reader, writer = os.pipe()
    waiting = threading.Event()

    def lines() -> Iterator[str]:
        yield "one"
        waiting.set()
        yield os.read(reader, 10).decode()

    async def listen(into: list[str]) -> None:
        async with contextlib.aclosing(stepped(lines(), "text", lambda: os.close(writer))) as items:
            async for item in items:
                into.append(item)

    seen = list[str]()
    listening = asyncio.create_task(listen(seen))
    assert await asyncio.to_thread(waiting.wait, 10)
    listening.cancel()
    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await listening
    os.close(reader)
    assert seen == ["one"]


async def test_a_stream_of_what_is_at_hand() -> None:
    assert [item async for item in stream_of("abc")] == ["a", "b", "c"]
